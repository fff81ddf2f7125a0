import type { HsmDriver } from '../hsm/driver.ts';
import type { Clock } from '../ports.ts';
import type { Bindings } from './bindings.ts';
import { deviceFailure, keyOnDevice } from './device-keys.ts';
import type { Dossier } from './dossier.ts';
import { boundElsewhere } from './refused-keys.ts';
import { checkRules } from './rules/authorize.ts';
import type { IndexedKey, IndexedStore } from './serving/index-set.ts';
import type { KeyVersion, ServedKey } from './serving/serving-set.ts';
import { boundData, decodeLabel, encodeLabel, integrityValue } from './wire/associated-data.ts';
import { XksFailure } from './wire/errors.ts';
import type { JsonObject } from './wire/json-body.ts';
import { readDecrypt, readEncrypt, type RequestMetadata } from './wire/requests.ts';

/** What the calls about a key work with. */
export interface KeyWork {
  readonly device: Pick<HsmDriver, 'gcmEncrypt' | 'gcmDecrypt'>;
  readonly bindings: Bindings;
  readonly clock: Pick<Clock, 'now'>;
  readonly store: IndexedStore;
  readonly metadata: RequestMetadata;
  readonly dossier: Dossier;
}

const nonceLength = 12;
const tagLength = 16;

/** GetKeyMetadata. A disabled or blocked key is described as such. */
export function describeKey(work: KeyWork, keyId: string): object {
  const { key } = permittedKey(work, keyId);
  requireBinding(work, key);
  const { encrypt: seals, decrypt: opens } = key.usage;
  return {
    keySpec: 'AES_256',
    keyUsage: [...(seals ? ['ENCRYPT'] : []), ...(opens ? ['DECRYPT'] : [])],
    keyStatus: key.enabled && !key.blocked && !isRehearsed(work, key) ? 'ENABLED' : 'DISABLED',
  };
}

/** Encrypt under the current version. With an integrity value, what is returned has been opened again. */
export async function encrypt(work: KeyWork, keyId: string, body: JsonObject): Promise<object> {
  const indexed = permittedKey(work, keyId);
  const { key, current } = indexed;
  requireEnabled(work, key);
  requireBinding(work, key);
  requireUsage(key.usage.encrypt, 'encrypt');
  const { plaintext, aad, wantsIntegrityValue } = readEncrypt(body);
  if (wantsIntegrityValue) requireUsage(key.usage.decrypt, 'decrypt');
  work.dossier.version = current.number;
  const label = encodeLabel({ version: current.number });
  const bound = boundData(aad, label);
  const sealed = await sealed12(work, current, bound, plaintext);
  const answer = {
    ciphertext: sealed.ciphertext.toString('base64'),
    initializationVector: sealed.iv.toString('base64'),
    authenticationTag: sealed.tag.toString('base64'),
    ciphertextMetadata: label.toString('base64'),
  };
  if (!wantsIntegrityValue) {
    await bind(work, key);
    return answer;
  }
  // computed before the trial decryption: a bit that flips in between is seen by it or by KMS
  const value = integrityValue(aad, label, sealed).toString('base64');
  await requireOpens(work, current, bound, sealed.whole, plaintext);
  await bind(work, key);
  return { ...answer, ciphertextDataIntegrityValue: value };
}

/** Decrypt under the version that the ciphertext names. */
export async function decrypt(work: KeyWork, keyId: string, body: JsonObject): Promise<object> {
  const indexed = permittedKey(work, keyId);
  const { key } = indexed;
  requireEnabled(work, key);
  requireBinding(work, key);
  requireUsage(key.usage.decrypt, 'decrypt');
  const { ciphertext, iv, tag, aad, metadata } = readDecrypt(body);
  const version = versionOf(indexed, metadata);
  work.dossier.version = version.number;
  if (iv.length !== nonceLength) throw notOurs();
  const whole = Buffer.concat([iv, ciphertext, tag]);
  const opened = await open(work, version, boundData(aad, metadata), whole);
  try {
    await bind(work, key);
    return { plaintext: opened.toString('base64') };
  } finally {
    opened.fill(0);
  }
}

/** The key, if this store has it and its rules let the request in. */
function permittedKey({ store, metadata, dossier }: KeyWork, keyId: string): IndexedKey {
  const found = store.keys.get(keyId);
  if (found === undefined) {
    throw new XksFailure('KeyNotFoundException', 'This key store has no such external key.');
  }
  dossier.require(checkRules(found.key.rules, metadata), found.key.rules.mode);
  return found;
}

function requireEnabled(work: KeyWork, key: ServedKey): void {
  const { enabled, blocked } = key;
  if (blocked || isRehearsed(work, key)) {
    const message = 'The external key is blocked by its owner.';
    throw new XksFailure('InvalidStateException', message, blocked ? null : 'rehearsal');
  }
  if (!enabled) throw new XksFailure('InvalidStateException', 'The external key is disabled.');
}

/** A rehearsed block hits what lies in its scope for certain, and only as long as it was set for. */
function isRehearsed({ clock, metadata }: KeyWork, { rehearsal }: ServedKey): boolean {
  if (rehearsal === undefined || clock.now() >= rehearsal.until) return false;
  const scope = { id: 'rehearsal', effect: 'allow', when: rehearsal.when };
  return checkRules({ mode: 'enforce', rules: [scope] }, metadata).allowed;
}

/**
 * One external key, one KMS key: those that are published, else the first that came. Copies may have seen
 * different ones first, so what one of them remembers counts only as long as nothing is published.
 */
function requireBinding({ bindings, store, metadata }: KeyWork, key: ServedKey): void {
  const arn = metadata.kmsKeyArn;
  if (key.binding === 'any' || arn === null || key.kmsKeyArns.includes(arn)) return;
  if (key.released?.includes(arn)) {
    const message = 'The external key was let go of by this KMS key.';
    throw new XksFailure('AccessDeniedException', message, 'released');
  }
  if (key.kmsKeyArns.length > 0) throw boundToAnother();
  const known = bindings.boundTo(store.store.id, key.id);
  const bound = known !== null && key.released?.includes(known) ? null : known;
  if (bound === arn || bound === null) return;
  throw boundToAnother();
}

const boundToAnother = (): XksFailure =>
  new XksFailure(
    'AccessDeniedException',
    'The external key belongs to another KMS key.',
    boundElsewhere,
  );

/** Only by what worked, and durable before its answer. */
async function bind({ bindings, store, metadata }: KeyWork, key: ServedKey): Promise<void> {
  const arn = metadata.kmsKeyArn;
  if (key.binding === 'any' || arn === null || key.kmsKeyArns.includes(arn)) return;
  const binding = { store: store.store.id, key: key.id, kmsKeyArn: arn };
  if (!(await bindings.bind(binding, key.released))) throw boundToAnother();
}

function requireUsage(allowed: boolean, what: 'encrypt' | 'decrypt'): void {
  if (allowed) return;
  throw new XksFailure('InvalidKeyUsageException', `The external key may not ${what}.`);
}

function versionOf({ versions }: IndexedKey, metadata: Buffer): KeyVersion {
  const label = decodeLabel(metadata);
  const version = label === null ? undefined : versions.get(label.version);
  if (version === undefined) throw notOurs();
  if (version.state === 'usable') return version;
  const message = `Version ${version.number} of the external key is destroyed.`;
  throw new XksFailure('InvalidStateException', message);
}

interface Sealed {
  readonly iv: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
  readonly whole: Buffer;
}

async function sealed12(
  { device }: KeyWork,
  version: KeyVersion,
  bound: Buffer,
  plaintext: Buffer,
): Promise<Sealed> {
  try {
    const key = keyOnDevice(version.device);
    const whole = Buffer.from(await device.gcmEncrypt(key, bound, plaintext));
    const end = whole.length - tagLength;
    if (end - nonceLength !== plaintext.length) throw new RangeError('an odd ciphertext');
    const iv = whole.subarray(0, nonceLength);
    return { iv, ciphertext: whole.subarray(nonceLength, end), tag: whole.subarray(end), whole };
  } catch (error) {
    throw deviceFailure(error, 'Encrypt');
  }
}

async function open(
  { device }: KeyWork,
  version: KeyVersion,
  bound: Buffer,
  whole: Buffer,
): Promise<Buffer> {
  try {
    const opened = await device.gcmDecrypt(keyOnDevice(version.device), bound, whole);
    return Buffer.from(opened.buffer, opened.byteOffset, opened.byteLength);
  } catch (error) {
    throw deviceFailure(error, 'Decrypt');
  }
}

async function requireOpens(
  work: KeyWork,
  version: KeyVersion,
  bound: Buffer,
  whole: Buffer,
  plaintext: Buffer,
): Promise<void> {
  const opened = await open(work, version, bound, whole).catch((error: unknown) => {
    const damaged = error instanceof XksFailure && error.errorName === 'InvalidCiphertextException';
    throw damaged ? doesNotOpen() : error;
  });
  const same = opened.equals(plaintext);
  opened.fill(0);
  if (!same) throw doesNotOpen();
}

const doesNotOpen = (): XksFailure =>
  new XksFailure(
    'InternalException',
    'The ciphertext just made does not open.',
    'trial decryption',
  );

const notOurs = (): XksFailure =>
  new XksFailure(
    'InvalidCiphertextException',
    'The ciphertext was not made by this key.',
    'no such label',
  );
