import { hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../ports.ts';

/** A request as it came, its body read. */
export interface SignedRequest {
  readonly method: string;
  /** As received, without a query. */
  readonly path: string;
  /** Name, value, name, value, … as received. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

/** What the Authorization header claims. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: Buffer;
}

const algorithm = 'AWS4-HMAC-SHA256';
const service = 'kms-xks-proxy';
const terminator = 'aws4_request';
/** Milliseconds that the signer's clock may be off, either way. */
export const clockTolerance = 5 * 60_000;

const authorizationShape =
  /^AWS4-HMAC-SHA256 +Credential=([^\s,/]{1,128})\/(\d{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,32})\/([a-z0-9_]{1,32}) *, *SignedHeaders=([a-z0-9!#$%&'*+.^_`|~;-]{1,2048}) *, *Signature=([0-9a-f]{64})$/;

/** Values by lower-case name, several of one name in order. */
export type HeaderTable = ReadonlyMap<string, readonly string[]>;

export function headerTable(rawHeaders: readonly string[]): HeaderTable {
  const table = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    const known = table.get(name);
    if (known === undefined) table.set(name, [value]);
    else known.push(value);
  }
  return table;
}

/** Null for a header that is absent, doubled, or of any other algorithm, service or shape. */
export function readClaim(headers: HeaderTable): SignatureClaim | null {
  const given = headers.get('authorization') ?? [];
  const found = given.length === 1 ? authorizationShape.exec(given[0] ?? '') : null;
  if (found === null) return null;
  const [, accessKeyId = '', date = '', region = '', to, end, list = '', signature = ''] = found;
  if (to !== service || end !== terminator) return null;
  const signedHeaders = list.split(';');
  if (new Set(signedHeaders).size !== signedHeaders.length) return null;
  if (!signedHeaders.includes('host') || !signedHeaders.includes('x-amz-date')) return null;
  return { accessKeyId, date, region, signedHeaders, signature: Buffer.from(signature, 'hex') };
}

/** The signer's time, when there is exactly one and it fits the claim and our clock. */
export function readSignedTime(
  headers: HeaderTable,
  claim: SignatureClaim,
  now: number,
): string | null {
  const given = headers.get('x-amz-date') ?? [];
  const [text] = given;
  if (given.length !== 1 || text === undefined) return null;
  const at = millisecondsOf(text);
  if (at === null || Math.abs(at - now) > clockTolerance) return null;
  return text.startsWith(claim.date) ? text : null;
}

const timeShape = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** yyyymmddThhmmssZ in milliseconds since 1970; null for what is no such time. */
export function millisecondsOf(text: string): number | null {
  const found = timeShape.exec(text);
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  return ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1000;
}

/** Proleptic Gregorian; the year is taken to begin in March, so that a leap day is its last. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (
    era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
  );
}

/** The text whose signature is compared; null when a header it names is not there once. */
export function stringToSign(
  request: SignedRequest,
  headers: HeaderTable,
  claim: SignatureClaim,
  time: string,
): string | null {
  let lines = '';
  for (const name of claim.signedHeaders) {
    const values = headers.get(name);
    if (values === undefined || (name === 'host' && values.length !== 1)) return null;
    lines += `${name}:${values.map(trimmed).join(',')}\n`;
  }
  const list = claim.signedHeaders.join(';');
  const payload = hash('sha256', request.body, 'hex');
  const canonical = `${request.method}\n${request.path}\n\n${lines}\n${list}\n${payload}`;
  const scope = `${claim.date}/${claim.region}/${service}/${terminator}`;
  return `${algorithm}\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
}

const trimmed = (value: string): string => {
  const text = value.trim();
  return text.includes('  ') ? text.replaceAll(/ +/g, ' ') : text;
};

/** A key of HMAC-SHA-256 (RFC 2104), padded and masked for its two hashes. */
interface MacKey {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const blockLength = 64;

function macKey(key: Buffer): MacKey {
  const given = key.length > blockLength ? hash('sha256', key, 'buffer') : key;
  const inner = Buffer.alloc(blockLength, 0x36);
  const outer = Buffer.alloc(blockLength, 0x5c);
  for (const [at, byte] of given.entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  return { inner, outer };
}

/** By two one-shot hashes: the library's own makes objects that are dear to collect. */
function hmac({ inner, outer }: MacKey, data: string): Buffer {
  const first = hash('sha256', Buffer.concat([inner, Buffer.from(data, 'utf8')]), 'buffer');
  return hash('sha256', Buffer.concat([outer, first]), 'buffer');
}

const keptKeys = 256;

/** One secret that may have signed. `name` tells secrets apart, the access key id would do. */
export interface SigningSecret {
  readonly name: string;
  /** The text as it is, never decoded. */
  readonly secret: string;
}

/**
 * Compares signatures. Keys are derived once per secret, day and region. For a request that no
 * secret fits, one of our own is tried, so that it takes as long as a wrong signature.
 */
export class SignatureCheck {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #nobody: SigningSecret;
  readonly #keys = new Map<string, MacKey>();

  constructor(clock: Pick<Clock, 'now'>, random: (length: number) => Buffer) {
    this.#clock = clock;
    this.#nobody = { name: '', secret: random(32).toString('base64') };
  }

  /** `find` names the secret of an access key id in that region, if there is one. */
  verify<S extends SigningSecret>(
    request: SignedRequest,
    find: (claim: SignatureClaim) => S | null,
  ): S | null {
    const headers = headerTable(request.rawHeaders);
    const claim = readClaim(headers);
    if (claim === null) return null;
    const time = readSignedTime(headers, claim, this.#clock.now());
    if (time === null) return null;
    const text = stringToSign(request, headers, claim, time);
    if (text === null) return null;
    const secret = find(claim);
    const expected = hmac(this.#key(secret ?? this.#nobody, claim), text);
    const same = timingSafeEqual(expected, claim.signature);
    return same ? secret : null;
  }

  /** Forgets derived keys: after a credential was taken away. */
  forget(): void {
    this.#keys.clear();
  }

  #key({ name, secret }: SigningSecret, { date, region }: SignatureClaim): MacKey {
    const id = `${name}/${date}/${region}`;
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    const day = macKey(hmac(macKey(Buffer.from(`AWS4${secret}`)), date));
    const place = macKey(hmac(macKey(hmac(day, region)), service));
    const key = macKey(hmac(place, terminator));
    const [oldest] = this.#keys.keys();
    if (this.#keys.size >= keptKeys && oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.set(id, key);
    return key;
  }
}
