import { afterEach, beforeEach, expect, it } from 'vitest';
import { generateKeyPairSync } from 'node:crypto';
import type { TransportKey } from '../hsm/driver.ts';
import { codeOf, testBlob, testKeystore, type TestKeystore } from './keystore.fixture.ts';
import { transportLife } from './transport-keys.ts';

let keystore: TestKeystore;
let group: string;
beforeEach(() => {
  keystore = testKeystore();
  group = keystore.addGroup().id;
});
afterEach(() => keystore[Symbol.dispose]());

const spki = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
  type: 'spki',
  format: 'der',
});
const place = { storage: 'hsm', tokenSerial: '7016234' } as const;
const made = (wrapped: number): TransportKey => ({
  blob: testBlob({ spec: 'RSA_4096', wrapped: Buffer.alloc(2400, wrapped), publicKey: spki }),
  algorithm: 'RSAES_OAEP_SHA_1',
});
const sealedParts = () =>
  keystore.temporary.store.db
    .prepare("select column_name from sealed_record where table_name = 'transport_key' order by 1")
    .pluck()
    .all();
const add = (wrapped: number, groupId = group) =>
  keystore.transportKeys.add(groupId, place, made(wrapped));

it('keeps the pair sealed, and gives it back as it was made', () => {
  const kept = add(7);
  expect(keystore.transportKeys.ofGroup(group)).toEqual(kept);
  expect(kept).toMatchObject({ ...place, groupId: group, algorithm: 'RSAES_OAEP_SHA_1' });
  expect(kept.endsAt - kept.madeAt).toBe(7 * 86_400_000);
  const { blob, algorithm } = keystore.transportKeys.open(kept.id);
  expect({ ...blob, algorithm }).toMatchObject({ spec: 'RSA_4096', algorithm: kept.algorithm });
  expect(Buffer.from(blob.wrapped)).toEqual(Buffer.alloc(2400, 7));
  expect(blob.publicKey).toEqual(spki);
  const row = JSON.stringify(
    keystore.temporary.store.db.prepare('select * from transport_key').all(),
  );
  expect(row).not.toContain(JSON.stringify([...Buffer.alloc(40, 7)]).slice(1, -1));
});

it('has one of a group at most, and none once it is used, given up, or its group removed', () => {
  const { transportKeys } = keystore;
  const first = add(1);
  const second = add(2);
  expect(codeOf(() => transportKeys.open(first.id))).toBe('BRING_IN_NOT_PREPARED');
  expect(sealedParts()).toEqual(['blob']);
  keystore.temporary.store.change(() => transportKeys.keepFile(second.id, Buffer.alloc(512, 1)));
  expect(sealedParts()).toEqual(['blob', 'file']);
  transportKeys.dropFile(second.id);
  expect(sealedParts()).toEqual(['blob']);
  expect(codeOf(() => transportKeys.file(second.id))).toBe('BRING_IN_NOT_PREPARED');
  transportKeys.destroy(second.id);
  expect([sealedParts(), transportKeys.ofGroup(group)]).toEqual([[], null]);
  transportKeys.destroy(second.id);
  add(3);
  keystore.groups.remove(group);
  expect(sealedParts()).toEqual([]);
});

it('opens nothing any more after seven days, and is destroyed then', () => {
  const { transportKeys, clock } = keystore;
  const kept = add(1);
  keystore.temporary.store.change(() => transportKeys.keepFile(kept.id, Buffer.alloc(512, 1)));
  clock.jumpWall(transportLife - 1);
  const over: string[] = [];
  const gone = ({ id, groupId }: { id: string; groupId: string }) => void over.push(id, groupId);
  transportKeys.destroyOld(gone);
  expect(transportKeys.ofGroup(group)?.id).toBe(kept.id);
  expect(over).toEqual([]);
  clock.jumpWall(1);
  expect(transportKeys.ofGroup(group)).toBeNull();
  for (const work of [
    () => transportKeys.open(kept.id),
    () => transportKeys.get(kept.id),
    () => transportKeys.file(kept.id),
  ]) {
    expect(codeOf(work)).toBe('BRING_IN_NOT_PREPARED');
  }
  expect(sealedParts()).toEqual(['blob', 'file']);
  transportKeys.destroyOld(gone);
  expect(sealedParts()).toEqual([]);
  expect(over).toEqual([kept.id, group]);
});

it('tells whether a key is here already, by its check value and type', () => {
  const other = keystore.addGroup({ name: 'other', alias: 'other' }).id;
  const kcv = { method: 'CMAC', value: 'ABCDEF0123' } as const;
  const key = keystore.addKey(group, { broughtIn: true }, { kcv });
  keystore.addKey(other, {}, { kcv });
  keystore.addKey(other, {}, { kcv: { ...kcv, value: 'ABCDEF0124' } });
  const same = keystore.keys.sameAs(kcv, 'SYMMETRIC_DEFAULT').map(({ key: each }) => each);
  expect(same.map(({ groupId }) => groupId).toSorted()).toEqual([group, other].toSorted());
  expect(same.find(({ id }) => id === key.id)?.broughtIn).toBe(true);
  expect(keystore.keys.sameAs(kcv, 'HMAC_256')).toEqual([]);
  expect(keystore.keys.sameAs({ ...kcv, method: 'ENC0' }, 'SYMMETRIC_DEFAULT')).toEqual([]);
});
