import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../../../shared/model/json.ts';
import { testBlob, type TestKeystore, testKeystore } from '../../../keystore/keystore.fixture.ts';
import type { XksKey } from '../../../keystore/xks/rows.ts';
import type { DeedServices } from '../services.ts';
import { releaseXksKey } from './key-release.ts';

const elsewhere = 'arn:aws:kms:eu-west-1:999988887777:key/0b7a1c2d-1111-4222-8333-444455556691';
const other = 'arn:aws:kms:eu-west-1:999988887777:key/0b7a1c2d-1111-4222-8333-444455556692';

let keystore: TestKeystore;
let key: XksKey;
beforeEach(() => {
  keystore = testKeystore();
  const blob = testBlob({ kcv: { method: 'CMAC', value: '0A1B2C3D4E' } });
  const { serving, stores, keys } = keystore.xks;
  serving.begin('software', { id: 'canary', blob });
  const store = stores.add({
    name: 'ledger',
    accounts: null,
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
  const made = {
    storeId: store.id,
    name: 'far',
    usage: { encrypt: true, decrypt: true },
    binding: 'first',
    onlyInHsm: false,
    storage: 'software',
    assurance: 'built-in-software',
  } as const;
  ({ key } = keys.add(made, { deviceId: 'device', tokenSerial: null, blob }));
  keys.bind(key.id, elsewhere, 'allowed');
  keys.setEnabled(key.id, false);
});
afterEach(() => keystore[Symbol.dispose]());

/** The step that lets go, after AWS was asked or a person gave their word of the KMS key. */
function letGo(how: 'gone' | 'account') {
  const services = {
    store: keystore.temporary.store,
    xks: { model: keystore.xks, publish: async () => ({ revision: 1, nodes: [] }) },
  } as unknown as DeedServices;
  const step = releaseXksKey(services).steps.find(({ name }) => name === 'release');
  if (!step) throw new Error('no step lets go');
  const outputs: Record<string, Json> = { ask: { gone: [{ arn: elsewhere, how }] } };
  const payload = { storeId: key.storeId, keyId: key.id, accountGone: how === 'account' };
  return step.act({ payload, outputs } as unknown as Parameters<typeof step.act>[0]);
}

const bound = () => keystore.xks.keys.bindings(key.id).map(({ arn }) => arn);
const said = async (result: ReturnType<typeof letGo>) => {
  const ended = await result;
  return ended.type === 'done' ? ended.proof[0]?.text : ended.type;
};

describe('letting go of a KMS key', () => {
  it('on a person’s word alone: not where the external key was enabled since', async () => {
    keystore.xks.keys.setEnabled(key.id, true);
    await expect(letGo('account')).resolves.toMatchObject({
      type: 'stop',
      error: { code: 'XKS_NOT_RELEASED', details: { reason: 'the external key is enabled' } },
    });
    expect(bound()).toEqual([elsewhere]);
    keystore.xks.keys.setEnabled(key.id, false);
    expect(await said(letGo('account'))).toBe('the external key belongs to no KMS key');
    expect(bound()).toEqual([]);
  });

  it('that AWS says is gone: also where it was enabled since', async () => {
    keystore.xks.keys.setEnabled(key.id, true);
    expect(await said(letGo('gone'))).toBe('the external key belongs to no KMS key');
  });

  it('once more after an interruption: done, whatever was enabled since', async () => {
    await letGo('account');
    keystore.xks.keys.setEnabled(key.id, true);
    expect(await said(letGo('account'))).toBe('the external key belongs to no KMS key');
  });

  it('says which it still belongs to, of which nobody knew before', async () => {
    keystore.xks.keys.bind(key.id, other, 'allowed');
    expect(await said(letGo('account'))).toContain(`belongs still to ${other}`);
    expect(bound()).toEqual([other]);
  });
});
