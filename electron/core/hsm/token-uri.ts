/** The parts of a PKCS#11 URI by which this product names a token or an object on it. */
export interface TokenUri {
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  /** Token label. */
  readonly token?: string;
  /** CKA_ID. */
  readonly id?: Uint8Array;
  /** CKA_LABEL of an object. */
  readonly object?: string;
  readonly type?: 'public' | 'private' | 'cert' | 'secret-key' | 'data';
}

/** Writes an RFC 7512 URI. Everything but unreserved characters is percent-encoded as UTF-8. */
export function formatTokenUri(uri: TokenUri): string {
  const parts: string[] = [];
  for (const name of ['token', 'manufacturer', 'model', 'serial'] as const) {
    const value = uri[name];
    if (value !== undefined) parts.push(`${name}=${encode(value)}`);
  }
  if (uri.id !== undefined) parts.push(`id=${encodeBytes(uri.id)}`);
  if (uri.object !== undefined) parts.push(`object=${encode(uri.object)}`);
  if (uri.type !== undefined) parts.push(`type=${uri.type}`);
  return `pkcs11:${parts.join(';')}`;
}

const encode = (text: string): string => encodeBytes(Buffer.from(text, 'utf8'));

function encodeBytes(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    out += /[A-Za-z0-9\-._~]/.test(char)
      ? char
      : `%${byte.toString(16).padStart(2, '0').toUpperCase()}`;
  }
  return out;
}
