import { afterAll, beforeAll, expect, it } from 'vitest';
import { bridges, killBridges } from '../support/bridges.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { SoftHsm } from '../support/soft-hsm.ts';

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start(['--rotation-seconds', '1']);
  desk = await Desk.open(aws);
  await new SoftHsm(desk.folder).attach(desk);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const alias = 'alias/vault';
const states = async (): Promise<string[]> => {
  const { keys } = await desk.call('key.list', { group: 'vault' });
  return keys.map(({ version, state, storage }) => `${version} ${storage} ${state}`).toSorted();
};

it('HSM protected keys become materials of one KMS key, through a lost bridge and a lost material', async () => {
  await desk.addGroup('vault', { storage: 'hsm', mapping: 'material' });
  const first = await desk.rotated('vault');
  const texts = [await aws.encrypt(alias, 'under version 1')];

  const before = bridges();
  desk.at('group.rotate-material:wrap:after-intent', killBridges);
  requireDone(await desk.rotate('vault'));
  expect(bridges()).not.toEqual(before);
  texts.push(await aws.encrypt(alias, 'under version 2'));
  requireDone(await desk.rotate('vault'));
  texts.push(await aws.encrypt(alias, 'under version 3'));
  expect(await states()).toEqual([
    '1 hsm Decrypts only',
    '2 hsm Decrypts only',
    '3 hsm Active, alias',
  ]);
  const { keys } = await desk.call('key.list', { group: 'vault' });
  expect(new Set(keys.map(({ remote }) => remote?.arn))).toEqual(new Set([first.remote?.arn]));
  expect(new Set(keys.map(({ kcv }) => kcv.value)).size).toBe(3);

  const choices = { updatePolicy: false, deleteMaterial: true, importMaterial: false };
  requireDone(await desk.synchronize('vault/2', choices));
  expect(await states()).toEqual(['1 hsm Stopped', '2 hsm Material gone', '3 hsm Stopped']);
  const back = { updatePolicy: false, deleteMaterial: false, importMaterial: true };
  requireDone(await desk.synchronize('vault/2', back));
  for (const [n, text] of texts.entries())
    expect((await aws.decrypt(text)).text).toBe(`under version ${n + 1}`);
});
