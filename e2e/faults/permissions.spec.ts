import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { requireOneRotation } from '../support/effects.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { editedPolicy, policyTemplate } from '../support/policies.ts';
import { failureOf, requireClear, requireTrueStanding } from '../support/truth.ts';

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

/** From this moment inside the job AWS refuses the action, whatever the plan could still do. */
const denyAt = (point: string, ...actions: string[]): void =>
  desk.at(point, () => aws.controlNow('POST /deny', { actions }));

describe('a permission is missing for a call of a rotation', () => {
  const before = ['check', 'generate', 'save', 'create', 'parameters', 'wrap', 'import', 'confirm'];

  beforeAll(async () => {
    await desk.addGroup('later', { policy: policyTemplate });
    await desk.rotated('later');
  });

  it.each([
    { action: 'kms:CreateKey', step: 'create' },
    { action: 'kms:GetParametersForImport', step: 'parameters' },
    { action: 'kms:ImportKeyMaterial', step: 'import' },
    { action: 'kms:DescribeKey', step: 'confirm' },
    { action: 'kms:GetKeyPolicy', step: 'confirm' },
    { action: 'kms:UpdateAlias', step: 'alias' },
  ])('$action: it stops at $step, and goes on from there', async ({ action, step }) => {
    const since = await aws.mark();
    const former = await aws.holder('alias/later');
    const at = before[before.indexOf(step)] ?? 'alias';
    denyAt(`group.force-rotate:${at}:before-intent`, action);
    const stopped = await desk.rotate('later');
    expect(stopped.job.state).toBe('needs-you');
    expect(stopped.steps.find(({ state }) => state === 'needs-you')?.name).toBe(step);
    const failure = failureOf(stopped);
    expect(failure).toMatchObject({
      code: 'AWS_ACCESS_DENIED',
      details: { permission: action },
      external: { name: 'AccessDeniedException' },
    });
    const text = requireClear(failure);
    expect(text.next).toContain(`Allow ${action}`);
    expect(text.detail).toContain('request ');
    expect(stopped.next?.deed).toBe('continue');
    await requireTrueStanding(desk, aws, stopped);
    expect(await aws.holder('alias/later')).toBe(former);
    const group = (await desk.call('group.list', {})).groups.find(({ name }) => name === 'later');
    expect(group).toMatchObject({ state: 'Job needs you', needsYou: true });

    await aws.allow();
    await requireOneRotation(aws, await desk.goOn(stopped.job.id), since);
    expect(await aws.holder('alias/later')).not.toBe(former);
  });

  it('kms:CreateAlias, for a first rotation', async () => {
    await desk.addGroup('first');
    denyAt('group.force-rotate:alias:before-intent', 'kms:CreateAlias');
    const stopped = await desk.rotate('first');
    expect(failureOf(stopped).details).toMatchObject({ permission: 'kms:CreateAlias' });
    const standing = await requireTrueStanding(desk, aws, stopped);
    expect(standing.applications.text).toBe('See no change: alias/first does not exist yet');
    expect(standing.data.text).toBe('No data uses this group yet');
    await aws.allow();
    requireDone(await desk.goOn(stopped.job.id));
  });

  it('kms:TagResource alone is no reason to stop: the key is made without tags, and it is said', async () => {
    denyAt('group.force-rotate:create:before-intent', 'kms:TagResource');
    const detail = await desk.rotate('later');
    requireDone(detail);
    const proofs = detail.steps.find(({ name }) => name === 'create')?.proof ?? [];
    expect(proofs.map(({ text }) => text).join()).toContain('kms:TagResource is missing');
    await aws.allow();
  });

  it('kms:DescribeKey before the first change: nothing changed, and nothing is there', async () => {
    const held = (await aws.held()).keys;
    denyAt('group.force-rotate:check:before-intent', 'kms:DescribeKey');
    desk.at('group.force-rotate:check:after-intent', () =>
      aws.controlNow('POST /deny', { actions: ['kms:ListAliases'] }),
    );
    const ended = await desk.rotate('later');
    expect(ended.job.state).toBe('stopped-nothing-changed');
    expect(failureOf(ended).code).toBe('AWS_ACCESS_DENIED');
    await aws.allow();
    await requireTrueStanding(desk, aws, ended);
    expect((await aws.held()).keys).toEqual(held);
  });

  it('and the plan names it where it can be known before', async () => {
    await aws.deny(['kms:DescribeKey', 'kms:ListAliases']);
    const plan = await desk.plan('later');
    if (plan.blocked === null) throw new Error('the plan is not refused');
    expect(plan.blocked.code).toBe('AWS_ACCESS_DENIED');
    // Whose permission it is, before any job.
    expect(requireClear(plan.blocked).next).toContain('for “payments-kms”');
    expect(plan.checks.filter(({ ok }) => !ok).map(({ text }) => text)).toEqual([
      'alias/later was read: AWS did not allow this (AccessDeniedException)',
    ]);
    await aws.allow();
  });
});

describe('a change was made, and then AWS allows no look at it', () => {
  beforeAll(async () => {
    await desk.addGroup('blind', { policy: policyTemplate });
    await desk.rotated('blind');
    await desk.rotated('blind');
  });
  afterEach(() => aws.allow());

  it('nobody says that nothing changed: the material is gone', async () => {
    const { remote } = await desk.call('key.show', { key: 'blind/1' });
    denyAt('aws:DeleteImportedKeyMaterial:answered', 'kms:DescribeKey');
    const stopped = await desk.synchronize('blind/1', {
      deleteMaterial: true,
      importMaterial: false,
    });
    expect((await aws.key(remote?.keyId ?? '')).metadata.KeyState).toBe('PendingImport');
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped).details).toMatchObject({ permission: 'kms:DescribeKey' });
    await aws.allow();
    const since = await aws.mark();
    requireDone(await desk.goOn(stopped.job.id));
    expect(await aws.calls(since)).not.toContain('DeleteImportedKeyMaterial');
    requireDone(await desk.synchronize('blind/1', { deleteMaterial: false, importMaterial: true }));
  });

  it('nor for the alias, which moved', async () => {
    const { remote } = await desk.call('key.show', { key: 'blind/1' });
    denyAt('aws:UpdateAlias:answered', 'kms:DescribeKey', 'kms:ListAliases');
    const stopped = await desk.makeActive('blind/1');
    expect(await aws.holder('alias/blind')).toBe(remote?.keyId);
    expect(stopped.job.state).toBe('needs-you');
    await aws.allow();
    const since = await aws.mark();
    requireDone(await desk.goOn(stopped.job.id));
    expect(await aws.calls(since)).not.toContain('UpdateAlias');
  });

  /** A rotation whose alias moved, and that could not see it. */
  const rotatedBlindly = async () => {
    denyAt('aws:UpdateAlias:answered', 'kms:DescribeKey', 'kms:ListAliases');
    const stopped = await desk.rotate('blind');
    expect(stopped.job.state).toBe('needs-you');
    expect(stopped.leftovers).toMatch(
      /^Cancel now leaves KMS key .* alias\/blind may name it already\.$/,
    );
    expect(stopped.discardable).toBe(false);
    return stopped.job.id;
  };

  it('a cancel looks once more, and leaves a rotation done that is', async () => {
    const job = await rotatedBlindly();
    await aws.allow();
    await desk.call('job.cancel', { job });
    requireDone(await desk.settled(job));
  });

  it('a cancel that can see nothing says what may be, in the past', async () => {
    const job = await rotatedBlindly();
    await desk.call('job.cancel', { job });
    const ended = await desk.settled(job);
    expect(ended.job.state).toBe('cancelled');
    expect(ended.job.message).toMatch(
      /^Cancelled\. KMS key .* stays in AWS, .*may name it already\.$/,
    );
  });
});

describe('a permission is missing for a call of another deed', () => {
  const all = { deleteMaterial: true, updatePolicy: true, importMaterial: true };

  beforeAll(async () => {
    await desk.addGroup('deeds', { policy: policyTemplate });
    await desk.rotated('deeds');
    await desk.rotated('deeds');
  });

  it.each([
    { action: 'kms:GetKeyPolicy', step: 'policy', state: 'stopped-nothing-changed' },
    { action: 'kms:PutKeyPolicy', step: 'policy', state: 'stopped-nothing-changed' },
    { action: 'kms:DeleteImportedKeyMaterial', step: 'delete', state: 'needs-you' },
    { action: 'kms:GetParametersForImport', step: 'parameters', state: 'needs-you' },
    { action: 'kms:ImportKeyMaterial', step: 'import', state: 'needs-you' },
    { action: 'kms:DescribeKey', step: 'confirm', state: 'needs-you' },
  ])('$action of Synchronize: $state', async ({ action, step, state }) => {
    const { remote } = await desk.call('key.show', { key: 'deeds/1' });
    const keyId = remote?.keyId ?? '';
    await aws.putPolicy(keyId, editedPolicy);
    denyAt(`key.synchronize:${step}:before-intent`, action);
    const stopped = await desk.synchronize('deeds/1', all);
    expect(stopped.job.state).toBe(state);
    expect(failureOf(stopped).details).toMatchObject({ permission: action });
    await aws.allow();
    await requireTrueStanding(desk, aws, stopped);
    const gone = (await aws.key(keyId)).metadata.KeyState === 'PendingImport';
    expect(gone).toBe(step === 'parameters' || step === 'import');
    requireDone(
      state === 'needs-you'
        ? await desk.goOn(stopped.job.id)
        : await desk.synchronize('deeds/1', all),
    );
    const held = await aws.key(keyId);
    expect(held.metadata.KeyState).toBe('Enabled');
    expect(held.materials).toHaveLength(1);
    expect(JSON.parse(held.policy)).toEqual(JSON.parse(policyTemplate));
  });

  it('kms:UpdateAlias of Make Active: nothing changed', async () => {
    const former = await aws.holder('alias/deeds');
    denyAt('key.make-active:alias:before-intent', 'kms:UpdateAlias');
    const stopped = await desk.makeActive('deeds/1');
    expect(stopped.job.state).toBe('stopped-nothing-changed');
    expect(failureOf(stopped).details).toMatchObject({ permission: 'kms:UpdateAlias' });
    await aws.allow();
    await requireTrueStanding(desk, aws, stopped);
    expect(await aws.holder('alias/deeds')).toBe(former);
    requireDone(await desk.makeActive('deeds/1'));
  });

  it.each(['kms:ListAliases', 'kms:GetKeyLastUsage', 'kms:DisableKey'])(
    '%s of the disabling of a former key',
    async (action) => {
      const group = `off-${action.slice(4).toLowerCase()}`;
      await desk.addGroup(group, { disableAfterRotating: true, disableWaitDays: 0 });
      const first = await desk.rotated(group);
      denyAt('key.disable:check:before-intent', action);
      await desk.rotated(group);
      const { jobs } = await desk.call('job.list', { group });
      const job = jobs.find(({ kind }) => kind === 'key.disable');
      const stopped = await desk.settled(job?.id ?? '');
      expect(failureOf(stopped).details).toMatchObject({ permission: action });
      expect(stopped.job.state).toBe('needs-you');
      await aws.allow();
      await requireTrueStanding(desk, aws, stopped);
      const stateNow = async () => (await aws.key(first.remote?.keyId ?? '')).metadata.KeyState;
      expect(await stateNow()).toBe('Enabled');
      requireDone(await desk.goOn(stopped.job.id));
      expect(await stateNow()).toBe('Disabled');
    },
  );
});
