import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { control } from '../../electron/practice/kms/testing/raw-client.fixture.ts';
import { type Detail, requireDone } from '../support/desk.ts';
import { requireClear } from '../support/truth.ts';
import { KeystoreStage } from './keystore-stage.ts';

let stage: KeystoreStage;

beforeEach(async () => {
  stage = await KeystoreStage.open('software');
  await stage.addStore('ledger', { storage: 'software' });
  await stage.startProxy();
});
afterEach(async () => stage?.[Symbol.asyncDispose]());

/** AWS makes the key store; of that, whoever asked for it hears nothing, and may not look. */
async function createdUnheard(): Promise<Detail> {
  const lost = { CreateCustomKeyStore: { loseResponseAfterEffect: 1 } };
  await stage.aws.misbehave({ operations: lost });
  const deny = { actions: ['kms:DescribeCustomKeyStores'] };
  stage.desk.at('aws:CreateCustomKeyStore:sent', () => stage.aws.controlNow('POST /deny', deny));
  const stopped = await stage.store('create', 'ledger');
  expect(stopped.job.state).toBe('needs-you');
  await stage.aws.misbehave();
  return stopped;
}

const inAws = async () => {
  const { keyStores } = await control<{ readonly keyStores: readonly { readonly name: string }[] }>(
    stage.aws.controlUrl,
    'GET /state',
  );
  return keyStores.map(({ name }) => name);
};

describe('an external key store that AWS may have already', () => {
  it('is found under the name that AWS was given, also where it was renamed here since', async () => {
    const stopped = await createdUnheard();
    expect(await inAws()).toEqual(['ledger']);
    await stage.aws.allow();
    await stage.desk.call('xksStore.edit', { store: 'ledger', name: 'journal' });
    requireDone(await stage.goOn(stopped.job.id));
    expect(await inAws()).toEqual(['ledger']);
    requireDone(await stage.store('update', 'journal'));
    expect(await inAws()).toEqual(['journal']);
  });

  it('stays in the Region in which AWS was asked for it', async () => {
    const stopped = await createdUnheard();
    const move = { store: 'ledger', region: 'eu-central-1' };
    const refused = await stage.desk.refused('xksStore.edit', move);
    const details = { job: stopped.job.number, store: 'ledger', needsYou: true };
    expect(refused).toMatchObject({ code: 'ALREADY_RUNNING', details });
    requireClear(refused);
    await stage.aws.allow();
    requireDone(await stage.goOn(stopped.job.id));
    expect(await inAws()).toEqual(['ledger']);
  });

  it('is taken by the next job, where the one that made it was given up', async () => {
    const stopped = await createdUnheard();
    await stage.desk.call('job.cancel', { job: stopped.job.id });
    expect((await stage.desk.settled(stopped.job.id)).job.state).toBe('cancelled');
    await stage.aws.allow();
    const plan = await stage.desk.call('xksStore.plan', { store: 'ledger', deed: 'create' });
    expect(plan.calls.map(({ call }) => call)).not.toContain('CreateCustomKeyStore');
    const done = await stage.store('create', 'ledger');
    requireDone(done);
    expect(await inAws()).toEqual(['ledger']);
    expect((await stage.desk.call('xksStore.show', { store: 'ledger' })).inAws).not.toBeNull();
  });

  it('is not taken for another one of its name', async () => {
    requireDone(await stage.store('create', 'ledger'));
    await stage.desk.call('xksStore.edit', { store: 'ledger', name: 'journal' });
    await stage.addStore('ledger', { storage: 'software' });
    const asked = { store: 'ledger', deed: 'create' } as const;
    const { number, blocked } = await stage.desk.call('xksStore.plan', asked);
    expect(blocked).toMatchObject({ code: 'NAME_TAKEN' });
    const refused = await stage.desk.refused('xksStore.run', { ...asked, plan: number });
    expect(refused.code).toBe('NAME_TAKEN');
  });
});
