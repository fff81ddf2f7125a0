import { hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../ports.ts';
import { OneShotMac } from '../../crypto/one-shot-mac.ts';
import {
  algorithm,
  type ClaimedScope,
  ClaimReader,
  millisecondsOf,
  service,
  type SignatureClaim,
  signatureLength,
  terminator,
} from './signature-claim.ts';

export { millisecondsOf } from './signature-claim.ts';

/** A request as it came, its body read. */
export interface SignedRequest {
  readonly method: string;
  /** As received, without a query. */
  readonly path: string;
  /** Name, value, name, value, … as received. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

/** Milliseconds that the signer's clock may be off, either way. */
const clockTolerance = 5 * 60_000;

/** Names in lower case, in the order of their values. */
function namesOf(rawHeaders: readonly string[]): string[] {
  const names: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    names.push((rawHeaders[at] ?? '').toLowerCase());
  }
  return names;
}

/** The value of a header that is there exactly once. */
function onlyValue(
  { rawHeaders }: SignedRequest,
  names: readonly string[],
  name: string,
): string | null {
  const at = names.indexOf(name);
  if (at < 0 || names.includes(name, at + 1)) return null;
  return rawHeaders[at * 2 + 1] ?? null;
}

/** The text whose signature is compared; null when a header it names is not there once. */
function stringToSign(
  request: SignedRequest,
  names: readonly string[],
  { date, region, list, signedHeaders }: ClaimedScope,
  time: string,
): string | null {
  if (signedHeaders.length > names.length) return null; // no name is listed twice
  let lines = '';
  for (const name of signedHeaders) {
    const value = joinedValue(request.rawHeaders, names, name);
    if (value === null) return null;
    lines += `${name}:${value}\n`;
  }
  const payload = hash('sha256', request.body, 'hex');
  const canonical = `${request.method}\n${request.path}\n\n${lines}\n${list}\n${payload}`;
  const scope = `${date}/${region}/${service}/${terminator}`;
  return `${algorithm}\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
}

/** Values of one name in their order; null for none, or for more than one host. */
function joinedValue(
  rawHeaders: readonly string[],
  names: readonly string[],
  name: string,
): string | null {
  let joined: string | null = null;
  for (let at = names.indexOf(name); at >= 0; at = names.indexOf(name, at + 1)) {
    const value = trimmed(rawHeaders[at * 2 + 1] ?? '');
    if (joined !== null && name === 'host') return null;
    joined = joined === null ? value : `${joined},${value}`;
  }
  return joined;
}

const trimmed = (value: string): string => {
  const text = value.trim();
  return text.includes('  ') ? text.replaceAll(/ +/g, ' ') : text;
};

/** Derived keys kept for one secret: of today and yesterday, in the few Regions that ask. */
const keptKeys = 16;

/** One secret that may have signed: the same object as long as it is the same secret. */
export interface SigningSecret {
  /** The text as it is, never decoded. */
  readonly secret: string;
}

/**
 * Compares signatures. Keys are derived once per secret, day and region, and go with their secret.
 * For a request that no secret fits, one of our own is tried, so that it takes as long as a wrong
 * signature.
 */
export class SignatureCheck {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #nobody: SigningSecret;
  readonly #claims = new ClaimReader();
  readonly #keys = new WeakMap<SigningSecret, Map<string, OneShotMac>>();
  /** Where two signatures lie to be compared; the claim's is as long, or it would be none. */
  readonly #expected = Buffer.alloc(signatureLength);
  readonly #claimed = Buffer.alloc(signatureLength);
  /** The time that was read last: many requests carry the same. */
  #time: { readonly text: string; readonly at: number | null } = { text: '', at: null };

  constructor(clock: Pick<Clock, 'now'>, random: (length: number) => Buffer) {
    this.#clock = clock;
    this.#nobody = { secret: random(32).toString('base64') };
  }

  /** `find` names the secret of an access key id in that region, if there is one. */
  verify<S extends SigningSecret>(
    request: SignedRequest,
    find: (claim: ClaimedScope) => S | null,
  ): S | null {
    const names = namesOf(request.rawHeaders);
    const header = onlyValue(request, names, 'authorization');
    const claim = header === null ? null : this.#claims.read(header);
    if (claim === null) return null;
    const time = this.#signedTime(onlyValue(request, names, 'x-amz-date'), claim);
    if (time === null) return null;
    const text = stringToSign(request, names, claim.scope, time);
    if (text === null) return null;
    const secret = find(claim.scope);
    const expected = this.#key(secret ?? this.#nobody, claim.scope).signHex(text);
    this.#expected.write(expected, 'latin1');
    this.#claimed.write(claim.signature, 'latin1');
    return timingSafeEqual(this.#expected, this.#claimed) ? secret : null;
  }

  /** The signer's time, when it fits the claim and our clock. */
  #signedTime(text: string | null, { scope }: SignatureClaim): string | null {
    if (text === null) return null;
    if (text !== this.#time.text) this.#time = { text, at: millisecondsOf(text) };
    const { at } = this.#time;
    if (at === null || Math.abs(at - this.#clock.now()) > clockTolerance) return null;
    return text.startsWith(scope.date) ? text : null;
  }

  #key(signing: SigningSecret, { date, region }: ClaimedScope): OneShotMac {
    const keys = this.#keys.get(signing) ?? new Map<string, OneShotMac>();
    const id = `${date}/${region}`;
    const known = keys.get(id);
    if (known !== undefined) return known;
    const day = new OneShotMac(Buffer.from(`AWS4${signing.secret}`)).sign(date);
    const place = new OneShotMac(new OneShotMac(day).sign(region)).sign(service);
    const key = new OneShotMac(new OneShotMac(place).sign(terminator));
    const [oldest] = keys.keys();
    if (keys.size >= keptKeys && oldest !== undefined) keys.delete(oldest);
    this.#keys.set(signing, keys.set(id, key));
    return key;
  }
}
