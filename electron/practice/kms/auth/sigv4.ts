import { hash } from 'node:crypto';
import { OneShotMac } from '../../../core/crypto/one-shot-mac.ts';

/** The parts of an HTTP request that a version 4 signature covers. */
export interface SignableRequest {
  readonly method: string;
  /** Path without the query, as received. */
  readonly path: string;
  /** Query without the `?`, as received. */
  readonly query: string;
  /** Lower-case names; several values of one name are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface CredentialScope {
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const algorithm = 'AWS4-HMAC-SHA256';
export const scopeTerminator = 'aws4_request';

const sha256Hex = (data: Uint8Array | string): string => hash('sha256', data, 'hex');

const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Removes empty and dot segments, then encodes what arrived once more (all services but S3). */
function canonicalPath(path: string): string {
  if (path === '/' || path === '') return '/';
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(encode(segment));
  }
  const slash = path.endsWith('/') && kept.length > 0 ? '/' : '';
  return `/${kept.join('/')}${slash}`;
}

function decodeQueryPart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not valid percent-encoding: it is signed as the characters it shows.
    return text;
  }
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      const name = at < 0 ? part : part.slice(0, at);
      const value = at < 0 ? '' : part.slice(at + 1);
      return [encode(decodeQueryPart(name)), encode(decodeQueryPart(value))] as const;
    })
    .toSorted(([nameA, valueA], [nameB, valueB]) =>
      nameA === nameB ? (valueA < valueB ? -1 : 1) : nameA < nameB ? -1 : 1,
    )
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const withSingleSpaces = (value: string): string => {
  const text = value.trim();
  return text.includes('  ') ? text.replaceAll(/ +/g, ' ') : text;
};

/** `signedHeaders` are lower-case and in the order in which the client listed them. */
export function canonicalRequest(
  request: SignableRequest,
  signedHeaders: readonly string[],
): string {
  let headers = '';
  let names = '';
  for (const name of signedHeaders) {
    headers += `${name}:${withSingleSpaces(request.headers[name] ?? '')}\n`;
    names += names === '' ? name : `;${name}`;
  }
  const { method, path, query, body } = request;
  return `${method}\n${canonicalPath(path)}\n${canonicalQuery(query)}\n${headers}\n${names}\n${sha256Hex(body)}`;
}

export const scopeText = (scope: CredentialScope): string =>
  `${scope.date}/${scope.region}/${scope.service}/${scopeTerminator}`;

/** `amzDate` is YYYYMMDDTHHMMSSZ. */
export const stringToSign = (amzDate: string, scope: CredentialScope, canonical: string): string =>
  `${algorithm}\n${amzDate}\n${scopeText(scope)}\n${sha256Hex(canonical)}`;

/**
 * The key of one day, Region and service (facts/aws-kms.md; AWS Signature Version 4), for many requests.
 */
export function signingKey(secret: string, scope: CredentialScope): OneShotMac {
  let key = new OneShotMac(Buffer.from(`AWS4${secret}`));
  for (const part of [scope.date, scope.region, scope.service, scopeTerminator]) {
    key = new OneShotMac(key.sign(part));
  }
  return key;
}

export const signatureOf = (key: OneShotMac, toSign: string): string => key.signHex(toSign);
