import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionErrorCodes } from '../../shared/text/xks.ts';
import { unsupportedFeatures } from '../../shared/model/xks.ts';
import { renderFailure } from '../../shared/text/failures.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { region } from '../support/outside-aws.ts';
import { selfSigned } from '../../electron/hosts/xks/self-signed.ts';
import { requestMetadata } from './client.ts';
import { awsRefuses, host, KeystoreStage } from './keystore-stage.ts';

const day = 24 * 60 * 60_000;

describe('an external key store, when something is not as it should be', () => {
  let stage: KeystoreStage;
  let keyArn = '';
  let sealed: Uint8Array;

  const show = () => stage.desk.call('xksStore.show', { store: 'ledger' });
  beforeAll(async () => {
    stage = await KeystoreStage.open('software');
    await stage.addStore('ledger', { storage: 'software' });
    await stage.startProxy();
    requireDone(await stage.store('create', 'ledger'));
  });
  afterAll(async () => stage[Symbol.asyncDispose]());

  it('that cannot be connected says why and how to mend it, and goes on once that is done', async () => {
    await stage.stopProxy();
    const failed = await stage.store('connect', 'ledger');
    expect(failed.job).toMatchObject({
      state: 'needs-you',
      failure: { code: 'XKS_CONNECT_FAILED' },
    });
    const { inAws } = await show();
    expect(inAws).toMatchObject({ state: 'FAILED', error: { code: 'XKS_PROXY_NOT_REACHABLE' } });
    expect(inAws?.error?.mend).toContain('Start proxy and HSM');
    const told = failed.job.failure;
    expect(told && renderFailure(told).next).toContain('Start proxy and HSM');
    const parts = ['certificate.pem', 'private-key.pem'].map((name) => stage.at(name));
    const sound = parts.map((file) => readFileSync(file));
    const over = selfSigned(host, Date.now() - 3 * day, day);
    for (const [n, text] of [over.certificate, over.privateKey].entries())
      writeFileSync(parts[n] ?? '', text);
    await stage.startProxy();
    const expired = await stage.desk.goOn(failed.job.id);
    expect(expired.job.failure?.details['reason']).toBe('XKS_PROXY_INVALID_TLS_CONFIGURATION');
    expect((await show()).inAws?.error?.mend).toMatch(/certificate/i);
    await stage.stopProxy();
    for (const [n, bytes] of sound.entries()) writeFileSync(parts[n] ?? '', bytes);
    await stage.startProxy();
    requireDone(await stage.goOn(failed.job.id));
    expect((await show()).inAws).toMatchObject({ state: 'CONNECTED', error: null });
  });

  it('has a cause and a way to mend for every code that AWS gives', () => {
    expect(connectionErrorCodes).toHaveLength(11);
    for (const reason of connectionErrorCodes) {
      const { forYourKeys, next } = renderFailure({
        code: 'XKS_CONNECT_FAILED',
        details: { reason },
      });
      expect(forYourKeys).not.toContain('not known here');
      expect(next).not.toContain('Remove the cause');
    }
  });

  it.each(unsupportedFeatures)('refuses %s with the reason, and makes nothing', async (feature) => {
    const asked = { key: 'ledger/nothing', deed: 'create' as const, wants: [feature] };
    const plan = await stage.desk.call('xksKey.plan', asked);
    expect(plan.blocked?.code).toBe('XKS_UNSUPPORTED');
    expect(plan.blocked?.details['reason']).toMatch(/\w+ \w+/);
    const refused = await stage.desk.refused('xksKey.run', { ...asked, plan: plan.number });
    expect(refused.code).toBe('XKS_UNSUPPORTED');
    expect((await stage.desk.call('xksKey.list', {})).keys).toEqual([]);
  });

  it('finds the KMS key whose making was answered by nobody, and makes no second one', async () => {
    await stage.aws.misbehave({ operations: { CreateKey: { loseResponseAfterEffect: 1_000 } } });
    const done = await stage.key('create', 'ledger/payments');
    await stage.aws.misbehave();
    requireDone(done);
    const key = await stage.desk.call('xksKey.show', { key: 'ledger/payments' });
    keyArn = key.kmsKeyArn ?? '';
    const held = (await stage.aws.held()).keys.filter(({ metadata }) => metadata.Arn === keyArn);
    expect(held).toHaveLength(1);
    expect(done.steps.find(({ name }) => name === 'create')?.proof[0]?.text).toContain(
      'found by its mark',
    );
    sealed = await stage.encrypt(keyArn, 'kept');
  });

  it('S2-023: answers with the fields that any symmetric key answers with', async () => {
    const kms = stage.aws.kms(region);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const fieldsOf = async (KeyId: string): Promise<string[][]> => {
      const sealed = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
      const { CiphertextBlob } = sealed;
      const replies = [
        sealed,
        await kms.send(new DecryptCommand({ CiphertextBlob })),
        await kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: KeyId })),
        await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' })),
        await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 16 })),
      ];
      return replies.map((reply) => Object.keys(reply).toSorted());
    };
    const fields = await fieldsOf(keyArn);
    expect(fields).toEqual(await fieldsOf(KeyMetadata?.KeyId ?? ''));
    expect(fields[1]).toContain('KeyMaterialId');
  });

  it('takes a key that was made before, and does not say that its copy has no place', async () => {
    await stage.desk.call('xksKey.add', { store: 'ledger', name: 'waiting' });
    const done = await stage.key('create', 'ledger/waiting');
    requireDone(done);
    const save = done.steps.find(({ name }) => name === 'save');
    expect(save?.proof[0]?.text).toBe('saved when the key was made');
  });

  it('knows a KMS key that only a proxy saw yet: no second one is made, nor the key removed', async () => {
    const found = await stage.desk.call('xksKey.add', { store: 'ledger', name: 'found' });
    const arn = await stage.createOutside('ledger', found.xksKeyId);
    expect(await stage.decrypt(await stage.encrypt(arn, 'bound'))).toBe('bound');
    expect((await stage.desk.call('xksKey.show', { key: 'ledger/found' })).bindings).toEqual([]);
    const belongs = { code: 'XKS_KEY_BOUND', details: { arn } };
    const asked = { key: 'ledger/found', deed: 'create' as const };
    const plan = await stage.desk.call('xksKey.plan', asked);
    expect(plan.blocked).toMatchObject(belongs);
    const removal = { key: 'ledger/found', confirm: true };
    await stage.stopProxy();
    expect(await stage.desk.refused('xksKey.remove', removal)).toMatchObject(belongs);
    await stage.startProxy();
    expect(await stage.encrypt(arn, 'still')).toBeInstanceOf(Uint8Array);
  });

  it('links what proxies wrote while it was locked, as soon as it is unlocked, and says how far it is', async () => {
    const audit = async () => (await stage.desk.call('xks.status', {})).nodes[0]?.audit;
    const before = (await audit())?.records ?? 0;
    await stage.desk.lock();
    for (let start = 0; start < 2; start += 1) {
      // a proxy that starts begins a segment of its own
      if (start > 0) await stage.restartProxy();
      expect(await stage.decrypt(sealed)).toBe('kept');
    }
    await stage.desk.unlock();
    await expect
      .poll(audit)
      .toMatchObject({ records: before + 2, linked: before + 2, broken: false, reading: false });
    const file = stage.at('linked.jsonl');
    const { fingerprint } = await stage.desk.call('audit.export', { to: file });
    const { folder } = await stage.desk.call('xks.status', {});
    const segments = [join(folder, 'nodes/one/audit')];
    const verdict = await stage.desk.call('audit.verify', { file, fingerprint, segments });
    expect(verdict.segments).toMatchObject([{ unlinked: 0, faults: [] }]);
  });

  it('refuses and shows a second KMS key, until a person allows it', async () => {
    const other = keyArn.replace(/key\/.*/, 'key/0b7a1c2d-1111-4222-8333-444455556691');
    const asked = { key: 'ledger/payments', arn: other };
    const file = stage.at('second.json');
    await stage.desk.call('xksStore.writeCredential', { store: 'ledger', file });
    const kms = stage.holderOf(file);
    const { xksKeyId } = await stage.desk.call('xksKey.show', { key: asked.key });
    const metadata = { requestMetadata: { ...requestMetadata, kmsKeyArn: other } };
    const encrypt = () => kms.encrypt(xksKeyId, metadata);
    const shown = async () => (await stage.desk.call('xks.status', {})).refusedKmsKeys;
    for (const times of [1, 2]) {
      expect((await encrypt()).body).toMatchObject({ errorName: 'AccessDeniedException' });
      expect(await shown()).toMatchObject([
        { node: 'one', storeName: 'ledger', keyName: 'payments', kmsKeyArn: other, times },
      ]);
    }
    expect((await stage.desk.refused('xksKey.allowKmsKey', asked)).code).toBe(
      'CONFIRMATION_NEEDED',
    );
    const { bindings } = await stage.desk.call('xksKey.allowKmsKey', { ...asked, confirm: true });
    expect(bindings.map(({ how }) => how)).toEqual(['made', 'allowed']);
    expect((await encrypt()).status).toBe(200);
    expect(await shown()).toEqual([]);
    kms.close();
  });

  it('says that its name is taken in AWS, and goes on under another', async () => {
    const rename = (store: string, name: string) =>
      stage.desk.call('xksStore.edit', { store, name });
    await stage.addStore('taken', { storage: 'software' });
    requireDone(await stage.store('create', 'taken'));
    await rename('taken', 'renamed here only');
    await rename('ledger', 'taken');
    const refused = await stage.store('update', 'taken');
    expect(refused.job).toMatchObject({ state: 'needs-you', failure: { code: 'NAME_TAKEN' } });
    await rename('taken', 'ledger');
    requireDone(await stage.goOn(refused.job.id));
    requireDone(await stage.store('delete', 'renamed here only'));
    await stage.desk.call('xksStore.remove', { store: 'renamed here only', confirm: true });
  });

  it('goes on being served while the keystore is locked, and is brought up to date at unlocking', async () => {
    await stage.desk.lock();
    expect(await stage.decrypt(sealed)).toBe('kept');
    rmSync(`${stage.desk.keystore}.xks/serving-set`);
    await stage.desk.unlock();
    await expect
      .poll(async () => (await stage.desk.call('xks.status', {})).published)
      .not.toBeNull();
  });

  it('keeps the former credential when AWS does not take the new one', async () => {
    const before = await show();
    await stage.stopProxy();
    const stopped = await stage.store('rotate-credential', 'ledger');
    expect(stopped.job.state).toBe('needs-you');
    expect((await show()).inAws?.accessKeyId).toBe(before.inAws?.accessKeyId);
    await stage.startProxy();
    expect(await stage.decrypt(sealed)).toBe('kept');
    requireDone(await stage.goOn(stopped.job.id));
    expect(await stage.decrypt(sealed)).toBe('kept');
    const after = await show();
    expect(after.credentials.filter(({ retiredAt }) => retiredAt === null)).toHaveLength(1);
    expect(after.inAws?.accessKeyId).not.toBe(before.inAws?.accessKeyId);
  });

  it('keeps the former credential where AWS signs with it again before it is retired', async () => {
    const before = await show();
    const file = stage.at('former.json');
    await stage.desk.call('xksStore.writeCredential', { store: 'ledger', file });
    const { XksProxyAuthenticationCredential } = JSON.parse(readFileSync(file, 'utf8')) as {
      XksProxyAuthenticationCredential: object;
    };
    const CustomKeyStoreId = before.inAws?.kmsStoreId;
    stage.desk.at('xks-store.rotate-credential:retire:before-intent', () =>
      stage.aws.callNow('UpdateCustomKeyStore', {
        CustomKeyStoreId,
        XksProxyAuthenticationCredential,
      }),
    );
    const ended = await stage.store('rotate-credential', 'ledger');
    expect(ended.job).toMatchObject({
      state: 'done-with-remark',
      failure: {
        code: 'READ_BACK_DIFFERS',
        details: { what: 'access key id', found: before.inAws?.accessKeyId },
      },
    });
    expect(await stage.decrypt(sealed)).toBe('kept');
    // the pair that waits is taken by the next one
    requireDone(await stage.store('rotate-credential', 'ledger'));
    expect(await stage.decrypt(sealed)).toBe('kept');
    const { credentials, inAws } = await show();
    const valid = credentials.filter(({ retiredAt }) => retiredAt === null);
    expect(valid.map(({ accessKeyId }) => accessKeyId)).toEqual([inAws?.accessKeyId]);
  });

  it('rules refuse by caller, and only say so while they are tried out', async () => {
    const { id } = await stage.desk.call('xksRule.add', {
      store: 'ledger',
      name: 'nobody we know',
      effect: 'allow',
      when: { awsPrincipalArn: ['arn:aws:iam::123456789012:role/clerk-*'] },
    });
    expect(await awsRefuses(stage.decrypt(sealed))).toContain('its rules deny access');
    await stage.desk.call('xksRule.setMode', { store: 'ledger', mode: 'dry-run' });
    expect(await stage.decrypt(sealed)).toBe('kept');
    await stage.desk.call('xksRule.setMode', { store: 'ledger', mode: 'enforce' });
    await stage.desk.call('xksRule.remove', { rule: id });
    expect(await stage.decrypt(sealed)).toBe('kept');
  });

  it('refuses every account but its owners', async () => {
    await stage.desk.call('xksStore.edit', { store: 'ledger', accounts: ['999988887777'] });
    expect(await awsRefuses(stage.decrypt(sealed))).toContain('its rules deny access');
    const plan = await stage.desk.call('xksStore.plan', { store: 'ledger', deed: 'disconnect' });
    expect(plan.blocked?.code).toBe('ACCOUNT_MISMATCH');
    await stage.desk.call('xksStore.edit', { store: 'ledger', accounts: ['123456789012'] });
    expect(await stage.decrypt(sealed)).toBe('kept');
  });

  it('is not moved in AWS while it is connected, and is renamed there', async () => {
    await stage.desk.call('xksStore.edit', {
      store: 'ledger',
      endpoint: 'https://other.example.test',
    });
    const blocked = await stage.desk.call('xksStore.plan', { store: 'ledger', deed: 'update' });
    expect(blocked.blocked).toMatchObject({ code: 'XKS_STORE_STATE' });
    await stage.desk.call('xksStore.edit', {
      store: 'ledger',
      endpoint: 'https://xks.example.test',
      name: 'ledger-two',
    });
    requireDone(await stage.store('update', 'ledger-two'));
    expect(await stage.decrypt(sealed)).toBe('kept');
  });

  it('is not deleted while it holds KMS keys, and says so', async () => {
    requireDone(await stage.store('disconnect', 'ledger-two'));
    const kept = await stage.store('delete', 'ledger-two');
    expect(kept.job).toMatchObject({
      state: 'stopped-nothing-changed',
      failure: { code: 'XKS_STORE_IN_USE' },
    });
  });

  it('is put back from the backup, and its proxies take the number above the one they had', async () => {
    const before = await stage.desk.call('xks.status', {});
    await using restored = new Desk({ clock: nodeClock });
    restored.passphrase = stage.desk.passphrase;
    await restored.call('keystore.restore', {
      from: stage.desk.backups,
      passphrase: Uint8Array.from(restored.passphrase),
    });
    await restored.unlock();
    const key = await restored.call('xksKey.show', { key: keyArn });
    expect(key).toMatchObject({ name: 'payments', served: true, kmsKeyArn: keyArn });
    const { folder } = before;
    const after = await restored.call('xks.setFolder', { folder });
    expect(after.revision).toBeGreaterThan(before.revision);
    expect(after.nodes).toMatchObject([{ node: 'one', newest: true, problem: null }]);
  });

  it('leaves no secret in what it publishes', () => {
    const set = readFileSync(`${stage.desk.keystore}.xks/serving-set`);
    expect(set.includes('payments')).toBe(false);
    expect(set.includes('secretAccessKey')).toBe(false);
  });
});
