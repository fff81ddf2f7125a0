import { packOuter, outerAad, unpackOuter } from '../material/double-cipher.ts';
import {
  decryptSymmetric,
  type EncryptionContext,
  headerOf,
  type ParsedCiphertext,
  sealBehind,
} from '../material/symmetric-cipher.ts';
import type { KeyStoreRecord } from '../model/key-stores.ts';
import type { KeyRecord, MaterialRecord } from '../model/records.ts';
import {
  dryRunSucceeded,
  invalidCiphertext,
  invalidState,
  throttled,
  unsupported,
} from '../wire/failures.ts';
import type { Call } from '../world.ts';
import { translated, useFailure } from '../xks/failures.ts';
import type { ProxyCause, ProxyTarget } from '../xks/proxy.ts';
import { bytesOf, originOf } from './key-material.ts';
import { causeOf, targetOf } from './key-store-access.ts';

/** A key of an external key store: half of its work is done outside. */
export interface OutsideKey extends KeyRecord {
  readonly storeId: string;
  readonly xksKeyId: string;
}

export const isOutside = (key: KeyRecord): key is OutsideKey =>
  key.storeId !== null && key.xksKeyId !== null;

/** @throws UnsupportedOperationException for keys whose use goes through a proxy. */
export function requireInside(key: KeyRecord): void {
  if (!isOutside(key)) return;
  throw unsupported(`${key.arn} origin is ${key.origin} which is not valid for this operation.`);
}

/** A dry run asks nobody outside: it ends when all that KMS itself can check is well. */
export function endDryRun(key: KeyRecord, dryRun: boolean | undefined): void {
  if (dryRun === true && isOutside(key)) throw dryRunSucceeded();
}

function storeOf(call: Call, key: OutsideKey): KeyStoreRecord {
  const store = call.world.state.keyStores.find(key, key.storeId);
  if (store === undefined) throw new Error(`${key.arn} is in no custom key store`);
  return store;
}

const causeFor = (call: Call, key: OutsideKey): ProxyCause => ({
  ...causeOf(call),
  awsPrincipalArn: call.caller.arn,
  kmsKeyArn: key.arn,
});

/** Asks the proxy once per call. @throws ThrottlingException and KMSInvalidStateException. */
function askProxy<T>(
  call: Call,
  key: OutsideKey,
  step: string,
  question: (target: ProxyTarget) => Promise<T>,
): T {
  const store = storeOf(call, key);
  return call.steps.ask(`${step} under ${key.arn}`, () => {
    if (!call.world.quotas.admitToStore(store)) throw throttled();
    return translated(question(targetOf(key.region, store)), useFailure);
  });
}

/** The whole ciphertext: encrypted under the material, then by the external key. */
export function encryptOutside(
  call: Call,
  key: OutsideKey,
  material: MaterialRecord | undefined,
  plaintext: Buffer,
  context: EncryptionContext | undefined,
): Buffer {
  const bytes = bytesOf(key, material);
  const header = headerOf(originOf(key, material?.materialId ?? ''), 'double');
  const sealed = askProxy(call, key, 'encryption', (target) => {
    const inner = sealBehind(header, bytes, plaintext, context ?? {});
    const data = { plaintext: inner, aad: outerAad(context) };
    return call.world.proxies.encrypt(target, key.xksKeyId, causeFor(call, key), data);
  });
  return Buffer.concat([header, packOuter(sealed)]);
}

/**
 * @throws InvalidCiphertextException for what was never a ciphertext of a key store, and
 * KMSInvalidStateException for what the proxy, or the material behind it, cannot decrypt.
 */
export function decryptOutside(
  call: Call,
  key: OutsideKey,
  material: MaterialRecord,
  parsed: ParsedCiphertext,
  context: EncryptionContext | undefined,
): Buffer {
  const sealed = parsed.form === 'double' ? unpackOuter(parsed.rest) : undefined;
  if (sealed === undefined) throw invalidCiphertext();
  const rest = askProxy(call, key, 'decryption', (target) => {
    const data = { sealed, aad: outerAad(context) };
    return call.world.proxies.decrypt(target, key.xksKeyId, causeFor(call, key), data);
  });
  const inner = { header: parsed.header, rest };
  const plaintext = decryptSymmetric(inner, bytesOf(key, material), context ?? {});
  if (plaintext !== undefined) return plaintext;
  throw invalidState(
    'What the external key store proxy decrypted, or the encryption context, is corrupted, missing or otherwise invalid.',
  );
}
