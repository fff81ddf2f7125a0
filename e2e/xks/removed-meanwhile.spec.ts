import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireDone } from '../support/desk.ts';
import { requireClear } from '../support/truth.ts';
import { KeystoreStage } from './keystore-stage.ts';

let stage: KeystoreStage;

beforeAll(async () => {
  stage = await KeystoreStage.open('software');
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

describe('a job that may have made something in AWS keeps what that needs here', () => {
  it('a store, while the job that makes its key store is not over', async () => {
    await stage.addStore('ledger', { storage: 'software' });
    await stage.startProxy();
    await stage.aws.deny(['kms:CreateCustomKeyStore']);
    const stopped = await stage.store('create', 'ledger');
    await stage.aws.allow();
    expect(stopped.job.state).toBe('needs-you');
    const remove = { store: 'ledger', confirm: true };
    const refused = await stage.desk.refused('xksStore.remove', remove);
    const details = { job: stopped.job.number, store: 'ledger', needsYou: true };
    expect(refused).toMatchObject({ code: 'ALREADY_RUNNING', details });
    expect(requireClear(refused).headline).toBe('A job of this external key store is under way.');
    requireDone(await stage.goOn(stopped.job.id));
    const store = await stage.desk.call('xksStore.show', { store: 'ledger' });
    expect(store.inAws).toMatchObject({ state: 'DISCONNECTED' });
    requireDone(await stage.store('connect', 'ledger'));
  });

  it('an external key and its versions, while the job that makes its KMS key is not over', async () => {
    await stage.aws.deny(['kms:CreateKey']);
    const stopped = await stage.key('create', 'ledger/payments');
    await stage.aws.allow();
    expect(stopped.job.state).toBe('needs-you');
    const key = 'ledger/payments';
    const details = { job: stopped.job.number, store: 'ledger' };
    const removed = await stage.desk.refused('xksKey.remove', { key, confirm: true });
    expect(removed).toMatchObject({ code: 'ALREADY_RUNNING', details });
    const destroy = { key, version: 1, confirm: true };
    const destroyed = await stage.desk.refused('xksKey.destroyVersion', destroy);
    expect(destroyed).toMatchObject({ code: 'ALREADY_RUNNING', details });
    requireDone(await stage.goOn(stopped.job.id));
    const { kmsKeyArn } = await stage.desk.call('xksKey.show', { key });
    expect(await stage.decrypt(await stage.encrypt(kmsKeyArn ?? '', 'kept'))).toBe('kept');
  });
});
