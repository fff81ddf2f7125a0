/** The four calls of the API. */
export type XksApi = 'GetHealthStatus' | 'GetKeyMetadata' | 'Encrypt' | 'Decrypt';

export interface XksPath {
  /** What stands before /kms/xks/v1; empty, or begins with a slash. */
  readonly prefix: string;
  readonly api: XksApi;
  /** Null for GetHealthStatus. */
  readonly keyId: string | null;
}

const apis: Readonly<Record<string, XksApi>> = {
  metadata: 'GetKeyMetadata',
  encrypt: 'Encrypt',
  decrypt: 'Decrypt',
};

/** Longest URI of the specification, counted without server and port. */
const longestPath = 256;
const segment = '[A-Za-z0-9_-]+';
const shape = new RegExp(
  `^((?:/${segment})*)/kms/xks/v1/(?:health|keys/([A-Za-z0-9._-]{1,128})/(metadata|encrypt|decrypt))$`,
);
const prefixShape = new RegExp(`^(?:/${segment})*$`);
/** A path of 128 characters at most, of which /kms/xks/v1 takes eleven. */
const longestPrefix = 117;

/**
 * Reads a request target as received. Null for everything the API does not know: a query, dot
 * segments, doubled slashes and percent-escapes have no meaning here, and what no two parsers read
 * alike is not routed.
 */
export function readPath(target: string): XksPath | null {
  if (target.length > longestPath) return null;
  const found = shape.exec(target);
  if (found === null) return null;
  const [, prefix = '', keyId, verb] = found;
  if (keyId === undefined || verb === undefined) {
    return { prefix, api: 'GetHealthStatus', keyId: null };
  }
  // "." and ".." are ids by their grammar and dot segments by that of URIs
  if (keyId === '.' || keyId === '..') return null;
  const api = apis[verb];
  return api === undefined ? null : { prefix, api, keyId };
}

export const isPrefix = (text: string): boolean =>
  text.length <= longestPrefix && prefixShape.test(text);

export const isKeyId = (text: string): boolean =>
  /^[A-Za-z0-9._-]{1,128}$/.test(text) && text !== '.' && text !== '..';
