import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { changed } from '../support/effects.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf, requireClear, requireTrueStanding } from '../support/truth.ts';

const other = { accessKeyId: 'AKIAOTHERACCOUNT0001', secretAccessKey: 'other-secret-0123456789' };
const minutes = 60_000;

let aws: OutsideAws;
let desk: Desk;
const clock = new HurriedClock();

beforeAll(async () => {
  const account = `444455556666:${other.accessKeyId}:${other.secretAccessKey}`;
  aws = await OutsideAws.start([`--account=${account}`]);
  desk = await Desk.open(aws, { clock });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

/** The KMS key that the job under way has made. */
const newKeyOf = async (jobId: string): Promise<string> => {
  const { steps } = await desk.call('job.show', { job: jobId });
  const made = steps.flatMap(({ calls }) => calls).find(({ call }) => call === 'ImportKeyMaterial');
  const keyId = made?.parameters['KeyId'];
  if (typeof keyId !== 'string') throw new Error('the job has imported nothing');
  return keyId;
};

describe('the alias is taken by somebody else', () => {
  it('before the job: nothing changed; adopted knowingly, or free again, it works', async () => {
    await desk.addGroup('taken');
    await desk.rotated('taken');
    const foreign = await aws.makeKey();
    desk.at('group.force-rotate:check:before-intent', () =>
      aws.callNow('UpdateAlias', { AliasName: 'alias/taken', TargetKeyId: foreign }),
    );
    const stopped = await desk.rotate('taken');
    const failure = failureOf(stopped);
    expect(failure).toMatchObject({
      code: 'ALIAS_HELD_ELSEWHERE',
      details: { alias: 'alias/taken', group: 'taken' },
    });
    expect(String(failure.details['holder'])).toContain(foreign);
    const standing = await requireTrueStanding(desk, aws, stopped);
    expect(standing.applications.text).toContain('names a key that is not of this group');
    expect(standing.aws.text).toBe('Nothing was made there for this job');
    const { remote } = await desk.call('key.show', { key: 'taken/1' });
    await aws.pointAlias('alias/taken', remote?.keyId ?? '');
    requireDone(
      stopped.job.state === 'needs-you'
        ? await desk.goOn(stopped.job.id)
        : await desk.rotate('taken'),
    );
    expect((await desk.call('key.list', { group: 'taken' })).total).toBe(2);
  });

  it('in the middle: the job parks with its key made, and moves nothing away', async () => {
    await desk.addGroup('snatched');
    const first = await desk.rotated('snatched');
    const foreign = await aws.makeKey();
    const since = await aws.mark();
    desk.at('group.force-rotate:alias:before-intent', () =>
      aws.callNow('UpdateAlias', { AliasName: 'alias/snatched', TargetKeyId: foreign }),
    );
    const stopped = await desk.rotate('snatched');
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped).code).toBe('ALIAS_HELD_ELSEWHERE');
    expect(await aws.holder('alias/snatched')).toBe(foreign);
    const standing = await requireTrueStanding(desk, aws, stopped);
    expect(standing.aws.text).toMatch(/Version 2 .* is there and Enabled/);
    await aws.pointAlias('alias/snatched', first.remote?.keyId ?? '');
    requireDone(await desk.goOn(stopped.job.id));
    expect((await changed(aws, since)).created).toBe(1);
    const second = await desk.call('key.show', { key: 'snatched/2' });
    expect(await aws.holder('alias/snatched')).toBe(second.remote?.keyId);
  });

  it('in the middle of a first rotation: an alias that was free is not any more', async () => {
    await desk.addGroup('not-free');
    const foreign = await aws.makeKey();
    desk.at('group.force-rotate:alias:after-intent', () =>
      aws.callNow('CreateAlias', { AliasName: 'alias/not-free', TargetKeyId: foreign }),
    );
    const stopped = await desk.rotate('not-free');
    expect(failureOf(stopped).code).toBe('ALIAS_HELD_ELSEWHERE');
    await requireTrueStanding(desk, aws, stopped);
    expect(await aws.holder('alias/not-free')).toBe(foreign);
    const cancelled = await desk.call('job.cancel', {
      job: stopped.job.id,
      leftover: 'schedule-deletion',
    });
    expect(cancelled.job.state).toBe('cancelled');
    const { jobs } = await desk.call('job.list', { group: 'not-free' });
    const discard = jobs.find(({ kind }) => kind === 'key.discard');
    requireDone(await desk.settled(discard?.id ?? ''));
    const { remote } = await desk.call('key.show', { key: 'not-free/1' });
    expect((await aws.key(remote?.keyId ?? '')).metadata.KeyState).toBe('PendingDeletion');
  });
});

describe('a key is changed behind our back', () => {
  it('the new one is disabled before it is confirmed: it is enabled again, and the job ends', async () => {
    await desk.addGroup('off');
    await desk.rotated('off');
    const since = await aws.mark();
    const keys = new Set((await aws.held()).keys.map(({ metadata }) => metadata.KeyId));
    desk.at('group.force-rotate:confirm:before-intent', () =>
      aws.callNow('DisableKey', { KeyId: aws.newestKeyNow(keys) }),
    );
    const stopped = await desk.rotate('off');
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped)).toMatchObject({
      code: 'READ_BACK_DIFFERS',
      details: { what: 'key state', expected: 'Enabled', found: 'Disabled' },
    });
    await requireTrueStanding(desk, aws, stopped);
    await aws.kms().send(new EnableKeyCommand({ KeyId: await newKeyOf(stopped.job.id) }));
    requireDone(await desk.goOn(stopped.job.id));
    expect((await changed(aws, since)).created).toBe(1);
  });

  it.each(['confirm', 'alias'])(
    'the material of the new one is deleted before %s: continued, our copy is sent again',
    async (step) => {
      const group = `emptied-${step}`;
      await desk.addGroup(group);
      await desk.rotated(group);
      const since = await aws.mark();
      const keys = new Set((await aws.held()).keys.map(({ metadata }) => metadata.KeyId));
      desk.at(`group.force-rotate:${step}:before-intent`, () =>
        aws.callNow('DeleteImportedKeyMaterial', { KeyId: aws.newestKeyNow(keys) }),
      );
      const stopped = await desk.rotate(group);
      // not for a moment did the alias name a key that has no material
      expect((await aws.calls(since)).filter((call) => call.endsWith('Alias'))).toEqual([]);
      expect(stopped.job.state).toBe('needs-you');
      expect(failureOf(stopped).details).toMatchObject(
        step === 'confirm' ? { found: 'PendingImport' } : { state: 'PendingImport' },
      );
      const standing = await requireTrueStanding(desk, aws, stopped);
      expect(standing.aws).toMatchObject({ good: false });
      requireDone(await desk.goOn(stopped.job.id));
      expect(await changed(aws, since)).toMatchObject({ created: 1, materials: 1 });
      const { remote } = await desk.call('key.show', { key: `${group}/2` });
      expect(remote).toMatchObject({ state: 'Enabled', alias: `alias/${group}` });
    },
  );

  it('material that Synchronize has sent is deleted before it is confirmed: the same', async () => {
    await desk.addGroup('emptied-again');
    await desk.rotated('emptied-again');
    const { remote } = await desk.call('key.show', { key: 'emptied-again/1' });
    desk.at('key.synchronize:confirm:before-intent', () =>
      aws.callNow('DeleteImportedKeyMaterial', { KeyId: remote?.keyId ?? '' }),
    );
    const { number } = await desk.call('key.planSynchronize', { key: 'emptied-again/1' });
    const { jobId } = await desk.call('key.synchronize', { key: 'emptied-again/1', plan: number });
    const stopped = await desk.settled(jobId);
    expect(failureOf(stopped)).toMatchObject({ code: 'READ_BACK_DIFFERS' });
    await requireTrueStanding(desk, aws, stopped);
    requireDone(await desk.goOn(jobId));
    const checked = await desk.call('key.check', { key: 'emptied-again/1' });
    expect(checked.remote).toMatchObject({ state: 'Enabled' });
  });

  it('the new one is scheduled for deletion before its import: taken back, it is imported', async () => {
    await desk.addGroup('doomed');
    const since = await aws.mark();
    const keys = new Set((await aws.held()).keys.map(({ metadata }) => metadata.KeyId));
    desk.at('group.force-rotate:import:before-intent', () =>
      aws.callNow('ScheduleKeyDeletion', {
        KeyId: aws.newestKeyNow(keys),
        PendingWindowInDays: 7,
      }),
    );
    const stopped = await desk.rotate('doomed');
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped)).toMatchObject({
      code: 'AWS_KEY_STATE',
      external: { name: 'KMSInvalidStateException', at: 'ImportKeyMaterial' },
    });
    const standing = await requireTrueStanding(desk, aws, stopped);
    expect(standing.aws).toMatchObject({ good: false });
    expect(standing.aws.text).toContain('PendingDeletion');
    await aws.kms().send(new CancelKeyDeletionCommand({ KeyId: await newKeyOf(stopped.job.id) }));
    requireDone(await desk.goOn(stopped.job.id));
    expect((await changed(aws, since)).created).toBe(1);
    expect((await changed(aws, since)).materials).toBe(1);
  });

  it('an earlier one is scheduled, then gone: each deed on it says so and changes nothing', async () => {
    await desk.addGroup('gone');
    const first = await desk.rotated('gone');
    await desk.rotated('gone');
    const KeyId = first.remote?.keyId ?? '';
    await aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    const sync = await desk.call('key.planSynchronize', { key: 'gone/1' });
    expect(sync.blocked).toMatchObject({ code: 'AWS_KEY_STATE' });
    const active = await desk.call('group.planMakeActive', { key: 'gone/1' });
    expect(active.blocked).toMatchObject({
      code: 'KEY_NOT_ENABLED',
      details: { state: 'PendingDeletion' },
    });
    for (const plan of [sync, active])
      requireClear(plan.blocked ?? { code: 'INTERNAL', details: {} });
    // What a plan has read needs no second look.
    const noted = await desk.call('key.show', { key: 'gone/1' });
    expect(noted).toMatchObject({ state: 'Differs', remote: { state: 'PendingDeletion' } });
    await aws.advance(8 * 86_400);
    const after = await desk.call('group.planMakeActive', { key: 'gone/1' });
    expect(after.blocked?.code).toBe('AWS_KEY_GONE');
    expect((await desk.call('key.show', { key: 'gone/1' })).remote?.state).toBe('Gone');
    expect((await desk.call('key.check', { key: 'gone/1' })).remote?.state).toBe('Gone');
    // The rest of the group goes on.
    requireDone(await desk.rotate('gone'));
    requireDone(await desk.synchronize('gone/2', {}));
  });

  it('one is given other material, and AWS encrypts under that: it is never taken for ours', async () => {
    await desk.addGroup('theirs');
    const { remote } = await desk.rotated('theirs');
    const KeyId = remote?.keyId ?? '';
    const theirs = await aws.rotateMaterial(KeyId);
    const key = 'theirs/1';
    const checked = await desk.call('key.check', { key });
    expect(checked).toMatchObject({
      state: 'Differs',
      remote: { materialId: remote?.materialId, otherMaterial: theirs },
    });
    const { groups } = await desk.call('group.list', { needsYou: true });
    expect(groups.map(({ name }) => name)).toContain('theirs');
    const { materials } = await desk.call('key.materials', { key });
    const ours = materials.filter((material) => material.ours);
    expect(ours.map(({ materialId }) => materialId)).toEqual([remote?.materialId]);
    const plan = await desk.call('key.planSynchronize', { key, deleteMaterial: true });
    expect(plan.lookFirst.join(' ')).toContain(`${theirs.slice(0, 4)}…${theirs.slice(-4)}`);
    // Nobody here could put theirs back.
    requireDone(await desk.synchronize(key, { deleteMaterial: true, importMaterial: true }));
    const held = (await aws.key(KeyId)).materials;
    expect(held.find(({ materialId }) => materialId === theirs)?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(held.every(({ sha256 }) => sha256 !== null)).toBe(true);
    expect((await desk.call('key.show', { key })).remote).toMatchObject({
      state: 'Enabled',
      materialId: remote?.materialId,
    });
  });

  it('one that is disabled takes our copy and stays Disabled, which is said first', async () => {
    await desk.addGroup('halfway');
    const key = await desk.rotated('halfway');
    const KeyId = key.remote?.keyId ?? '';
    await aws.kms().send(new DisableKeyCommand({ KeyId }));
    const plan = await desk.call('key.planSynchronize', { key: 'halfway/1' });
    expect(plan.lookFirst[0]).toMatch(/^The KMS key stays Disabled/);
    requireDone(await desk.synchronize('halfway/1', {}));
    expect((await aws.key(KeyId)).metadata.KeyState).toBe('Disabled');
    expect((await desk.call('key.show', { key: 'halfway/1' })).state).toBe('Off, alias');
    expect((await aws.key(KeyId)).materials).toHaveLength(1);
    const refused = await desk.call('group.planMakeActive', { key: 'halfway/1' });
    expect(['KEY_NOT_ENABLED', 'NOTHING_TO_DO']).toContain(refused.blocked?.code);
  });
});

describe('the import is disturbed', () => {
  beforeAll(async () => {
    await desk.addGroup('import');
    await desk.rotated('import');
  });

  it('the token runs out once: a new one is fetched, and the key wrapped again', async () => {
    const since = await aws.mark();
    desk.at('group.force-rotate:import:before-intent', () => {
      aws.controlNow('POST /mischief', { expireTokens: true });
      desk.at('group.force-rotate:parameters:after-intent', () =>
        aws.controlNow('POST /mischief', {}),
      );
    });
    requireDone(await desk.rotate('import'));
    expect((await changed(aws, since)).parameters).toBe(2);
    expect((await changed(aws, since)).materials).toBe(1);
    expect((await changed(aws, since)).created).toBe(1);
  });

  it('it always runs out: the job does not go in circles, and ends once it is mended', async () => {
    const since = await aws.mark();
    await aws.misbehave({ expireTokens: true });
    const stopped = await desk.rotate('import');
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped)).toMatchObject({
      code: 'JOB_NEEDS_REVIEW',
      details: { reason: 'went-in-circles' },
    });
    const standing = await requireTrueStanding(desk, aws, stopped);
    expect(standing.aws.text).toMatch(/^An empty KMS key waits/);
    await aws.misbehave();
    // Whoever comes back after days finds a job whose token is good no more.
    await aws.advance(2 * 86_400);
    requireDone(await desk.goOn(stopped.job.id));
    expect((await changed(aws, since)).materials).toBe(1);
    expect((await changed(aws, since)).created).toBe(1);
  });

  it('the wrapping key was exchanged: AWS cannot open it; with a true one it goes on', async () => {
    const since = await aws.mark();
    await aws.misbehave({ swapWrappingKey: true });
    const stopped = await desk.rotate('import');
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped)).toMatchObject({
      code: 'IMPORT_NOT_OPENED',
      external: { name: 'InvalidCiphertextException', at: 'ImportKeyMaterial' },
    });
    await requireTrueStanding(desk, aws, stopped);
    await aws.misbehave();
    requireDone(await desk.goOn(stopped.job.id));
    expect((await changed(aws, since)).created).toBe(1);
    expect((await changed(aws, since)).materials).toBe(1);
  });
});

describe('the account or the clock is not the one it should be', () => {
  it('a credential of another account is refused before anything is asked of its keys', async () => {
    await desk.addGroup('ours');
    await desk.rotated('ours');
    await desk.importCredential('foreign', aws.url, other);
    const changes = { credential: 'foreign' };
    const since = await aws.mark();
    const plan = await desk.call('group.planEdit', { group: 'ours', changes });
    expect(plan.blocked).toMatchObject({
      code: 'ACCOUNT_MISMATCH',
      details: { bound: '123456789012', credential: '444455556666' },
    });
    const text = requireClear(plan.blocked ?? { code: 'INTERNAL', details: {} });
    expect(text.forYourKeys).toBe(
      'Nothing was sent with it. “ours” is bound to 123456789012; the credential is for 444455556666.',
    );
    const edit = { group: 'ours', changes, plan: plan.number };
    expect((await desk.refused('group.edit', edit)).code).toBe('ACCOUNT_MISMATCH');
    expect(new Set(await aws.calls(since))).toEqual(new Set(['GetCallerIdentity']));
  });

  it('one alias in two accounts: side by side, each group moves its own and only that', async () => {
    await desk.call('credential.test', { credential: 'foreign' });
    await desk.addGroup('twin-here', { alias: 'twin' });
    await desk.rotated('twin-here');
    await desk.addGroup('twin-there', { alias: 'twin', credential: 'foreign' });
    await desk.rotated('twin-there');
    const both = await Promise.all(['twin-here', 'twin-there'].map((each) => desk.rotate(each)));
    for (const detail of both) requireDone(detail);
    for (const [group, account] of [
      ['twin-here', '123456789012'],
      ['twin-there', '444455556666'],
    ]) {
      const { remote } = await desk.call('key.check', { key: `${group}/2` });
      expect(remote).toMatchObject({ alias: 'alias/twin', state: 'Enabled' });
      expect(remote?.arn).toContain(`:${account}:`);
    }
  });

  it('a credential that AWS does not know is named, and the group stays as it is', async () => {
    const wrong = { ...other, secretAccessKey: 'not-the-secret-0123456' };
    await desk.importCredential('wrong', aws.url, wrong);
    const failure = await desk.refused('credential.test', { credential: 'wrong' });
    expect(failure.code).toBe('CREDENTIAL_REJECTED');
    requireClear(failure);
    await desk.addGroup('wrong', { credential: 'wrong' });
    expect((await desk.plan('wrong')).blocked?.code).toBe('CREDENTIAL_REJECTED');
  });

  it('a clock that is off is said with its minutes, before and in the middle of a job', async () => {
    clock.wallAhead = 10 * minutes;
    const plan = await desk.plan('ours');
    expect(plan.blocked?.code).toBe('AWS_CLOCK_SKEW');
    expect(Math.abs(Number(plan.blocked?.details['seconds']) - 600)).toBeLessThan(30);
    const text = requireClear(plan.blocked ?? { code: 'INTERNAL', details: {} });
    expect(text.forYourKeys).toBe('Nothing was changed. It is 10 minutes ahead of that of AWS.');
    clock.wallAhead = 0;

    const since = await aws.mark();
    desk.at('group.force-rotate:create:before-intent', () => {
      clock.wallAhead = -10 * minutes;
    });
    const stopped = await desk.rotate('ours');
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped).code).toBe('AWS_CLOCK_SKEW');
    clock.wallAhead = 0;
    requireDone(await desk.goOn(stopped.job.id));
    expect((await changed(aws, since)).created).toBe(1);
  });
});
