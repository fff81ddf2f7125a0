import { OperationError } from '../../../shared/errors/operation-error.ts';

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

const textNames = ['manufacturer', 'model', 'serial', 'token', 'object'] as const;
const types = ['public', 'private', 'cert', 'secret-key', 'data'] as const;
const longest = 2048;

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

/**
 * Reads an RFC 7512 URI. Query attributes (`pin-value`, `pin-source`, `module-path` …) are
 * refused: a PIN does not belong into a URI, and a module is chosen elsewhere.
 * @throws OperationError BAD_INPUT
 */
export function parseTokenUri(text: string): TokenUri {
  if (text.length > longest) throw bad('it is too long');
  if (!/^pkcs11:/i.test(text)) throw bad('it does not begin with pkcs11:');
  const body = text.slice('pkcs11:'.length);
  if (body.includes('?')) throw bad('query attributes such as pin-value are not accepted');
  const seen: Record<string, unknown> = {};
  for (const part of body === '' ? [] : body.split(';')) {
    const at = part.indexOf('=');
    if (at <= 0) throw bad('a part has no name or no value');
    const name = part.slice(0, at);
    if (Object.hasOwn(seen, name)) throw bad(`${name} stands twice`);
    seen[name] = readPart(name, part.slice(at + 1));
  }
  return seen;
}

function readPart(name: string, value: string): unknown {
  if (name === 'id') return decodeBytes(value);
  if (name === 'type') {
    const known = types.find((type) => type === value);
    if (known === undefined) throw bad('its type is unknown');
    return known;
  }
  if ((textNames as readonly string[]).includes(name)) return decode(value);
  throw bad('it has an attribute that is not known here');
}

function decode(value: string): string {
  const bytes = decodeBytes(value);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) throw bad('a value is not UTF-8');
  return text;
}

function decodeBytes(value: string): Buffer {
  // pk11-pchar of RFC 7512: unreserved, some reserved characters, and percent-encoded octets
  if (!/^(?:[A-Za-z0-9\-._~:[\]@!$'()*+,=&]|%[0-9A-Fa-f]{2})*$/.test(value)) {
    throw bad('a value has characters that must be percent-encoded');
  }
  const binary = value.replace(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(binary, 'latin1');
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

const bad = (why: string): OperationError =>
  new OperationError('BAD_INPUT', { field: 'pkcs11 URI', why });
