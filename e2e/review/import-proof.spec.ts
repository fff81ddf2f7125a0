import { DeleteImportedKeyMaterialCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { day, HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { changed } from '../support/effects.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf, requireTrueStanding } from '../support/truth.ts';
import { importOtherNow, parkedRotation } from './stage.ts';

let aws: OutsideAws;
let desk: Desk;
const clock = new HurriedClock();

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

/** What becomes of every import from now on; a fresh wrapping key ends it. */
function disturbImport(kind: string, trouble: object): void {
  const operations = { ImportKeyMaterial: trouble };
  desk.at(`${kind}:import:before-intent`, () => {
    aws.controlNow('POST /mischief', { operations });
    desk.at(`${kind}:parameters:after-intent`, () => aws.controlNow('POST /mischief', {}));
  });
}

const proofsOf = (detail: Awaited<ReturnType<Desk['settled']>>, step: string): string =>
  (detail.steps.find(({ name }) => name === step)?.proof ?? []).map(({ text }) => text).join();

describe('a waiting Active Key ID', () => {
  it('holds what its owner brought in while our import was lost: AWS refuses, the job stops', async () => {
    const keyId = await aws.makeKey('EXTERNAL');
    await desk.addGroup('waits', { activeKeyId: keyId });
    const since = await aws.mark();
    desk.at('group.force-rotate:wrap:after-intent', () => importOtherNow(aws, keyId));
    disturbImport('group.force-rotate', { dropBeforeEffect: 1_000 });
    const stopped = await desk.rotate('waits');
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped)).toMatchObject({
      code: 'IMPORT_WRONG_MATERIAL',
      external: { name: 'IncorrectKeyMaterialException', at: 'ImportKeyMaterial' },
      details: { expected: (await aws.key(keyId)).materials[0]?.materialId, version: 1 },
    });
    expect(stopped.steps.find(({ name }) => name === 'import')?.state).toBe('needs-you');
    expect(proofsOf(stopped, 'import')).toBe('');
    expect(await aws.holder('alias/waits')).toBeNull();
    expect((await changed(aws, since)).aliasMoves).toBe(0);
    await requireTrueStanding(desk, aws, stopped);
    // Nor does a person who only continues make it so.
    const again = await desk.goOn(stopped.job.id);
    expect(failureOf(again).code).toBe('IMPORT_WRONG_MATERIAL');
    expect(await aws.holder('alias/waits')).toBeNull();
    await desk.call('job.cancel', { job: stopped.job.id });
    // Delete Key Material would destroy what is there, of which its owner may have no other copy.
    const held = (await aws.key(keyId)).materials;
    const key = 'waits/1';
    for (const importMaterial of [false, true]) {
      const choices = { key, deleteMaterial: true, updatePolicy: false, importMaterial };
      const { blocked, number: plan } = await desk.call('key.planSynchronize', choices);
      expect(blocked).toMatchObject({ code: 'MATERIAL_NOT_NAMED', details: { version: 1 } });
      await desk.refused('key.synchronize', { ...choices, plan, confirm: 'waits' });
    }
    const alone = await desk.synchronize(key, { updatePolicy: false });
    expect(failureOf(alone).code).toBe('IMPORT_WRONG_MATERIAL');
    expect((await aws.key(keyId)).materials).toEqual(held);
  });

  it('took our material, and the answer was lost: sent once more under a fresh pair, and Done', async () => {
    const keyId = await aws.makeKey('EXTERNAL');
    await desk.addGroup('took', { activeKeyId: keyId });
    const since = await aws.mark();
    disturbImport('group.force-rotate', { loseResponseAfterEffect: 1_000 });
    const done = await desk.rotate('took');
    requireDone(done);
    const { created, materials, parameters, aliasMoves } = await changed(aws, since);
    expect({ created, materials, aliasMoves }).toEqual({ created: 0, materials: 1, aliasMoves: 1 });
    expect(parameters).toBe(2);
    const accepted = (await aws.journal(since)).filter(
      ({ operation, mischief }) => operation === 'ImportKeyMaterial' && mischief === null,
    );
    expect(accepted).toHaveLength(1);
    expect(await aws.holder('alias/took')).toBe(keyId);
  });
});

describe('a rotation that is given up behind its import', () => {
  it('knows the name of what AWS took: that, and nothing else, is deleted', async () => {
    await desk.addGroup('imported');
    await desk.rotated('imported');
    const parked = await parkedRotation({ desk, aws }, 'imported', 'confirm');
    await desk.call('job.cancel', { job: parked.job.id });
    const key = 'imported/2';
    const { remote } = await desk.call('key.show', { key });
    const [held] = (await aws.key(remote?.keyId ?? '')).materials;
    expect(remote?.materialId).toBe(held?.materialId);
    await aws.rotateMaterial(remote?.keyId ?? '');
    requireDone(await desk.synchronize(key, { deleteMaterial: true, importMaterial: false }));
    const after = (await aws.key(remote?.keyId ?? '')).materials;
    expect(after.map(({ sha256 }) => sha256 !== null)).toEqual([false, true]);
  });
});

describe('a KMS key that waits for material of somebody else', () => {
  it('still has ours, which is deleted when that is asked for', async () => {
    await desk.addGroup('among');
    const { remote } = await desk.rotated('among');
    const KeyId = remote?.keyId ?? '';
    const theirs = await aws.rotateMaterial(KeyId);
    await aws.kms().send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: theirs }));
    const there = async () =>
      (await aws.key(KeyId)).materials.map(({ materialId, sha256 }) => [
        materialId === theirs ? 'theirs' : 'ours',
        sha256 !== null,
      ]);
    const key = 'among/1';
    const choices = { deleteMaterial: true, updatePolicy: false, importMaterial: false };
    const plan = await desk.call('key.planSynchronize', { key, ...choices });
    expect(plan.changes).toEqual(['Material in AWS: deleted at once, no waiting period']);
    const since = await aws.mark();
    requireDone(await desk.synchronize(key, choices));
    expect(await there()).toEqual([
      ['ours', false],
      ['theirs', false],
    ]);
    const deletes = (await aws.calls(since)).filter((call) => call.startsWith('Delete'));
    expect(deletes).toEqual(['DeleteImportedKeyMaterial']);
    const again = await desk.call('key.planSynchronize', { key, ...choices });
    expect(again.changes).toEqual(['Nothing to delete: AWS has no material of ours now']);
  });
});

describe('Synchronize over material that AWS has', () => {
  const provedLine = async (key: string): Promise<string> =>
    (await desk.call('key.show', { key })).copies.map(({ text }) => text).join();
  const historyOf = async (key: string): Promise<string> =>
    (await desk.call('key.show', { key })).history.map(({ text }) => text).join();

  it('claims nothing while no import reaches AWS', async () => {
    await desk.addGroup('unproved');
    const { remote } = await desk.rotated('unproved');
    const held = await aws.key(remote?.keyId ?? '');
    await aws.misbehave({ operations: { ImportKeyMaterial: { dropBeforeEffect: 1_000_000 } } });
    const stopped = await desk.synchronize('unproved/1', {});
    expect(stopped.job.state).toBe('needs-you');
    expect(proofsOf(stopped, 'import')).toBe('');
    expect(await historyOf('unproved/1')).not.toContain('accepted our copy again');
    expect(await provedLine('unproved/1')).toContain('Not yet proved against AWS');
    await requireTrueStanding(desk, aws, stopped);
    expect(await aws.key(remote?.keyId ?? '')).toEqual(held);

    await aws.misbehave();
    requireDone(await desk.goOn(stopped.job.id));
    expect(await historyOf('unproved/1')).toContain('accepted our copy again');
    expect(await provedLine('unproved/1')).toContain('Proved against AWS');
  });

  it('lets a person give it up without having proved anything', async () => {
    await desk.addGroup('given-up');
    await desk.rotated('given-up');
    await aws.misbehave({ operations: { ImportKeyMaterial: { dropBeforeEffect: 1_000_000 } } });
    const stopped = await desk.synchronize('given-up/1', {});
    await desk.call('job.cancel', { job: stopped.job.id });
    await aws.misbehave();
    expect(await historyOf('given-up/1')).not.toContain('accepted our copy again');
    expect(await provedLine('given-up/1')).toContain('Not yet proved against AWS');
  });
});

describe('a rotation that stopped for longer than AWS is to keep its material', () => {
  it('has as many days from the import on, and not what is left of them since its birth', async () => {
    await desk.addGroup('short-lived', { awsDeletesMaterialAfterDays: 1, rotate: false });
    const parked = await parkedRotation({ desk, aws }, 'short-lived', 'import');
    await aws.misbehave({ clockSkewSeconds: 2 * 86_400 });
    clock.wallAhead = 2 * day;
    const from = clock.now();
    requireDone(await desk.goOn(parked.job.id));
    clock.wallAhead = 0;
    await aws.misbehave();
    const { remote } = await desk.call('key.show', { key: 'short-lived/1' });
    expect(remote?.validTo).toBeGreaterThanOrEqual(from + day - 1000);
    expect(remote?.state).toBe('Enabled');
  });

  it('asks for the date that AWS has already where an answer was lost', async () => {
    await desk.addGroup('dated', { awsDeletesMaterialAfterDays: 7, rotate: false });
    let later = false;
    desk.at('group.force-rotate:import:before-intent', () => {
      aws.controlNow('POST /mischief', {
        operations: { ImportKeyMaterial: { loseResponseAfterEffect: 1_000 } },
      });
      desk.at('group.force-rotate:parameters:after-intent', () => {
        later = true;
        clock.wallAhead += 60_000;
        aws.controlNow('POST /mischief', {});
      });
    });
    const done = await desk.rotate('dated');
    requireDone(done);
    expect(later).toBe(true);
    const { remote } = await desk.call('key.show', { key: 'dated/1' });
    const held = await aws.key(remote?.keyId ?? '');
    const made = done.job.startedAt ?? Number.NaN;
    expect((held.metadata.ValidTo ?? 0) * 1000).toBeLessThan(made + 7 * day + 60_000);
  });
});
