import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestKeystore, testBlob, testKeystore } from './keystore.fixture.ts';
import { keptAlready, sameMaterial } from './same-material.ts';

let keystore: TestKeystore;
let groups: readonly [string, string];
beforeEach(() => {
  keystore = testKeystore();
  groups = [keystore.addGroup({ name: 'a' }).id, keystore.addGroup({ name: 'b' }).id];
});
afterEach(() => keystore[Symbol.dispose]());

const add = (group: 0 | 1, blob: Parameters<typeof testBlob>[0]) =>
  keystore.addKey(groups[group], {}, blob);
const found = (key: ReturnType<typeof add>) =>
  sameMaterial(keystore.keys, key).map(({ key: { id }, proved }) => ({ id, proved }));

it('finds a copy under the same master on both sides, and not the key itself', () => {
  const blob = testBlob();
  const [one, other] = [add(0, blob), add(1, blob)];
  add(0, {});
  expect(found(one)).toEqual([{ id: other.id, proved: true }]);
  expect(found(other)).toEqual([{ id: one.id, proved: true }]);
});

it('does not take two keys for one that have a check value in common', () => {
  const blob = testBlob();
  const one = add(0, blob);
  add(1, { ...blob, wrapped: randomBytes(40) });
  expect(found(one)).toEqual([]);
});

it('says that it cannot compare what is wrapped under another master, or another way', () => {
  const blob = testBlob();
  const one = add(0, blob);
  const padded = add(1, { ...blob, mechanism: 'CKM_AES_KEY_WRAP_PAD_RFC5649' });
  const unlike = { wrapped: randomBytes(40) };
  const foreign = add(1, { ...blob, ...unlike, masterId: '6b32' });
  const plain = add(1, { ...blob, ...unlike, mechanism: 'CKM_AES_KEY_WRAP' });
  expect(found(one)).toEqual([
    { id: padded.id, proved: true },
    { id: foreign.id, proved: false },
    { id: plain.id, proved: false },
  ]);
});

it('goes by the public key of a private one, whatever master it is under', () => {
  const kind = { spec: 'ECC_NIST_P256', wrapped: randomBytes(144) } as const;
  const blob = testBlob({ ...kind, publicKey: randomBytes(91) });
  const one = add(0, blob);
  const copy = add(1, { ...blob, wrapped: randomBytes(144), masterId: '6b32' });
  add(1, { ...blob, publicKey: randomBytes(91) });
  expect(found(one)).toEqual([{ id: copy.id, proved: true }]);
});

it('compares a key of which nothing is kept yet with all that is kept', () => {
  const blob = testBlob();
  const one = add(0, blob);
  const other = add(0, { ...blob, wrapped: randomBytes(40), masterId: '6b32' });
  const kept = (wrapped: Uint8Array) =>
    keptAlready(keystore.keys, { ...blob, wrapped }).map(({ key, proved }) => [key.id, proved]);
  expect(kept(blob.wrapped)).toEqual([
    [one.id, true],
    [other.id, false],
  ]);
  expect(kept(randomBytes(40))).toEqual([[other.id, false]]);
});

it('goes on where a kept copy was tampered with', () => {
  const blob = testBlob();
  const [one, other] = [add(0, blob), add(1, blob)];
  const { store } = keystore.temporary;
  store.change(() => store.seals.erase('key', other.id, 'blob'));
  expect(found(one)).toEqual([{ id: other.id, proved: false }]);
});

it('keeps from what a key was copied, as it was called then', () => {
  const original = add(0, {});
  const copiedFrom = { keyId: original.id, group: 'a', version: 1 };
  const { id } = keystore.addKey(groups[1], { copiedFrom });
  expect(keystore.keys.get(id).key.copiedFrom).toEqual(copiedFrom);
  expect(keystore.keys.get(original.id).key.copiedFrom).toBeNull();
});
