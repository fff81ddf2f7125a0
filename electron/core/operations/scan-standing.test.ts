import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KmsKey, Tag } from '../cloud/answers.ts';
import { createMarkSearch } from '../jobs/mark-search.ts';
import {
  account,
  testBlob,
  type TestKeystore,
  testKeystore,
} from '../keystore/keystore.fixture.ts';
import { createKnownKmsKeys } from '../keystore/known-kms-keys.ts';
import { createStandings, type SeenKey, type Standings } from './scan-standing.ts';

let keystore: TestKeystore;
let standings: Standings;
beforeEach(() => {
  keystore = testKeystore();
  const { store } = keystore.temporary;
  standings = createStandings({
    ...keystore,
    storeId: store.id,
    known: createKnownKmsKeys(store.db),
    jobOf: createMarkSearch(store),
  });
});
afterEach(() => keystore[Symbol.dispose]());

const arnOf = (keyId: string): string => `arn:aws:kms:eu-west-1:${account}:key/${keyId}`;

function seen(keyId: string, read: Partial<KmsKey> = {}, tags: readonly Tag[] = []): SeenKey {
  const key: KmsKey = {
    keyId,
    arn: arnOf(keyId),
    account,
    region: 'eu-west-1',
    description: '',
    state: 'Enabled',
    origin: 'EXTERNAL',
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    manager: 'CUSTOMER',
    keyStoreId: null,
    multiRegion: false,
    multiRegionRole: null,
    createdAt: 1,
    currentMaterialId: null,
    expires: null,
    validTo: null,
    deletionAt: null,
    ...read,
  };
  return { keyId, arn: key.arn, aliases: [], read: key, tags, failure: null };
}

/** An external key of a store here, and the KMS key that is bound to it. */
function externalKey(keyId: string): string {
  const { xks } = keystore;
  const blob = () => testBlob({ kcv: { method: 'CMAC', value: '0A1B2C3D4E' } });
  xks.serving.begin('software', { id: 'canary', blob: blob() });
  const store = xks.stores.add({
    name: 'ledger',
    accounts: [account],
    regions: null,
    quota: null,
    rulesMode: 'enforce',
    credentialId: null,
    region: null,
    endpoint: null,
    connectivity: 'PUBLIC_ENDPOINT',
    vpcService: null,
    vpcOwner: null,
  });
  const { key } = xks.keys.add(
    {
      storeId: store.id,
      name: 'payments',
      usage: { encrypt: true, decrypt: true },
      binding: 'first',
      onlyInHsm: false,
      storage: 'software',
      assurance: 'built-in-software',
    },
    { deviceId: 'device-1', tokenSerial: null, blob: blob() },
  );
  xks.keys.bind(key.id, arnOf(keyId), 'allowed');
  return key.id;
}

const marker = 'kr-12-0123456789ab';
const tag = (key: string, value: string): Tag => ({ key, value });

describe('how a KMS key stands to this keystore', () => {
  it('is known by its ARN: a key of the same id in another Region is another', () => {
    const group = keystore.addGroup();
    const { kmsKeyId } = keystore.addRemote(keystore.addKey(group.id).id);
    expect(standings.of(seen(kmsKeyId))).toMatchObject({
      standing: 'known',
      owner: { kind: 'key', reference: 'payments/1' },
    });
    const replica = { ...seen(kmsKeyId), arn: arnOf(kmsKeyId).replace('eu-west-1', 'us-east-1') };
    expect(standings.of(replica).standing).toBe('not-ours');
  });

  it('is known as an external key, by whichever KMS key may use that', () => {
    const id = externalKey('mrk-1');
    expect(standings.of(seen('mrk-1', { origin: 'EXTERNAL_KEY_STORE' }))).toMatchObject({
      standing: 'known',
      owner: { kind: 'xks-key', id, reference: 'ledger/payments' },
    });
    expect(standings.knownAt(account, 'eu-west-1')).toMatchObject([{ kind: 'xks-key', id }]);
    expect(standings.knownAt(account, 'us-east-1')).toEqual([]);
    expect(standings.knownAt('999999999999', 'eu-west-1')).toEqual([]);
  });

  it.each([
    [{ origin: 'AWS_KMS', manager: 'AWS' }, 'aws-managed'],
    [{ origin: 'AWS_KMS' }, 'not-ours'],
    [{ origin: 'AWS_CLOUDHSM', keyStoreId: 'cks-1' }, 'not-ours'],
    [{ origin: 'EXTERNAL_KEY_STORE', keyStoreId: 'cks-2' }, 'not-ours'],
    [{ origin: 'EXTERNAL' }, 'not-ours'],
    [{ origin: 'AWS_CLOUDHSM', description: `[${marker}]` }, 'not-ours'],
    [{ origin: 'EXTERNAL', description: `cards [${marker}]` }, 'marked'],
    [{ origin: 'EXTERNAL_KEY_STORE', description: `[${marker}]` }, 'marked'],
    [{ origin: 'EXTERNAL', description: `[${marker}] cards` }, 'not-ours'],
  ] as const)('of %j it says %s', (read, standing) => {
    expect(standings.of(seen('a', read)).standing).toBe(standing);
  });

  it('reads whose mark it is from the tags, and asks for them where they can tell something', () => {
    const own = keystore.temporary.store.id;
    const of = (tags: readonly Tag[] | null, description = '') =>
      standings.of({ ...seen('a', { description }), tags }).mark;
    expect(of([tag('keyreeve:store', own)])).toMatchObject({
      keystore: 'this',
      marker: null,
      jobNumber: null,
    });
    expect(of([tag('keyreeve:store', 'x'), tag('keyreeve:marker', marker)])).toMatchObject({
      keystore: 'other',
      storeId: 'x',
      marker,
      jobNumber: 12,
      job: null,
    });
    expect(of(null, `[${marker}]`)).toMatchObject({ keystore: 'not-said', tags: 'not-readable' });
    expect(of([tag('owner', 'somebody')])).toBeNull();
    const { read } = seen('a');
    if (!read) throw new Error('no reading');
    expect(standings.wantsTags(read)).toBe(true);
    expect(standings.wantsTags({ ...read, origin: 'AWS_KMS' })).toBe(false);
    externalKey('a');
    expect(standings.wantsTags(read)).toBe(false);
  });

  it('tells no more than the beginning of what somebody wrote elsewhere', () => {
    const description = 'x'.repeat(8192);
    expect(standings.of(seen('a', { description })).read?.description).toHaveLength(256);
  });

  it.each([
    [false, null, 'no'],
    [true, 'PRIMARY', 'primary'],
    [true, 'REPLICA', 'replica'],
  ])('tells a multi-Region key: %s, %s', (multiRegion, multiRegionRole, told) => {
    const read = standings.of(seen('mrk-a', { multiRegion, multiRegionRole })).read;
    expect(read?.multiRegion).toBe(told);
  });
});
