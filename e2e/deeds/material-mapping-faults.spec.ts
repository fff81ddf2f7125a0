import {
  DeleteAliasCommand,
  DeleteImportedKeyMaterialCommand,
  EnableKeyCommand,
  RotateKeyOnDemandCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderFailure } from '../../shared/text/failures.ts';
import { Desk, type KeyView, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf } from '../support/truth.ts';

let aws: OutsideAws;
let desk: Desk;
beforeAll(async () => {
  aws = await OutsideAws.start(['--rotation-seconds', '2']);
  desk = await Desk.open(aws);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

describe('what goes wrong in one KMS key', () => {
  const versionOf = (name: string, version: number): Promise<KeyView> =>
    desk.call('key.show', { key: `${name}/${version}` });
  const rotations = async (name: string): Promise<number> => {
    const { remote } = await desk.call('key.show', { key: `${name}/1` });
    const { materials } = await aws.key(remote?.keyId ?? '');
    return materials.length - 1;
  };

  it.each([
    ['ImportKeyMaterial', 'loseResponseAfterEffect', 1],
    ['ImportKeyMaterial', 'loseResponseAfterEffect', 4],
    ['ImportKeyMaterial', 'resetBeforeEffect', 4],
    ['ImportKeyMaterial', 'http500', 3],
    ['RotateKeyOnDemand', 'loseResponseAfterEffect', 1],
    ['RotateKeyOnDemand', 'resetBeforeEffect', 1],
    ['RotateKeyOnDemand', 'http500', 1],
    ['GetKeyRotationStatus', 'resetBeforeEffect', 2],
    ['GetParametersForImport', 'loseResponseAfterEffect', 2],
  ])('%s with %s, %i times: one material and one rotation', async (operation, fault, times) => {
    const name = `faults-${operation}-${fault}-${times}`.toLowerCase();
    await desk.addGroup(name, { mapping: 'material' });
    requireDone(await desk.rotate(name));
    const since = await aws.mark();
    await aws.misbehave({ operations: { [operation]: { [fault]: times } } });
    const job = await desk.begin(name);
    const detail = await desk.settled(job);
    await aws.misbehave();
    const struck = (await aws.journal(since)).filter(
      (entry) => entry.operation === operation && entry.mischief !== null,
    );
    expect(struck).toHaveLength(times);
    requireDone(detail.job.state === 'needs-you' ? await desk.goOn(job) : detail);
    expect(await rotations(name)).toBe(1);
    const effects = (await aws.journal(since)).flatMap((entry) => entry.effects);
    const rotated = effects.filter(({ kind }) => kind === 'material-rotated');
    expect(rotated.length).toBeLessThanOrEqual(1);
    const { keys } = await desk.call('key.list', { group: name });
    expect(keys.map(({ version, state }) => `${version} ${state}`).toSorted()).toEqual([
      '1 Decrypts only',
      '2 Active, alias',
    ]);
  });

  it('takes a version that a cancelled job had sent, and makes none', async () => {
    await desk.addGroup('taken', { mapping: 'material' });
    requireDone(await desk.rotate('taken'));
    await aws.deny(['kms:RotateKeyOnDemand']);
    const stopped = await desk.rotate('taken');
    expect(stopped.job.state).toBe('needs-you');
    const { leftovers } = await desk.call('job.show', { job: stopped.job.id });
    expect(JSON.stringify(leftovers)).toContain('the next Force Rotate takes it');
    await desk.call('job.cancel', { job: stopped.job.id });
    expect((await desk.call('key.show', { key: 'taken/2' })).state).toBe('Pending rotation');
    await aws.allow();
    const plan = await desk.plan('taken');
    expect(plan.sentence).toMatch(/^Version 2, which a former job made and sent/);
    requireDone(await desk.rotate('taken'));
    const { keys, total } = await desk.call('key.list', { group: 'taken' });
    expect(total).toBe(2);
    expect(keys.find(({ version }) => version === 2)?.state).toBe('Active, alias');
  });

  /** A rotation that stopped before AWS took anything of it. */
  async function stoppedBeforeImport(name: string): Promise<{ job: string; kmsKeyId: string }> {
    await desk.addGroup(name, { mapping: 'material' });
    const first = await desk.rotated(name);
    await aws.deny(['kms:ImportKeyMaterial']);
    const stopped = await desk.rotate(name);
    expect(stopped.job.state).toBe('needs-you');
    await aws.allow();
    return { job: stopped.job.id, kmsKeyId: first.remote?.keyId ?? '' };
  }
  const changesSince = async (mark: number): Promise<string[]> =>
    (await aws.journal(mark))
      .filter(({ operation, effects }) => !operation.startsWith('Get') && effects.length > 0)
      .map(({ operation }) => operation);

  it('takes nothing for its own that waits and that AWS does not take its copy for', async () => {
    const { job, kmsKeyId } = await stoppedBeforeImport('lost');
    const foreign = await aws.importFurther(kmsKeyId);
    const since = await aws.mark();
    const parked = await desk.goOn(job);
    expect(failureOf(parked)).toMatchObject({
      code: 'MATERIAL_PENDING',
      details: { materialId: foreign },
    });
    expect(await changesSince(since)).toEqual([]);
    expect((await versionOf('lost', 2)).state).toBe('Not in AWS');
    await aws
      .kms()
      .send(new DeleteImportedKeyMaterialCommand({ KeyId: kmsKeyId, KeyMaterialId: foreign }));
    requireDone(await desk.goOn(job));
    expect((await versionOf('lost', 2)).state).toBe('Active, alias');
    expect(await rotations('lost')).toBe(1);
  });

  it('rotates nothing where other material came in place of ours', async () => {
    await desk.addGroup('swapped', { mapping: 'material' });
    const kmsKeyId = (await desk.rotated('swapped')).remote?.keyId ?? '';
    await aws.deny(['kms:RotateKeyOnDemand']);
    const { job } = await desk.rotate('swapped');
    await aws.allow();
    const { remote } = await versionOf('swapped', 2);
    await aws.kms().send(
      new DeleteImportedKeyMaterialCommand({
        KeyId: kmsKeyId,
        KeyMaterialId: remote?.materialId ?? '',
      }),
    );
    const foreign = await aws.importFurther(kmsKeyId);
    const since = await aws.mark();
    expect(failureOf(await desk.goOn(job.id)).code).toMatch(
      /^(MATERIAL_PENDING|READ_BACK_DIFFERS)$/,
    );
    expect(await changesSince(since)).toEqual([]);
    await aws
      .kms()
      .send(new DeleteImportedKeyMaterialCommand({ KeyId: kmsKeyId, KeyMaterialId: foreign }));
    requireDone(await desk.goOn(job.id));
    expect(await rotations('swapped')).toBe(1);
  });

  it('stops where somebody has rotated meanwhile, and the next Force Rotate takes what waits', async () => {
    const { job, kmsKeyId } = await stoppedBeforeImport('overtaken');
    const foreign = await aws.rotateMaterial(kmsKeyId);
    await aws.advance(5);
    const since = await aws.mark();
    const parked = await desk.goOn(job);
    expect(failureOf(parked)).toMatchObject({
      code: 'READ_BACK_DIFFERS',
      details: { what: 'current key material', found: foreign },
    });
    expect(await changesSince(since)).toEqual(['ImportKeyMaterial']);
    await desk.call('job.cancel', { job });
    const plan = await desk.plan('overtaken');
    expect(plan.sentence).toMatch(/^Version 2, which a former job made and sent/);
    expect(plan.lookFirst[0]).toMatch(/^AWS encrypts under other material/);
    requireDone(await desk.rotate('overtaken'));
    expect(await versionOf('overtaken', 2)).toMatchObject({
      state: 'Active, alias',
      remote: { keyId: kmsKeyId },
    });
    expect((await versionOf('overtaken', 1)).lifecycle).toBe('deactivated');
  });

  it('says of the version that was last in use that it has the alias, where somebody else has rotated', async () => {
    await desk.addGroup('theirs', { mapping: 'material' });
    await desk.rotated('theirs');
    const { reference: key, remote } = await desk.rotated('theirs');
    await aws.rotateMaterial(remote?.keyId ?? '');
    await aws.advance(5);
    expect(await desk.call('key.check', { key })).toMatchObject({ state: 'Differs' });
    const { group } = await desk.call('group.show', { group: 'theirs' });
    expect(group).toMatchObject({ activeVersion: 2, state: 'Differs', needsYou: true });
    expect((await versionOf('theirs', 2)).lifecycle).toBe('active');
  });

  it.each([
    ['parameters', 'ScheduleKeyDeletion', 'AWS_KEY_STATE', 'which is PendingDeletion.'],
    ['rotate', 'DisableKey', 'KEY_NOT_ENABLED', 'and the next Force Rotate takes it.'],
  ] as const)(
    'says what became of the KMS key where somebody stops it before %s',
    async (step, call, code, leaves) => {
      const name = `stopped-at-${step}`;
      await desk.addGroup(name, { mapping: 'material' });
      const KeyId = (await desk.rotated(name)).remote?.keyId ?? '';
      desk.at(`group.rotate-material:${step}:after-intent`, () => aws.callNow(call, { KeyId }));
      const stopped = await desk.rotate(name);
      expect(failureOf(stopped).code).toBe(code);
      const { leftovers, standing } = await desk.call('job.show', { job: stopped.job.id });
      expect(leftovers).toContain(leaves);
      expect(standing?.aws.text).toMatch(/, which is (PendingDeletion|Disabled)$/);
      const { forYourKeys } = renderFailure(failureOf(stopped), { openJob: true });
      if (code === 'KEY_NOT_ENABLED') expect(forYourKeys).toMatch(/AWS refuses each of them\.$/);
    },
  );

  it('leads out of a job that met a material lost since its check', async () => {
    await desk.addGroup('lost-since', { mapping: 'material' });
    const kmsKeyId = (await desk.rotated('lost-since')).remote?.keyId ?? '';
    desk.at('group.rotate-material:rotate:after-intent', () =>
      aws.callNow('DeleteImportedKeyMaterial', { KeyId: kmsKeyId }),
    );
    const stopped = await desk.rotate('lost-since');
    expect(failureOf(stopped)).toMatchObject({
      code: 'MATERIAL_MISSING',
      details: { versions: 'version 1' },
    });
    expect(renderFailure(failureOf(stopped), { openJob: true }).next).toMatch(/^Cancel this job/);
    await desk.call('job.cancel', { job: stopped.job.id });
    requireDone(
      await desk.synchronize('lost-since/1', {
        deleteMaterial: false,
        updatePolicy: false,
        importMaterial: true,
      }),
    );
    requireDone(await desk.rotate('lost-since'));
    expect((await versionOf('lost-since', 2)).state).toBe('Active, alias');
    expect((await desk.call('key.list', { group: 'lost-since' })).total).toBe(2);
  });

  it('goes on where it was once a KMS key that stopped while AWS rotated is enabled', async () => {
    await desk.addGroup('off-since', { mapping: 'material' });
    const KeyId = (await desk.rotated('off-since')).remote?.keyId ?? '';
    desk.at('group.rotate-material:current:after-intent', () =>
      aws.callNow('DisableKey', { KeyId }),
    );
    const stopped = await desk.rotate('off-since');
    expect(failureOf(stopped).code).toBe('KEY_NOT_ENABLED');
    await aws.kms().send(new EnableKeyCommand({ KeyId }));
    requireDone(await desk.goOn(stopped.job.id));
    expect((await versionOf('off-since', 2)).state).toBe('Active, alias');
    expect(await rotations('off-since')).toBe(1);
  });

  it('waits where AWS is at a rotation that somebody asked for in the same moment', async () => {
    await desk.addGroup('conflict', { mapping: 'material' });
    const KeyId = (await desk.rotated('conflict')).remote?.keyId ?? '';
    desk.at('aws:GetKeyRotationStatus:answered', () => aws.callNow('RotateKeyOnDemand', { KeyId }));
    const since = await aws.mark();
    requireDone(await desk.rotate('conflict'));
    const asked = (await aws.journal(since)).filter(
      ({ operation }) => operation === 'RotateKeyOnDemand',
    );
    expect(asked.map(({ error }) => error)).toEqual([null, 'ConflictException']);
    expect((await versionOf('conflict', 2)).state).toBe('Active, alias');
    expect(await rotations('conflict')).toBe(1);
  });

  it('says in its plan that the alias is gone, and makes it again', async () => {
    await desk.addGroup('no-alias', { mapping: 'material' });
    const kmsKeyId = (await desk.rotated('no-alias')).remote?.keyId ?? '';
    expect((await desk.plan('no-alias')).lookFirst.join()).not.toContain('any more');
    await aws.kms().send(new DeleteAliasCommand({ AliasName: 'alias/no-alias' }));
    expect((await desk.plan('no-alias')).lookFirst).toContain(
      'AWS has no alias/no-alias any more: it named version 1 when it was last read',
    );
    requireDone(await desk.rotate('no-alias'));
    expect(await aws.holder('alias/no-alias')).toBe(kmsKeyId);
  });

  it('refuses while material of somebody else waits, and says whose it is not', async () => {
    await desk.addGroup('foreign', { mapping: 'material' });
    const first = await desk.rotated('foreign');
    const waiting = await aws.importFurther(first.remote?.keyId ?? '');
    const plan = await desk.plan('foreign');
    expect(plan.blocked).toMatchObject({
      code: 'MATERIAL_PENDING',
      details: { materialId: waiting },
    });
    await aws.kms().send(
      new DeleteImportedKeyMaterialCommand({
        KeyId: first.remote?.keyId ?? '',
        KeyMaterialId: waiting,
      }),
    );
    requireDone(await desk.rotate('foreign'));
  });

  it('deletes material that waits without harm, and says that AWS forgets it', async () => {
    await desk.addGroup('unused', { mapping: 'material' });
    requireDone(await desk.rotate('unused'));
    await aws.deny(['kms:RotateKeyOnDemand']);
    const stopped = await desk.rotate('unused');
    await desk.call('job.cancel', { job: stopped.job.id });
    await aws.allow();
    const choices = { deleteMaterial: true, updatePolicy: false, importMaterial: false };
    const plan = await desk.call('key.planSynchronize', { key: 'unused/2', ...choices });
    expect(plan.confirmName).toBeNull();
    expect(plan.sentence).toContain('AWS forgets the material of version 2');
    requireDone(await desk.synchronize('unused/2', choices));
    expect((await desk.call('key.show', { key: 'unused/1' })).state).toBe('Active, alias');
    expect((await desk.call('key.show', { key: 'unused/2' })).state).toBe('Not in AWS');
    const again = await desk.call('key.planSynchronize', { key: 'unused/2' });
    expect(again.blocked).toMatchObject({ code: 'MATERIAL_FORGOTTEN' });
    const refused = { key: 'unused/2', plan: again.number };
    expect((await desk.refused('key.synchronize', refused)).code).toBe('MATERIAL_FORGOTTEN');
    const third = await desk.rotated('unused');
    expect(third).toMatchObject({ version: 3, state: 'Active, alias' });
  });

  it('notes what somebody else rotated to with our material', async () => {
    await desk.addGroup('outside', { mapping: 'material' });
    requireDone(await desk.rotate('outside'));
    await aws.deny(['kms:RotateKeyOnDemand']);
    const stopped = await desk.rotate('outside');
    await aws.allow();
    const { remote } = await desk.call('key.show', { key: 'outside/1' });
    await aws.kms().send(new RotateKeyOnDemandCommand({ KeyId: remote?.keyId ?? '' }));
    await aws.advance(5);
    requireDone(await desk.goOn(stopped.job.id));
    expect((await desk.call('key.show', { key: 'outside/2' })).state).toBe('Active, alias');
    expect(await rotations('outside')).toBe(1);
  });
});

it('says at its end what it read of a KMS key that somebody disabled once it was rotated', async () => {
  await using quick = await OutsideAws.start();
  await using there = await Desk.open(quick);
  await there.addGroup('off', { mapping: 'material' });
  const KeyId = (await there.rotated('off')).remote?.keyId ?? '';
  there.at('group.rotate-material:current:after-intent', () =>
    quick.callNow('DisableKey', { KeyId }),
  );
  const done = await there.rotate('off');
  requireDone(done);
  expect(done.job.message).toContain('which reads as Disabled: AWS refuses every version.');
  expect((await there.call('key.show', { key: 'off/2' })).state).toBe('Off, alias');
});

it('a limit of AWS below the setting stops the job, which says what waits, and rotates nothing', async () => {
  await using strict = await OutsideAws.start(['--on-demand-limit', '1']);
  await using there = await Desk.open(strict);
  await there.addGroup('few', { mapping: 'material' });
  requireDone(await there.rotate('few'));
  requireDone(await there.rotate('few'));
  const stopped = await there.rotate('few');
  expect(stopped.job.state).toBe('needs-you');
  const failure = failureOf(stopped);
  expect(failure).toMatchObject({ code: 'ROTATION_LIMIT', details: { version: 3 } });
  const { headline, forYourKeys, next } = renderFailure(failure, { openJob: true });
  expect(headline).toBe('AWS rotates this KMS key no more.');
  expect(forYourKeys).toBe(
    'AWS grants it no further on-demand rotation. Version 3 is kept here, and its material waits unused in the KMS key; every other version goes on as before.',
  );
  expect(next).toMatch(/^Cancel this job\. Add a new group/);
  const { leftovers } = await there.call('job.show', { job: stopped.job.id });
  expect(JSON.stringify(leftovers)).toContain('waits unused');
  await there.call('job.cancel', { job: stopped.job.id });
  const states = (await there.call('key.list', { group: 'few' })).keys.map(
    ({ version, state }) => `${version} ${state}`,
  );
  expect(states.toSorted()).toEqual(['1 Decrypts only', '2 Active, alias', '3 Pending rotation']);
});
