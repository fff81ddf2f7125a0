import { afterAll, beforeAll, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { editedPolicy, policyTemplate } from '../support/policies.ts';

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock: new HurriedClock() });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const stateHere = async (key: string) => (await desk.call('key.show', { key })).remote?.state;

async function disable(key: string): Promise<void> {
  const plan = await desk.call('key.planDisable', { key });
  const start = { key, plan: plan.number, confirm: plan.confirmName ?? '' };
  requireDone(await desk.settled((await desk.call('key.disable', start)).jobId));
}

it.each([
  { step: 'policy', deleteMaterial: false, importMaterial: true, ends: 'Disabled' },
  { step: 'confirm', deleteMaterial: false, importMaterial: true, ends: 'Disabled' },
  { step: 'policy', deleteMaterial: true, importMaterial: true, ends: 'Enabled' },
  { step: 'confirm', deleteMaterial: true, importMaterial: true, ends: 'Disabled' },
  { step: 'confirm', deleteMaterial: false, importMaterial: false, ends: 'Disabled' },
])(
  'turned off before $step of a Synchronize, that one goes on (delete $deleteMaterial, import $importMaterial)',
  async ({ step, ends, ...boxes }) => {
    const group = `while-${step}-${Number(boxes.deleteMaterial)}${Number(boxes.importMaterial)}`;
    await desk.addGroup(group, { policy: policyTemplate });
    const { remote } = await desk.rotated(group);
    const KeyId = remote?.keyId ?? '';
    await aws.putPolicy(KeyId, editedPolicy);
    desk.at(`key.synchronize:${step}:before-intent`, () => aws.callNow('DisableKey', { KeyId }));
    const done = await desk.synchronize(`${group}/1`, { ...boxes, updatePolicy: true });
    requireDone(done);
    const confirmed = done.steps.find(({ name }) => name === 'confirm')?.proof[0]?.text;
    const seen = ends === 'Disabled' ? /^Disabled by somebody while this job ran/ : /^Enabled/;
    expect(confirmed).toMatch(seen);
    expect(await stateHere(`${group}/1`)).toBe(ends);
    expect((await aws.key(KeyId)).metadata.KeyState).toBe(ends);
    requireDone(await desk.rotate(group));
  },
);

it('turned on while a Synchronize puts its policy back, that one goes on', async () => {
  await desk.addGroup('turned-on', { policy: policyTemplate });
  const KeyId = (await desk.rotated('turned-on')).remote?.keyId ?? '';
  await aws.putPolicy(KeyId, editedPolicy);
  await disable('turned-on/1');
  desk.at('key.synchronize:confirm:before-intent', () => aws.callNow('EnableKey', { KeyId }));
  const boxes = { deleteMaterial: false, updatePolicy: true, importMaterial: false };
  requireDone(await desk.synchronize('turned-on/1', boxes));
  expect(await stateHere('turned-on/1')).toBe('Enabled');
});

it('turned on by a Synchronize that deletes material first, which its plan says', async () => {
  await desk.addGroup('emptied');
  const KeyId = (await desk.rotated('emptied')).remote?.keyId ?? '';
  await disable('emptied/1');
  const boxes = { deleteMaterial: true, updatePolicy: false, importMaterial: true };
  const plan = await desk.call('key.planSynchronize', { key: 'emptied/1', ...boxes });
  expect(plan.lookFirst).toContain(
    'The KMS key is Enabled once AWS has the material again: disable it then, if it is to stay off',
  );
  const alone = { key: 'emptied/1', ...boxes, importMaterial: false };
  const { lookFirst } = await desk.call('key.planSynchronize', alone);
  expect(lookFirst.join()).not.toMatch(/stays Disabled|is Enabled once/);
  requireDone(await desk.synchronize('emptied/1', boxes));
  expect((await aws.key(KeyId)).metadata.KeyState).toBe('Enabled');
});

it('a Synchronize keeps who holds the alias now, and its plan says so', async () => {
  await desk.addGroup('moved');
  const KeyId = (await desk.rotated('moved')).remote?.keyId ?? '';
  await desk.rotated('moved');
  await aws.pointAlias('alias/moved', KeyId);
  const boxes = { deleteMaterial: false, updatePolicy: false, importMaterial: true };
  const plan = await desk.call('key.planSynchronize', { key: 'moved/2', ...boxes });
  expect(plan.subject).not.toContain('holds it');
  requireDone(await desk.synchronize('moved/2', boxes));
  const aliasHere = async (key: string) => (await desk.call('key.show', { key })).remote?.alias;
  expect(await aliasHere('moved/1')).toBe('alias/moved');
  expect(await aliasHere('moved/2')).toBeNull();
});

/** Asks for a deletion behind a rotation that waits for somebody; nobody is asked to type a name. */
async function deletionBehind(key: string): Promise<string> {
  const choices = { key, deleteMaterial: true, updatePolicy: false, importMaterial: false };
  const plan = await desk.call('key.planSynchronize', choices);
  expect(plan).toMatchObject({ blocked: null, confirmName: null });
  return (await desk.call('key.synchronize', { ...choices, plan: plan.number })).jobId;
}
async function stoppedRotation(group: string): Promise<string> {
  await aws.deny(['kms:ImportKeyMaterial']);
  const { job } = await desk.rotate(group);
  await aws.allow();
  expect(job.state).toBe('needs-you');
  return job.id;
}

it('a deletion that had nothing to delete leaves the material that a rotation brought before its turn', async () => {
  await desk.addGroup('filled');
  await desk.rotated('filled');
  const rotation = await stoppedRotation('filled');
  const deletion = await deletionBehind('filled/2');
  requireDone(await desk.goOn(rotation));
  const { job } = await desk.settled(deletion);
  expect(job).toMatchObject({
    state: 'stopped-nothing-changed',
    failure: {
      code: 'PLAN_CHANGED',
      details: { reason: 'AWS has material of version 2 by now' },
    },
  });
  const { state } = await desk.call('key.show', { key: 'filled/2' });
  expect(state).toBe('Active, alias');
});

it('a deletion for which nobody typed a name leaves a key that has the alias by its turn', async () => {
  await desk.addGroup('back');
  await desk.rotated('back');
  await desk.rotated('back');
  const rotation = await stoppedRotation('back');
  const { number: plan } = await desk.call('group.planMakeActive', { key: 'back/1' });
  const { jobId: active } = await desk.call('group.makeActive', { key: 'back/1', plan });
  const deletion = await deletionBehind('back/1');
  await desk.call('job.cancel', { job: rotation });
  requireDone(await desk.settled(active));
  const { job } = await desk.settled(deletion);
  expect(job).toMatchObject({
    state: 'stopped-nothing-changed',
    failure: { code: 'PLAN_CHANGED', details: { reason: 'the alias names version 1 by now' } },
  });
  expect((await desk.call('key.show', { key: 'back/1' })).state).toBe('Active, alias');
});
