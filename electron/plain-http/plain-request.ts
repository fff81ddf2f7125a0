/**
 * Reads what nearly every request of KMS looks like: one POST with a length, in plain characters,
 * complete. Everything else, right or wrong, is left to Node's parser, so nothing here decides what
 * is refused; what is read here, Node reads the same way (plain-request.test.ts).
 */
export interface PlainRequest {
  readonly target: string;
  /** Name, value, name, value, … as received. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** Bytes are missing; nothing yet says that the request is not a plain one. */
export const incomplete = Symbol('incomplete');

export interface PlainLimits {
  readonly headBytes: number;
  readonly headers: number;
  readonly bodyBytes: number;
}

const headEnd = Buffer.from('\r\n\r\n');
const requestLine = /POST (\/[!-~]*) HTTP\/1\.1\r\n/y;
const headerLine = /([A-Za-z0-9-]+):([ -~]*)\r\n/y;
const lengthShape = /^(?:0|[1-9]\d{0,6})$/;
/** They change how a message is framed, or ask for an answer before the answer. */
const special = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Many clients ask for what HTTP/1.1 does anyway. */
const asUsual = (lower: string, value: string): boolean =>
  lower === 'connection' && value.toLowerCase() === 'keep-alive';

/** Null: not plain, or more than one request. */
export function readPlain(
  bytes: Buffer,
  limits: PlainLimits,
): PlainRequest | typeof incomplete | null {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return bytes.length > limits.headBytes ? null : incomplete;
  if (end > limits.headBytes) return null;
  const head = bytes.toString('latin1', 0, end + 2);
  requestLine.lastIndex = 0;
  const target = requestLine.exec(head)?.[1];
  if (target === undefined) return null;
  const read = readHeaders(head, requestLine.lastIndex, limits.headers);
  if (read === null || read.length > limits.bodyBytes) return null;
  const whole = end + headEnd.length + read.length;
  if (bytes.length < whole) return incomplete;
  if (bytes.length > whole) return null;
  return { target, rawHeaders: read.rawHeaders, body: bytes.subarray(end + headEnd.length) };
}

function readHeaders(
  head: string,
  from: number,
  most: number,
): { rawHeaders: string[]; length: number } | null {
  const rawHeaders: string[] = [];
  let length: string | null = null;
  let hosts = 0;
  headerLine.lastIndex = from;
  for (let at = from; at < head.length; at = headerLine.lastIndex) {
    const found = headerLine.exec(head);
    if (found === null) return null;
    const name = found[1] ?? '';
    const value = (found[2] ?? '').trim();
    const lower = name.toLowerCase();
    if (special.has(lower) && !asUsual(lower, value)) return null;
    if (lower === 'host') hosts++;
    if (lower === 'content-length') {
      if (length !== null || !lengthShape.test(value)) return null;
      length = value;
    }
    rawHeaders.push(name, value);
  }
  if (length === null || hosts !== 1 || rawHeaders.length / 2 > most) return null;
  return { rawHeaders, length: Number(length) };
}
