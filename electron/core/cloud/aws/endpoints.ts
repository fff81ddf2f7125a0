import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { ConnectionSpec } from '../cloud.ts';
import { type Region, regionOf } from '../regions.ts';
import type { ConnectionException, TlsChoice } from '../tls.ts';
import { isLoopbackHost } from './agents.ts';
import { defaultTls, tlsExceptions } from './trust.ts';

/** Where a connection leads, decided before anything is sent. */
export interface Route {
  readonly region: Region;
  /** Typed or practice URL; null: what the SDK's partition data says for the Region. */
  readonly custom: string | null;
  /** STS of a custom KMS address is AWS's own; a practice KMS answers both. */
  readonly customSts: string | null;
  readonly tls: TlsChoice;
  readonly proxy: string | null;
  readonly exceptions: readonly ConnectionException[];
}

const refuse = (problem: string, field = 'endpoint'): OperationError =>
  new OperationError('BAD_INPUT', { field, problem });

function parse(text: string, field: string): URL {
  if (text.length > 500) throw refuse('longer than 500 characters', field);
  if (!URL.canParse(text)) throw refuse('not a URL', field);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw refuse('carries a user name', field);
  if (url.search !== '' || url.hash !== '' || url.pathname !== '/')
    throw refuse('carries a path', field);
  return url;
}

/**
 * Decides the way to AWS, or to the practice KMS.
 * @throws OperationError BAD_INPUT for an address that is none, REALM_MISMATCH for real keys on
 * this computer, AWS_NOT_PRACTICE for practice keys anywhere else
 */
export function routeOf(spec: ConnectionSpec): Route {
  const region = regionOf(spec.region);
  return spec.realm === 'practice' ? practiceRoute(spec, region) : realRoute(spec, region);
}

function practiceRoute(spec: ConnectionSpec, region: Region): Route {
  if (!spec.endpoint) {
    throw new OperationError('AWS_NOT_PRACTICE', {
      problem: 'a practice connection needs the address of a practice KMS',
    });
  }
  const url = parse(spec.endpoint, 'endpoint');
  const spoken = url.protocol === 'http:' || url.protocol === 'https:';
  if (!spoken || !isLoopbackHost(url.hostname)) {
    throw new OperationError('AWS_NOT_PRACTICE', {
      endpoint: url.origin,
      problem: 'a practice KMS is on this computer, at http:// or behind TLS at https://',
    });
  }
  const tls = spec.tls ?? { kind: 'amazon-roots' };
  return {
    region,
    custom: url.origin,
    customSts: url.origin,
    tls,
    proxy: null,
    exceptions: tlsExceptions(tls),
  };
}

function realRoute(spec: ConnectionSpec, region: Region): Route {
  const custom = spec.endpoint ? realUrl(spec.endpoint) : null;
  const tls = spec.tls ?? defaultTls(region.partition);
  const proxy = spec.proxy === undefined ? null : proxyUrl(spec.proxy);
  return {
    region,
    custom,
    customSts: null,
    tls,
    proxy,
    exceptions: [
      ...(custom === null ? [] : (['custom-url'] as const)),
      ...tlsExceptions(tls),
      ...(proxy === null ? [] : (['proxy'] as const)),
    ],
  };
}

function realUrl(text: string): string {
  const url = parse(text, 'endpoint');
  if (isLoopbackHost(url.hostname)) {
    throw new OperationError('REALM_MISMATCH', {
      endpoint: url.origin,
      problem: 'real keys are not sent to this computer',
    });
  }
  if (url.protocol !== 'https:') throw refuse('real keys go over https only');
  return url.origin;
}

function proxyUrl(text: string): string {
  const url = parse(text, 'proxy');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse('not an HTTP proxy', 'proxy');
  return url.origin;
}
