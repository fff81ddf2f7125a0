import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeystoreStage } from './keystore-stage.ts';

let stage: KeystoreStage;
const left = async () => (await stage.desk.call('xks.status', {})).leftOnDevice;
const objects = () => stage.token?.files.filter((name) => name.endsWith('.object')).length ?? 0;

beforeAll(async () => {
  stage = await KeystoreStage.open('hsm');
});
afterAll(async () => stage[Symbol.asyncDispose]());

it('begins nothing on the device for a store that cannot be added', async () => {
  const before = objects();
  const input = { name: 'ledger', accounts: ['123456789012'] };
  for (const wrong of [{ credential: 'nobody' }, { name: ' ' }]) {
    const refused = await stage.desk.refused('xksStore.add', { ...input, ...wrong });
    expect(['NOT_FOUND', 'BAD_INPUT']).toContain(refused.code);
  }
  expect(objects()).toBe(before);
  await stage.addStore('ledger');
  expect(objects()).toBe(before + 1);
});

it('knows what is left on a device that went away while a key was removed, and takes it off later', async () => {
  await stage.desk.call('xksKey.add', { store: 'ledger', name: 'left' });
  const before = objects();
  stage.token?.pullOut();
  const removed = await stage.desk.call('xksKey.remove', { key: 'ledger/left', confirm: true });
  stage.token?.putBack();
  expect(removed.leftOnDevice).toBe(1);
  expect(await left()).toBe(1);
  await stage.desk.lock();
  await stage.desk.unlock();
  expect(await left()).toBe(1);
  expect(objects()).toBe(before);
  await stage.token?.login(stage.desk);
  await expect.poll(left).toBe(0);
  expect(objects()).toBe(before - 1);
});
