import { DeleteAliasCommand, DisableKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const groupOf = async (group: string) => (await desk.call('group.show', { group })).group;
const key = (reference: string) => desk.call('key.show', { key: reference });
const idOf = async (reference: string) => (await key(reference)).remote?.keyId ?? '';
const check = (reference: string) => desk.call('key.check', { key: reference });
const dropAlias = (group: string) =>
  aws.kms().send(new DeleteAliasCommand({ AliasName: `alias/${group}` }));
const needing = async () =>
  (await desk.call('group.list', { needsYou: true })).groups.map(({ name }) => name);

/** A group with so many versions, each of which had the alias. */
async function used(name: string, versions = 1, fields: Parameters<Desk['addGroup']>[1] = {}) {
  await desk.addGroup(name, fields);
  for (let n = 0; n < versions; n += 1) await desk.rotated(name);
  expect(await groupOf(name)).toMatchObject({ state: 'In step', aliasElsewhere: null });
}
const inStep = { state: 'In step', needsYou: false, aliasElsewhere: null };

describe.each(['container', 'material'] as const)('an alias of versions in a %s', (mapping) => {
  it('that names a key of somebody else is told from the next look on, until it is back', async () => {
    const name = `taken-${mapping}`;
    await used(name, 2, { mapping });
    const foreign = await aws.makeKey();
    await aws.pointAlias(`alias/${name}`, foreign);
    expect(await groupOf(name)).toMatchObject(inStep);
    await check(`${name}/1`);
    const told = await groupOf(name);
    expect(told).toMatchObject({ state: 'Alias elsewhere', needsYou: true, activeVersion: null });
    expect(told.aliasElsewhere).toMatchObject({ keyId: foreign, group: null, adopted: false });
    expect(await needing()).toContain(name);

    await aws.pointAlias(`alias/${name}`, await idOf(`${name}/2`));
    await check(`${name}/2`);
    expect(await groupOf(name)).toMatchObject({ ...inStep, activeVersion: 2 });
    expect(await needing()).not.toContain(name);
  });

  it('that was deleted is told, and Make Active makes it again', async () => {
    const name = `deleted-${mapping}`;
    await used(name, 2, { mapping });
    await dropAlias(name);
    await check(`${name}/2`);
    const told = await groupOf(name);
    expect(told).toMatchObject({ state: 'Alias missing', needsYou: true, activeVersion: null });
    expect(told.aliasElsewhere).toMatchObject({ keyId: null, group: null, adopted: false });
    requireDone(await desk.makeActive(`${name}/2`));
    expect(await groupOf(name)).toMatchObject({ ...inStep, activeVersion: 2 });
    expect(await aws.holder(`alias/${name}`)).toBe(await idOf(`${name}/2`));

    await dropAlias(name);
    await check(`${name}/1`);
    requireDone(await desk.rotate(name));
    expect(await groupOf(name)).toMatchObject({ ...inStep, activeVersion: 3 });
  });
});

it('a plan that is refused for the alias tells it of the group too; adopted, the group may move it', async () => {
  await used('refused');
  const foreign = await aws.makeKey();
  await aws.pointAlias('alias/refused', foreign);
  expect((await desk.plan('refused')).blocked?.code).toBe('ALIAS_HELD_ELSEWHERE');
  const told = await groupOf('refused');
  expect(told.state).toBe('Alias elsewhere');
  expect(told.aliasElsewhere).toMatchObject({ keyId: foreign, adopted: false });

  requireDone(await desk.rotate('refused', true));
  expect(await groupOf('refused')).toMatchObject({ ...inStep, activeVersion: 2 });
  await aws.pointAlias('alias/refused', foreign);
  await check('refused/2');
  expect((await groupOf('refused')).aliasElsewhere).toMatchObject({ adopted: true });
  requireDone(await desk.makeActive('refused/2'));
  expect(await groupOf('refused')).toMatchObject({ ...inStep, activeVersion: 2 });
});

it('names the group whose key it is, where that is one of this keystore', async () => {
  await used('ledger');
  await used('payments');
  await aws.pointAlias('alias/payments', await idOf('ledger/1'));
  await check('payments/1');
  expect((await groupOf('payments')).aliasElsewhere).toMatchObject({
    keyId: await idOf('ledger/1'),
    group: 'ledger',
  });
  expect(await groupOf('ledger')).toMatchObject(inStep);
});

it('is no matter of a group that was never rotated, or was given another alias', async () => {
  await desk.addGroup('never');
  await aws.pointAlias('alias/never', await aws.makeKey());
  expect((await desk.plan('never')).blocked?.code).toBe('ALIAS_HELD_ELSEWHERE');
  expect(await groupOf('never')).toMatchObject({ state: 'Not in AWS', aliasElsewhere: null });

  await used('renamed');
  const changes = { alias: 'renamed-new' };
  const { number: plan } = await desk.call('group.planEdit', { group: 'renamed', changes });
  await desk.call('group.edit', { group: 'renamed', changes, plan });
  await check('renamed/1');
  expect(await groupOf('renamed')).toMatchObject(inStep);
  await aws.pointAlias('alias/renamed-new', await aws.makeKey());
  await check('renamed/1');
  expect(await groupOf('renamed')).toMatchObject({ state: 'Alias elsewhere', needsYou: true });
});

it('what could not be read is not claimed', async () => {
  await used('unread');
  await aws.pointAlias('alias/unread', await aws.makeKey());
  await aws.misbehave({ operations: { DescribeKey: { dropBeforeEffect: 1_000_000 } } });
  await desk.refused('key.check', { key: 'unread/1' });
  await aws.misbehave();
  expect(await groupOf('unread')).toMatchObject({ ...inStep, activeVersion: 1 });
});

it('a job that stopped for it has precedence, and the alias is told once the job is over', async () => {
  await used('stopped');
  const foreign = await aws.makeKey();
  desk.at('group.force-rotate:alias:before-intent', () =>
    aws.callNow('UpdateAlias', { AliasName: 'alias/stopped', TargetKeyId: foreign }),
  );
  const { job } = await desk.rotate('stopped');
  expect(job.state).toBe('needs-you');
  expect((await groupOf('stopped')).state).toBe('Job needs you');
  await desk.call('job.cancel', { job: job.id });
  const told = await groupOf('stopped');
  expect([told.state, told.aliasElsewhere?.keyId]).toEqual(['Alias elsewhere', foreign]);
});

describe('an alias that was moved in AWS to an earlier version of its group', () => {
  const lives = async (name: string) => [
    (await key(`${name}/1`)).lifecycle,
    (await key(`${name}/2`)).lifecycle,
  ];

  it('makes that one the active version at the next look, and no other', async () => {
    await used('back', 2);
    await aws.pointAlias('alias/back', await idOf('back/1'));
    expect(await lives('back')).toEqual(['deactivated', 'active']);
    await check('back/2');
    expect(await lives('back')).toEqual(['active', 'deactivated']);
    expect(await groupOf('back')).toMatchObject({
      ...inStep,
      activeVersion: 1,
      activeKeyId: await idOf('back/1'),
    });
    expect((await key('back/1')).history[0]?.text).toBe(
      'Found to hold alias/back, which was moved in AWS: active from now on',
    );
    expect((await key('back/2')).history[0]?.text).toBe(
      'Not active any more: alias/back was found at version 1',
    );
    const noted = (await key('back/1')).history.length;
    await check('back/1');
    expect((await key('back/1')).history).toHaveLength(noted);
    requireDone(await desk.makeActive('back/2'));
    expect(await lives('back')).toEqual(['deactivated', 'active']);
  });

  it('is told with how that version is, whichever was looked at', async () => {
    await used('back-off', 2);
    await aws.kms().send(new DisableKeyCommand({ KeyId: await idOf('back-off/1') }));
    await aws.pointAlias('alias/back-off', await idOf('back-off/1'));
    await check('back-off/2');
    expect(await lives('back-off')).toEqual(['suspended', 'deactivated']);
    expect(await groupOf('back-off')).toMatchObject({ state: 'Active key off', activeVersion: 1 });
  });

  it('keeps what somebody has chosen for the next rotation', async () => {
    await used('back-chosen', 2);
    const waiting = await aws.makeKey('EXTERNAL');
    await desk.call('group.edit', { group: 'back-chosen', changes: { activeKeyId: waiting } });
    await aws.pointAlias('alias/back-chosen', await idOf('back-chosen/1'));
    await check('back-chosen/1');
    expect(await groupOf('back-chosen')).toMatchObject({ activeVersion: 1, activeKeyId: waiting });
  });

  it('is set right by Synchronize as well', async () => {
    await used('back-sync', 2);
    await aws.pointAlias('alias/back-sync', await idOf('back-sync/1'));
    requireDone(await desk.synchronize('back-sync/2', {}));
    expect(await lives('back-sync')).toEqual(['active', 'deactivated']);
    expect((await groupOf('back-sync')).activeVersion).toBe(1);
  });

  it('leaves the versions as they are where AWS refuses to use that one', async () => {
    await used('back-empty', 2);
    await aws.deleteMaterial(await idOf('back-empty/1'));
    await aws.pointAlias('alias/back-empty', await idOf('back-empty/1'));
    await check('back-empty/2');
    expect(await lives('back-empty')).toEqual(['deactivated', 'active']);
    expect(await groupOf('back-empty')).toMatchObject({ state: 'Material gone', activeVersion: 1 });
  });
});
