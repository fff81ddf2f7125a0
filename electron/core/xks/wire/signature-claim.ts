/** What the Authorization header claims, but for the signature. */
export interface ClaimedScope {
  readonly accessKeyId: string;
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
  /** As listed, and one by one. */
  readonly list: string;
  readonly signedHeaders: readonly string[];
}

export interface SignatureClaim {
  readonly scope: ClaimedScope;
  /** In hexadecimal, lower case. */
  readonly signature: string;
}

export const algorithm = 'AWS4-HMAC-SHA256';
export const service = 'kms-xks-proxy';
export const terminator = 'aws4_request';

const scopeShape =
  /^AWS4-HMAC-SHA256 +Credential=([^\s,/]{1,128})\/(\d{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,32})\/([a-z0-9_]{1,32}) *, *SignedHeaders=([a-z0-9!#$%&'*+.^_`|~;-]{1,2048}) *, *Signature=$/;
const signatureShape = /^[0-9a-f]{64}$/;
/** Characters of a signature in hexadecimal. */
export const signatureLength = 64;

const mostKept = 64;

/** Reads Authorization headers. One signer's differ in the signature only, so the rest is kept. */
export class ClaimReader {
  readonly #known = new Map<string, ClaimedScope>();

  /** Null for a header of any other algorithm, service or shape. */
  read(header: string): SignatureClaim | null {
    const given = header.slice(-signatureLength);
    if (!signatureShape.test(given)) return null;
    const before = header.slice(0, -signatureLength);
    const scope = this.#known.get(before) ?? this.#learn(before);
    return scope === null ? null : { scope, signature: given };
  }

  #learn(before: string): ClaimedScope | null {
    const scope = readScope(before);
    if (scope === null) return null;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= mostKept && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(before, scope);
    return scope;
  }
}

function readScope(before: string): ClaimedScope | null {
  const found = scopeShape.exec(before);
  if (found === null) return null;
  const [, accessKeyId = '', date = '', region = '', to, end, list = ''] = found;
  if (to !== service || end !== terminator) return null;
  const signedHeaders = list.split(';');
  if (new Set(signedHeaders).size !== signedHeaders.length) return null;
  if (!signedHeaders.includes('host') || !signedHeaders.includes('x-amz-date')) return null;
  return { accessKeyId, date, region, list, signedHeaders };
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
