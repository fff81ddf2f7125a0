import type { Json } from '../../../../shared/model/json.ts';
import { gcmOpen, gcmSeal, packSealed, unpackSealed } from '../../crypto/aead.ts';
import { canonicalBytes } from '../../crypto/canonical.ts';
import { canonicalJson } from '../../crypto/canonical-json.ts';
import { hkdfSha256 } from '../../crypto/mac.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { RandomBytes } from '../../ports.ts';
import { type ServingSet, servingSet } from './serving-set.ts';

const magic = Buffer.from('KEYREEVE XKS SET 1\n');
const headLength = magic.length + 8;

/** The file is damaged, of another proxy, or of a newer Keyreeve. */
export class UnreadableSet extends Error {
  override readonly name = 'UnreadableSet';
}

/** A purpose of the 32-byte key that core and proxy share. */
export const derived = (key: Secret, purpose: 'set' | 'control'): Buffer =>
  key.use((bytes) =>
    hkdfSha256(bytes, Buffer.alloc(0), Buffer.from(`keyreeve xks ${purpose}`), 32),
  );

/** A serving set as it lies in its file: revision in clear, the rest under AES-256-GCM. */
export function sealSet(set: ServingSet, key: Secret, random: RandomBytes): Buffer {
  const plain = Buffer.from(canonicalJson(servingSet.parse(set) as unknown as Json));
  const sealing = derived(key, 'set');
  try {
    const head = Buffer.alloc(headLength);
    magic.copy(head);
    head.writeBigUInt64BE(BigInt(set.revision), magic.length);
    const sealed = gcmSeal(sealing, random(12), boundTo(set.revision), plain);
    return Buffer.concat([head, packSealed(sealed)]);
  } finally {
    sealing.fill(0);
    plain.fill(0);
  }
}

/** @throws UnreadableSet */
export function openSet(file: Buffer, key: Secret): ServingSet {
  if (file.length < headLength || !file.subarray(0, magic.length).equals(magic)) {
    throw new UnreadableSet('This file is no serving set.');
  }
  const revision = Number(file.readBigUInt64BE(magic.length));
  const sealing = derived(key, 'set');
  let plain: Buffer | null = null;
  try {
    plain = gcmOpen(sealing, unpackSealed(file.subarray(headLength)), boundTo(revision));
    const set = servingSet.parse(JSON.parse(plain.toString('utf8')));
    if (set.revision !== revision) throw new UnreadableSet('The revision is another one.');
    return set;
  } catch (error) {
    if (error instanceof UnreadableSet) throw error;
    throw new UnreadableSet('The serving set does not open with this key.', { cause: error });
  } finally {
    sealing.fill(0);
    plain?.fill(0);
  }
}

const boundTo = (revision: number): Buffer =>
  canonicalBytes('keyreeve xks serving set', [1, revision]);
