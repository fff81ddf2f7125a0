import { DeleteImportedKeyMaterialCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, type KeyView, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';

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

const group = 'cards';
const alias = `alias/${group}`;
const view = (version: number): Promise<KeyView> =>
  desk.call('key.show', { key: `${group}/${version}` });
const all = async (newest: number): Promise<string[]> => {
  const words: string[] = [];
  for (let n = 1; n <= newest; n++) {
    const { state, lifecycle } = await view(n);
    words.push(`${state}, ${lifecycle}`);
  }
  return words;
};

describe('a group whose versions are materials of one KMS key', () => {
  let kmsKeyId: string;
  const texts: Uint8Array[] = [];

  it('gets its KMS key by the first rotation', async () => {
    await desk.addGroup(group, { mapping: 'material', rotateEvery: { amount: 9, unit: 'months' } });
    requireDone(await desk.rotate(group));
    const first = await view(1);
    expect(first).toMatchObject({ state: 'Active, alias', lifecycle: 'active' });
    expect(first.remote).toMatchObject({ materialState: 'CURRENT', state: 'Enabled' });
    kmsKeyId = first.remote?.keyId ?? '';
    texts.push(await aws.encrypt(alias, 'under version 1'));
  });

  it('is rotated within it, three times: id, ARN and alias stay', async () => {
    const before = await view(1);
    const aliases = (await aws.held()).aliases;
    for (const version of [2, 3, 4]) {
      const since = await aws.mark();
      requireDone(await desk.rotate(group));
      const changing = (await aws.calls(since)).filter((call) =>
        [
          'CreateKey',
          'CreateAlias',
          'UpdateAlias',
          'ImportKeyMaterial',
          'RotateKeyOnDemand',
        ].includes(call),
      );
      expect(changing).toEqual(['ImportKeyMaterial', 'RotateKeyOnDemand']);
      const now = await view(version);
      expect(now.remote).toMatchObject({ keyId: kmsKeyId, arn: before.remote?.arn });
      texts.push(await aws.encrypt(alias, `under version ${version}`));
    }
    expect((await aws.held()).aliases).toEqual(aliases);
    expect(await all(4)).toEqual([
      'Decrypts only, deactivated',
      'Decrypts only, deactivated',
      'Decrypts only, deactivated',
      'Active, alias, active',
    ]);
    for (const [n, text] of texts.entries()) {
      expect((await aws.decrypt(text)).text).toBe(`under version ${n + 1}`);
    }
  });

  it('says so in its plan and beside the group', async () => {
    const plan = await desk.plan(group);
    expect(plan.changes[1]).toMatch(
      /^Rotation 4 of 25; at this pace the last is in [A-Z][a-z]{2} 20\d\d$/,
    );
    expect(plan.stays[0]).toMatch(/^Key ID and ARN of KMS key/);
    expect(plan.lookFirst.join()).toContain(
      'it refuses the whole KMS key, new encryption included',
    );
    const { rotations } = (await desk.call('group.show', { group })).group;
    expect(rotations).toMatchObject({ done: 3, most: 25 });
  });

  it('refuses Make Active of an earlier version, and says what to do', async () => {
    const plan = await desk.call('group.planMakeActive', { key: `${group}/2` });
    expect(plan.blocked).toMatchObject({ code: 'MATERIAL_NOT_CURRENT', details: { version: 2 } });
  });

  it('stops as a whole where one early material is deleted, and is repaired by its Synchronize', async () => {
    const key = `${group}/1`;
    const choices = { deleteMaterial: true, updatePolicy: false, importMaterial: false };
    const plan = await desk.call('key.planSynchronize', { key, ...choices });
    expect(plan.confirmName).toBe(group);
    expect(plan.sentence).toContain('one missing material stops the whole KMS key');
    expect(plan.lookFirst).toContain(
      'One missing material stops the whole KMS key: every version, and new encryption',
    );
    requireDone(await desk.synchronize(key, choices));
    expect(await all(4)).toEqual([
      'Material gone, deactivated',
      'Stopped, deactivated',
      'Stopped, deactivated',
      'Stopped, active',
    ]);
    await expect(aws.encrypt(alias, 'x')).rejects.toMatchObject({
      name: 'KMSInvalidStateException',
    });
    expect((await desk.call('group.show', { group })).group).toMatchObject({
      state: 'Material gone',
      needsYou: true,
    });
    const blocked = await desk.plan(group);
    expect(blocked.blocked).toMatchObject({
      code: 'MATERIAL_MISSING',
      details: { versions: 'version 1' },
    });
    requireDone(
      await desk.synchronize(key, {
        updatePolicy: false,
        deleteMaterial: false,
        importMaterial: true,
      }),
    );
    expect((await all(4)).map((words) => words.split(',')[0])).toEqual([
      'Decrypts only',
      'Decrypts only',
      'Decrypts only',
      'Active',
    ]);
    for (const [n, text] of texts.entries())
      expect((await aws.decrypt(text)).text).toBe(`under version ${n + 1}`);
  });

  it('has all of several missing materials back by Synchronize of the group', async () => {
    for (const version of [2, 3]) {
      const { remote } = await view(version);
      await aws.kms().send(
        new DeleteImportedKeyMaterialCommand({
          KeyId: kmsKeyId,
          KeyMaterialId: remote?.materialId ?? '',
        }),
      );
    }
    const plan = await desk.call('group.planSynchronize', { group });
    const lines = plan.versions.map(({ version, verdict }) => `${version} ${verdict}`);
    expect(lines).toEqual(['4 nothing', '3 synchronize', '2 synchronize', '1 nothing']);
    const { jobs } = await desk.call('group.synchronize', { group, plan: plan.number });
    for (const job of jobs) requireDone(await desk.settled(job.jobId));
    expect((await aws.key(kmsKeyId)).metadata.KeyState).toBe('Enabled');
    expect((await desk.call('group.show', { group })).group.state).toBe('In step');
  });

  it('is disabled and enabled as a whole, and its plan says so', async () => {
    const key = `${group}/2`;
    const plan = await desk.call('key.planDisable', { key });
    expect(plan.lookFirst[0]).toBe(
      'All versions of the group are in this KMS key: AWS refuses each of them',
    );
    expect(plan.confirmName).toBe(group);
    const { jobId } = await desk.call('key.disable', { key, plan: plan.number, confirm: group });
    requireDone(await desk.settled(jobId));
    expect(await all(4)).toEqual([
      'Off, deactivated',
      'Off, deactivated',
      'Off, deactivated',
      'Off, alias, suspended',
    ]);
    expect((await desk.plan(group)).blocked).toMatchObject({ code: 'KEY_NOT_ENABLED' });
    const enable = await desk.call('key.planEnable', { key });
    const enabled = await desk.call('key.enable', { key, plan: enable.number });
    requireDone(await desk.settled(enabled.jobId));
    expect((await all(4))[3]).toBe('Active, alias, active');
  });

  it('keeps its mapping and its Region once it has a key, and says why', async () => {
    const changes = [
      { mapping: 'container' as const },
      { region: 'eu-central-1' },
      { activeKeyId: '1234abcd-12ab-34cd-56ef-1234567890ab' },
    ];
    for (const change of changes) {
      const failure = await desk.refused('group.edit', { group, changes: change });
      expect(failure.code).toBe('MAPPING_FIXED');
    }
    const off = await desk.refused('group.edit', {
      group,
      changes: { disableAfterRotating: true },
    });
    expect(off).toMatchObject({ code: 'BAD_INPUT', details: { field: 'disableAfterRotating' } });
    await desk.addGroup('fresh', { mapping: 'material' });
    await desk.call('group.edit', { group: 'fresh', changes: { mapping: 'container' } });
    const { group: fresh } = await desk.call('group.show', { group: 'fresh' });
    expect(fresh.mapping).toBe('container');
  });

  it('gives another alias to all versions, and says so', async () => {
    const changes = { alias: 'cards-new' };
    const plan = await desk.call('group.planEdit', { group, changes });
    expect(plan.lookFirst[1]).toBe(
      'alias/cards-new is made by the next Force Rotate; it names the same KMS key, and with it all versions of the group',
    );
    await desk.call('group.edit', { group, changes, plan: plan.number });
    const rotation = await desk.plan(group);
    expect(rotation.changes.join()).toContain('and with it all versions of the group');
    requireDone(await desk.rotate(group));
    expect(await aws.holder('alias/cards-new')).toBe(kmsKeyId);
    expect(await aws.holder(alias)).toBe(kmsKeyId);
    expect((await all(5)).slice(3)).toEqual([
      'Decrypts only, deactivated',
      'Active, alias, active',
    ]);
  });
});

describe('the limit of on-demand rotations', () => {
  it('is said before, and refuses the next one before anything is made', async () => {
    await desk.addGroup('limited', { mapping: 'material' });
    await desk.call('setting.change', { rotationLimit: 2 });
    requireDone(await desk.rotate('limited'));
    requireDone(await desk.rotate('limited'));
    const last = await desk.plan('limited');
    expect(last.changes[1]).toBe('Rotation 2 of 2: the last that AWS grants this KMS key');
    requireDone(await desk.rotate('limited'));
    const plan = await desk.plan('limited');
    expect(plan.blocked).toMatchObject({ code: 'ROTATION_LIMIT', details: { most: 2 } });
    const since = await aws.mark();
    const failure = await desk.refused('group.forceRotate', {
      group: 'limited',
      plan: plan.number,
    });
    expect(failure.code).toBe('ROTATION_LIMIT');
    expect((await aws.calls(since)).filter((call) => /^(Import|Rotate|Create)/.test(call))).toEqual(
      [],
    );
    expect((await desk.call('key.list', { group: 'limited' })).total).toBe(3);
    await desk.call('setting.change', { rotationLimit: 25 });
  });
});
