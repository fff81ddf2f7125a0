import { KmsFailure } from '../wire/failures.ts';
import { ALGORITHM, type CredentialScope, TERMINATOR } from './sigv4.ts';

/** What a version 4 Authorization header and the date header claim. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** YYYYMMDDTHHMMSSZ */
  readonly amzDate: string;
  /** The same moment in milliseconds since 1970. */
  readonly signedAt: number;
}

const incomplete = (text: string) => new KmsFailure('IncompleteSignatureException', text);
export const invalidSignature = (text: string): KmsFailure =>
  new KmsFailure('InvalidSignatureException', text);

const AMZ_DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

export const toAmzDate = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');

function readDate(
  headers: Readonly<Record<string, string>>,
): { amzDate: string; at: number } | null {
  const given = headers['x-amz-date'] ?? headers['date'];
  if (given === undefined) return null;
  const parts = AMZ_DATE.exec(given);
  const basic =
    parts === null
      ? Number.NaN
      : Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`);
  if (!Number.isNaN(basic)) return { amzDate: given, at: basic };
  const at = parts === null ? Date.parse(given) : basic;
  if (Number.isNaN(at)) {
    throw incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${given}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  return { amzDate: toAmzDate(at), at };
}

function readParameters(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    if (at > 0) found.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return found;
}

function readScope(credential: string, amzDate: string, services: readonly string[]) {
  const parts = credential.split('/');
  // Access key ids never hold a slash, so the scope is always the last four parts.
  if (parts.length !== 5 || parts.includes('')) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  }
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = parts;
  if (terminator !== TERMINATOR) {
    throw invalidSignature(
      `Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${terminator}'.`,
    );
  }
  if (!services.includes(service)) {
    throw invalidSignature(
      `Credential should be scoped to correct service: '${services.join("' or '")}'.`,
    );
  }
  if (!/^[a-z]{2,}(-[a-z0-9]+)+$/.test(region) || region.length > 32) {
    throw invalidSignature(`Credential should be scoped to a valid region.`);
  }
  if (date !== amzDate.slice(0, 8)) {
    throw invalidSignature(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${amzDate.slice(0, 8)}', from '${amzDate}'.`,
    );
  }
  return { accessKeyId, scope: { date, region, service } };
}

/**
 * Reads the claim, or null when there is no Authorization header at all.
 * Raises IncompleteSignatureException and InvalidSignatureException.
 */
export function readClaim(
  headers: Readonly<Record<string, string>>,
  services: readonly string[],
): SignatureClaim | null {
  const header = headers['authorization'];
  if (header === undefined || header === '') return null;
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw incomplete(`Unsupported AWS 'algorithm': '${header.split(' ', 1)[0] ?? ''}'.`);
  }
  const parameters = readParameters(header.slice(ALGORITHM.length + 1));
  const date = readDate(headers);
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => (parameters.get(name) ?? '') === '')
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (date === null) {
    missing.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  if (date === null || missing.length > 0) {
    throw incomplete(`${missing.join(' ')} Authorization=${ALGORITHM}`);
  }
  const signedHeaders = (parameters.get('SignedHeaders') ?? '').split(';');
  if (!signedHeaders.includes('host')) {
    throw invalidSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const absent = signedHeaders.find((name) => headers[name] === undefined);
  if (absent !== undefined || signedHeaders.length !== new Set(signedHeaders).size) {
    throw invalidSignature('A signed header is missing from the request or listed twice.');
  }
  return {
    ...readScope(parameters.get('Credential') ?? '', date.amzDate, services),
    signedHeaders,
    signature: parameters.get('Signature') ?? '',
    amzDate: date.amzDate,
    signedAt: date.at,
  };
}
