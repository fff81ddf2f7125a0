import { CancelKeyDeletionCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf, requireClear, requireTrueStanding } from '../support/truth.ts';
import { ended, parkedRotation } from './stage.ts';

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
afterEach(() => aws.misbehave());

const kmsIdOf = async (key: string): Promise<string> =>
  (await desk.call('key.show', { key })).remote?.keyId ?? '';
const stateOf = async (key: string): Promise<string> =>
  (await aws.key(await kmsIdOf(key))).metadata.KeyState;

/** DisableKey takes effect, its answer is lost, and the alias moves to the key meanwhile. */
async function lostWhileAliasMoves(AliasName: string, TargetKeyId: string) {
  await aws.misbehave({ operations: { DisableKey: { loseResponseAfterEffect: 1_000_000 } } });
  desk.at('aws:DisableKey:sent', () => aws.callNow('UpdateAlias', { AliasName, TargetKeyId }));
}

describe('a former key is disabled, the answer is lost, and the alias goes back to it meanwhile', () => {
  it('is not said to be “nothing changed”: a person is asked, and enables it', async () => {
    await desk.addGroup('gone-back', { disableAfterRotating: true, disableWaitDays: 0 });
    await desk.rotated('gone-back');
    const first = await kmsIdOf('gone-back/1');
    await lostWhileAliasMoves('alias/gone-back', first);
    await desk.rotated('gone-back');
    const stopped = await ended(desk, 'gone-back', 'key.disable');
    await aws.misbehave();
    expect(await stateOf('gone-back/1')).toBe('Disabled');
    expect(stopped.job.state).toBe('needs-you');
    const failure = failureOf(stopped);
    expect(failure).toMatchObject({
      code: 'KEY_NOT_ENABLED',
      details: { version: 1, state: 'Disabled', alias: 'alias/gone-back' },
    });
    expect(requireClear(failure).headline).toBe(
      'The KMS key is disabled, and alias/gone-back names it.',
    );
    await requireTrueStanding(desk, aws, stopped);
    await aws.kms().send(new EnableKeyCommand({ KeyId: first }));
    const over = await desk.goOn(stopped.job.id);
    expect(over.job.state).toBe('done-with-remark');
    const { headline, forYourKeys } = requireClear(failureOf(over));
    expect(headline).toBe('The key was enabled again: alias/gone-back names it.');
    expect(forYourKeys).not.toContain('Nothing was changed');
    expect(await stateOf('gone-back/1')).toBe('Enabled');
  });

  it('and is done where the alias went on to another key by the time it is continued', async () => {
    await desk.addGroup('goes-on', { disableAfterRotating: true, disableWaitDays: 0 });
    await desk.rotated('goes-on');
    await lostWhileAliasMoves('alias/goes-on', await kmsIdOf('goes-on/1'));
    await desk.rotated('goes-on');
    const stopped = await ended(desk, 'goes-on', 'key.disable');
    await aws.misbehave();
    await aws.pointAlias('alias/goes-on', await kmsIdOf('goes-on/2'));
    requireDone(await desk.goOn(stopped.job.id));
    expect(await stateOf('goes-on/1')).toBe('Disabled');
  });
});

describe('a former key is disabled, and the alias goes back to it in that moment', () => {
  it('is enabled again at once, and the job says so', async () => {
    await desk.addGroup('moment', { disableAfterRotating: true, disableWaitDays: 0 });
    await desk.rotated('moment');
    const moved = { AliasName: 'alias/moment', TargetKeyId: await kmsIdOf('moment/1') };
    desk.at('aws:DisableKey:answered', () => aws.callNow('UpdateAlias', moved));
    await desk.rotated('moment');
    const detail = await ended(desk, 'moment', 'key.disable');
    expect(detail.job.state).toBe('done-with-remark');
    expect(failureOf(detail)).toMatchObject({
      code: 'NOTHING_TO_DO',
      details: { alias: 'alias/moment', undone: 'disabled' },
    });
    expect(await stateOf('moment/1')).toBe('Enabled');
    expect((await desk.call('key.show', { key: 'moment/1' })).remote?.state).toBe('Enabled');
    await requireTrueStanding(desk, aws, detail);
  });
});

describe('a KMS key is to be deleted, and the alias comes to it meanwhile', () => {
  it.each([
    {
      group: 'doomed',
      operations: { ScheduleKeyDeletion: { loseResponseAfterEffect: 1_000_000 } },
    },
    { group: 'doomed-and-told', operations: {} },
  ])('is not said to be “nothing changed”: a person is asked: $group', async (of) => {
    const { group, operations } = of;
    await desk.addGroup(group);
    await desk.rotated(group);
    const parked = await parkedRotation({ desk, aws }, group, 'alias');
    const named = { AliasName: `alias/${group}`, TargetKeyId: await kmsIdOf(`${group}/2`) };
    await aws.misbehave({ operations });
    // behind the last look, for AWS lets no alias come to a key that is to be deleted
    desk.at('key.discard:schedule:before-intent', () =>
      desk.at('aws:GetKeyLastUsage:answered', () => aws.callNow('UpdateAlias', named)),
    );
    await desk.call('job.cancel', { job: parked.job.id, leftover: 'schedule-deletion' });
    const stopped = await ended(desk, group, 'key.discard');
    await aws.misbehave();
    expect(await stateOf(`${group}/2`)).toBe('PendingDeletion');
    expect(stopped.job.state).toBe('needs-you');
    const failure = failureOf(stopped);
    expect(failure).toMatchObject({
      code: 'AWS_KEY_STATE',
      details: { state: 'PendingDeletion', inUse: `version 2 holds alias/${group}` },
    });
    expect(requireClear(failure).headline).toBe(
      'The KMS key is to be deleted, and it came into use.',
    );
    await aws.pointAlias(`alias/${group}`, await kmsIdOf(`${group}/1`));
    requireDone(await desk.goOn(stopped.job.id));
  });

  it('and is over, as it is, where that person takes the deletion back', async () => {
    await desk.addGroup('spared');
    await desk.rotated('spared');
    const parked = await parkedRotation({ desk, aws }, 'spared', 'alias');
    const KeyId = await kmsIdOf('spared/2');
    const named = { AliasName: 'alias/spared', TargetKeyId: KeyId };
    desk.at('key.discard:schedule:before-intent', () =>
      desk.at('aws:GetKeyLastUsage:answered', () => aws.callNow('UpdateAlias', named)),
    );
    await desk.call('job.cancel', { job: parked.job.id, leftover: 'schedule-deletion' });
    const stopped = await ended(desk, 'spared', 'key.discard');
    await aws.kms().send(new CancelKeyDeletionCommand({ KeyId }));
    await aws.kms().send(new EnableKeyCommand({ KeyId }));
    const over = await desk.goOn(stopped.job.id);
    expect(over.job.state).toBe('done-with-remark');
    const { headline, forYourKeys } = requireClear(failureOf(over));
    expect(headline).toBe('The KMS key stays: it came into use.');
    expect(forYourKeys).toContain('version 2 holds alias/spared');
    expect(await stateOf('spared/2')).toBe('Enabled');
  });
});
