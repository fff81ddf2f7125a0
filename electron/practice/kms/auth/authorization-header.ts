import { KmsFailure } from '../wire/failures.ts';
import { algorithm, type CredentialScope, scopeTerminator } from './sigv4.ts';

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

const amzDateShape = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

export const toAmzDate = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');

interface SignedDate {
  readonly amzDate: string;
  readonly at: number;
}

/** The date that was read last: many requests carry the same. */
let lastDate: { readonly given: string; readonly read: SignedDate } | null = null;

function readDate(headers: Readonly<Record<string, string>>): SignedDate | null {
  const given = headers['x-amz-date'] ?? headers['date'];
  if (given === undefined) return null;
  if (lastDate?.given !== given) lastDate = { given, read: parseDate(given) };
  return lastDate.read;
}

function parseDate(given: string): SignedDate {
  const parts = amzDateShape.exec(given);
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

/** As clients write it. */
const usualHeader = /^ *Credential=([^ ,=]+), *SignedHeaders=([^ ,=]+), *Signature=([^ ,=]+)$/;

interface Parameters {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

function readParameters(text: string): Parameters {
  const usual = usualHeader.exec(text);
  if (usual !== null) {
    const [, credential = '', signedHeaders = '', signature = ''] = usual;
    return { credential, signedHeaders, signature };
  }
  const found = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    if (at > 0) found.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  const named = (name: string): string => found.get(name) ?? '';
  return {
    credential: named('Credential'),
    signedHeaders: named('SignedHeaders'),
    signature: named('Signature'),
  };
}

interface HeaderList {
  readonly names: readonly string[];
  readonly repeats: boolean;
}

/** Lists that were read before; clients have a few of them. */
const lists = new Map<string, HeaderList>();
const maxLists = 256;

function headerList(text: string): HeaderList {
  const known = lists.get(text);
  if (known !== undefined) return known;
  if (lists.size >= maxLists) lists.clear();
  const names = text.split(';');
  const list = { names, repeats: names.length !== new Set(names).size };
  lists.set(text, list);
  return list;
}

interface Credential {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly terminator: string;
  readonly hasRegion: boolean;
}

/** Credentials that were read before: a client has the same all day. */
const credentials = new Map<string, Credential>();
const maxCredentials = 512;

function readCredential(text: string): Credential {
  const known = credentials.get(text);
  if (known !== undefined) return known;
  const parts = text.split('/');
  // Access key ids never hold a slash, so the scope is always the last four parts.
  if (parts.length !== 5 || parts.includes('')) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${text}'`,
    );
  }
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = parts;
  const hasRegion = /^[a-z]{2,}(-[a-z0-9]+)+$/.test(region) && region.length <= 32;
  const read = { accessKeyId, scope: { date, region, service }, terminator, hasRegion };
  if (credentials.size >= maxCredentials) credentials.clear();
  credentials.set(text, read);
  return read;
}

function readScope(credential: string, amzDate: string, services: readonly string[]) {
  const { accessKeyId, scope, terminator, hasRegion } = readCredential(credential);
  const { date, service } = scope;
  if (terminator !== scopeTerminator) {
    throw invalidSignature(
      `Credential should be scoped with a valid terminator: '${scopeTerminator}', not '${terminator}'.`,
    );
  }
  if (!services.includes(service)) {
    throw invalidSignature(
      `Credential should be scoped to correct service: '${services.join("' or '")}'.`,
    );
  }
  if (!hasRegion) {
    throw invalidSignature(`Credential should be scoped to a valid region.`);
  }
  if (!amzDate.startsWith(date) || date.length !== 8) {
    throw invalidSignature(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${amzDate.slice(0, 8)}', from '${amzDate}'.`,
    );
  }
  return { accessKeyId, scope };
}

function missingParts(parameters: Parameters, date: SignedDate | null): string {
  const { credential, signedHeaders, signature } = parameters;
  const parts = [
    ['Credential', credential],
    ['Signature', signature],
    ['SignedHeaders', signedHeaders],
  ] as const;
  const missing = parts
    .filter(([, value]) => value === '')
    .map(([name]) => `Authorization header requires '${name}' parameter.`);
  if (date === null) {
    missing.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  return missing.join(' ');
}

/**
 * Reads the claim, or null when there is no Authorization header at all.
 * @throws IncompleteSignatureException and InvalidSignatureException.
 */
export function readClaim(
  headers: Readonly<Record<string, string>>,
  services: readonly string[],
): SignatureClaim | null {
  const header = headers['authorization'];
  if (header === undefined || header === '') return null;
  if (!header.startsWith(`${algorithm} `)) {
    throw incomplete(`Unsupported AWS 'algorithm': '${header.split(' ', 1)[0] ?? ''}'.`);
  }
  const parameters = readParameters(header.slice(algorithm.length + 1));
  const { credential, signedHeaders, signature } = parameters;
  const date = readDate(headers);
  if (date === null || !credential || !signature || !signedHeaders) {
    throw incomplete(`${missingParts(parameters, date)} Authorization=${algorithm}`);
  }
  const { names, repeats } = headerList(signedHeaders);
  if (!names.includes('host')) {
    throw invalidSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (repeats || names.some((name) => headers[name] === undefined)) {
    throw invalidSignature('A signed header is missing from the request or listed twice.');
  }
  return {
    ...readScope(credential, date.amzDate, services),
    signedHeaders: names,
    signature,
    amzDate: date.amzDate,
    signedAt: date.at,
  };
}
