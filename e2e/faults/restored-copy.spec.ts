import { cpSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, type Detail, requireDone } from '../support/desk.ts';
import { changed } from '../support/effects.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf, requireTrueStanding } from '../support/truth.ts';
import { ended, importOtherNow } from '../review/stage.ts';

/** A keystore restored from a copy that is older than what was done with the original since. */
let aws: OutsideAws;
const desks: Desk[] = [];

beforeAll(async () => {
  aws = await OutsideAws.start();
});
afterEach(async () => {
  for (const each of desks.splice(0)) await each[Symbol.asyncDispose]();
  await aws.misbehave();
  await aws.allow();
});
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]();
});

const leftover = 'schedule-deletion' as const;
const kmsIdOf = async (key: string, at: Desk): Promise<string> =>
  (await at.call('key.show', { key })).remote?.keyId ?? '';
const stateOf = async (keyId: string): Promise<string> => (await aws.key(keyId)).metadata.KeyState;

/** A desk with one version of a group, which holds the alias. */
async function withOne(group: string): Promise<Desk> {
  const desk = await Desk.open(aws, { clock: new HurriedClock() });
  desks.push(desk);
  await desk.addGroup(group);
  await desk.rotated(group);
  return desk;
}

interface Copied {
  readonly desk: Desk;
  readonly job: string;
  /** The copy as it was then: nothing that was backed up since is beside it. */
  readonly alone: string;
}

async function copied(desk: Desk, job: string): Promise<Copied> {
  await desk.call('keystore.backup', {});
  const alone = join(desk.folder, 'alone');
  cpSync(desk.backups, alone, { recursive: true });
  return { desk, job, alone };
}

/** A rotation under way, and a copy of its keystore taken while the call that makes the KMS key is open. */
async function copiedWhileCreating(group: string): Promise<Copied> {
  const desk = await withOne(group);
  const unanswered = await aws.hold('CreateKey');
  const job = await desk.begin(group);
  while ((await unanswered()) !== 0) await new Promise((resolve) => setImmediate(resolve));
  const copy = await copied(desk, job);
  await aws.misbehave();
  return copy;
}

/** What a copy gives on another computer, which is to rotate from now on. */
async function restored({ desk, job }: Copied, from = desk.backups): Promise<Desk> {
  const there = new Desk({ clock: new HurriedClock() });
  desks.push(there);
  const passphrase = Uint8Array.from(desk.passphrase);
  await there.call('keystore.restore', { from, passphrase });
  await there.unlock();
  await there.call('device.designate', { confirm: true });
  expect((await there.settled(job)).job.state).toBe('needs-you');
  return there;
}

/** Goes on with the job there; AWS has no KMS key more than before. */
async function wentOn(there: Desk, job: string): Promise<Detail> {
  const mark = await aws.mark();
  const detail = await there.goOn(job);
  expect(await changed(aws, mark)).toMatchObject({ created: 0, deleted: 0 });
  return detail;
}

describe('a copy that was taken before CreateKey was begun, where the original went on', () => {
  /** A rotation under way, and a copy of its keystore that knows the key, and of no KMS key for it. */
  async function copiedBeforeCreating(group: string): Promise<Copied> {
    const desk = await withOne(group);
    const locked = new Promise<void>((resolve, reject) =>
      desk.at('group.force-rotate:save:after-intent', () => void desk.lock().then(resolve, reject)),
    );
    const job = await desk.begin(group);
    await locked;
    // a process that lives for one command runs no job
    const { folder } = desk;
    const beside = new Desk({ folder, clock: new HurriedClock(), config: { longLived: false } });
    desks.push(beside);
    await beside.unlock();
    const copy = await copied(beside, job);
    await beside.lock();
    await desk.unlock();
    return { ...copy, desk };
  }

  it('takes the KMS key that is there, and AWS proves its material', async () => {
    const copy = await copiedBeforeCreating('before');
    requireDone(await copy.desk.settled(copy.job));
    const finished = await kmsIdOf('before/2', copy.desk);
    const there = await restored(copy, copy.alone);
    const done = await wentOn(there, copy.job);
    requireDone(done);
    expect(await kmsIdOf('before/2', there)).toBe(finished);
    expect(await aws.holder('alias/before')).toBe(finished);
  });

  it('makes one where the original has made none', async () => {
    const copy = await copiedBeforeCreating('alone');
    await copy.desk.lock();
    const there = await restored(copy, copy.alone);
    const mark = await aws.mark();
    requireDone(await there.goOn(copy.job));
    expect(await changed(aws, mark)).toMatchObject({ created: 1 });
  });
});

describe('a copy that was taken while CreateKey was open, where the original went on', () => {
  it('takes the KMS key that is there, and AWS proves its material', async () => {
    const copy = await copiedWhileCreating('finished');
    requireDone(await copy.desk.settled(copy.job));
    const finished = await kmsIdOf('finished/2', copy.desk);
    const end = (await aws.key(finished)).metadata.ValidTo;
    const secret = await aws.encrypt('alias/finished', 'since then');
    const there = await restored(copy, copy.alone);
    const { leftovers, standing } = await there.settled(copy.job);
    // nor is it said that the KMS key is empty: it is not
    expect(leftovers).toMatch(/; AWS may hold one KMS key with the mark of this job\.$/);
    expect(standing?.aws.text).toMatch(/^AWS may hold one KMS key .*, which sent no material$/);
    const done = await wentOn(there, copy.job);
    requireDone(done);
    expect(done.steps[3]?.proof[0]?.text).toMatch(/; Enabled already: somebody went on with it$/);
    const shown = await there.call('key.show', { key: 'finished/2' });
    expect(shown).toMatchObject({ state: 'Active, alias', remote: { keyId: finished } });
    expect(await aws.holder('alias/finished')).toBe(finished);
    expect((await aws.key(finished)).metadata.ValidTo).toBe(end);
    expect((await aws.decrypt(secret)).text).toBe('since then');
    requireDone(await there.rotate('finished'));
  });

  it('says that the alias names it, and does not offer its deletion, where it stops behind that', async () => {
    const copy = await copiedWhileCreating('named');
    requireDone(await copy.desk.settled(copy.job));
    const there = await restored(copy, copy.alone);
    // nor can it be read again then
    const actions = ['kms:GetParametersForImport', 'kms:DescribeKey'];
    there.at('group.force-rotate:parameters:before-intent', () =>
      aws.controlNow('POST /deny', { actions }),
    );
    const stopped = await wentOn(there, copy.job);
    expect(failureOf(stopped).code).toBe('AWS_ACCESS_DENIED');
    expect(stopped.leftovers).toContain('enabled, with alias/named');
    expect(stopped.discardable).toBe(false);
  });

  it('needs no search where the backup knows the KMS key', async () => {
    const copy = await copiedWhileCreating('known');
    requireDone(await copy.desk.settled(copy.job));
    const known = await kmsIdOf('known/2', copy.desk);
    const there = await restored(copy);
    const mark = await aws.mark();
    requireDone(await wentOn(there, copy.job));
    expect(await aws.calls(mark)).not.toContain('ListKeys');
    expect(await kmsIdOf('known/2', there)).toBe(known);
    expect(await aws.holder('alias/known')).toBe(known);
  });

  it('leaves an alias that is at a version it does not know', async () => {
    const copy = await copiedWhileCreating('unknown');
    requireDone(await copy.desk.settled(copy.job));
    requireDone(await copy.desk.rotate('unknown'));
    const holder = await aws.holder('alias/unknown');
    const there = await restored(copy, copy.alone);
    const stopped = await wentOn(there, copy.job);
    expect(failureOf(stopped).code).toBe('ALIAS_HELD_ELSEWHERE');
    await requireTrueStanding(there, aws, stopped);
    expect(await aws.holder('alias/unknown')).toBe(holder);
  });

  it('does not take the alias back from a later version', async () => {
    const copy = await copiedWhileCreating('later');
    requireDone(await copy.desk.settled(copy.job));
    requireDone(await copy.desk.rotate('later'));
    const holder = await aws.holder('alias/later');
    const there = await restored(copy);
    const mark = await aws.mark();
    const stopped = await wentOn(there, copy.job);
    expect(failureOf(stopped)).toMatchObject({
      code: 'ROTATION_OVERTAKEN',
      details: { version: 2, newer: 3 },
    });
    expect(await aws.calls(mark)).not.toContain('ImportKeyMaterial');
    await requireTrueStanding(there, aws, stopped);
    expect(await aws.holder('alias/later')).toBe(holder);
    await there.call('job.cancel', { job: copy.job });
    expect((await there.settled(copy.job)).job.state).toBe('cancelled');
    requireDone(await there.rotate('later'));
  });

  it('leaves an alias that somebody moved in AWS since: it had it once', async () => {
    const copy = await copiedWhileCreating('moved');
    requireDone(await copy.desk.settled(copy.job));
    const first = await kmsIdOf('moved/1', copy.desk);
    await aws.pointAlias('alias/moved', first);
    const stopped = await wentOn(await restored(copy), copy.job);
    expect(failureOf(stopped).code).toBe('ROTATION_OVERTAKEN');
    expect(await aws.holder('alias/moved')).toBe(first);
  });

  it('does not undo a Make Active', async () => {
    const copy = await copiedWhileCreating('undone');
    requireDone(await copy.desk.settled(copy.job));
    requireDone(await copy.desk.makeActive('undone/1'));
    const holder = await aws.holder('alias/undone');
    const stopped = await wentOn(await restored(copy), copy.job);
    expect(failureOf(stopped)).toMatchObject({
      code: 'ROTATION_OVERTAKEN',
      details: { version: 2 },
    });
    expect(await aws.holder('alias/undone')).toBe(holder);
  });

  it('does not take a key for its own that was given other material', async () => {
    const copy = await copiedWhileCreating('foreign');
    const known = new Set((await aws.held()).keys.map(({ metadata }) => metadata.KeyId));
    copy.desk.at('group.force-rotate:parameters:before-intent', () =>
      importOtherNow(aws, aws.newestKeyNow(known)),
    );
    expect(failureOf(await copy.desk.settled(copy.job)).code).toBe('IMPORT_WRONG_MATERIAL');
    const there = await restored(copy, copy.alone);
    const stopped = await wentOn(there, copy.job);
    expect(failureOf(stopped).code).toBe('IMPORT_WRONG_MATERIAL');
    await requireTrueStanding(there, aws, stopped);
  });

  it('says so where AWS is about to delete that key', async () => {
    const copy = await copiedWhileCreating('going');
    requireDone(await copy.desk.settled(copy.job));
    const KeyId = await kmsIdOf('going/2', copy.desk);
    await aws.pointAlias('alias/going', await kmsIdOf('going/1', copy.desk));
    await aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId }));
    const there = await restored(copy, copy.alone);
    const stopped = await wentOn(there, copy.job);
    expect(failureOf(stopped)).toMatchObject({ code: 'AWS_KEY_STATE' });
    await requireTrueStanding(there, aws, stopped);
    expect(stopped.leftovers).toContain('PendingDeletion');
  });
});

describe('a copy that was taken while a person had to allow CreateKey', () => {
  it('looks first: the original may have been allowed to since', async () => {
    const desk = await withOne('denied');
    await aws.deny(['kms:CreateKey']);
    const { job } = await desk.rotate('denied');
    expect(job.failure?.code).toBe('AWS_ACCESS_DENIED');
    const copy = await copied(desk, job.id);
    await aws.allow();
    requireDone(await desk.goOn(job.id));
    const made = await kmsIdOf('denied/2', desk);
    const there = await restored(copy, copy.alone);
    requireDone(await wentOn(there, job.id));
    expect(await kmsIdOf('denied/2', there)).toBe(made);
  });
});

describe('a copy that was taken when the rotation had not come to CreateKey', () => {
  it('takes the KMS key that the backup knows', async () => {
    const desk = await withOne('saved');
    const away = `${desk.backups}.away`;
    desk.at('group.force-rotate:save:before-intent', () => renameSync(desk.backups, away));
    const { job } = await desk.rotate('saved');
    expect(job.failure?.code).toMatch(/^BACKUP_PLACE_/);
    renameSync(away, desk.backups);
    const copy = await copied(desk, job.id);
    requireDone(await desk.goOn(job.id));
    const made = await kmsIdOf('saved/2', desk);
    const there = await restored(copy);
    requireDone(await wentOn(there, job.id));
    expect(await kmsIdOf('saved/2', there)).toBe(made);
  });
});

describe('several KMS keys with the mark of one job', () => {
  /** Somebody else's CreateKey in the words of ours. */
  async function madeAlike(keyId: string): Promise<string> {
    const { Description } = (await aws.key(keyId)).metadata;
    const input = { Origin: 'EXTERNAL', Description } as const;
    const reply = await aws.kms().send(new CreateKeyCommand(input));
    return reply.KeyMetadata?.KeyId ?? '';
  }

  it('the one in use is taken, the others are named', async () => {
    const copy = await copiedWhileCreating('marked');
    requireDone(await copy.desk.settled(copy.job));
    const made = await kmsIdOf('marked/2', copy.desk);
    const second = await madeAlike(made);
    const there = await restored(copy, copy.alone);
    const done = await wentOn(there, copy.job);
    requireDone(done);
    expect(done.steps[3]?.proof[0]?.text).toContain(`1 more with the same mark: ${second}`);
    expect(await kmsIdOf('marked/2', there)).toBe(made);
    expect(await stateOf(second)).toBe('PendingImport');
  });
});

describe('the KMS key of a rotation that is cancelled in a restored copy', () => {
  it('stays where the original has used it since', async () => {
    const copy = await copiedWhileCreating('used');
    requireDone(await copy.desk.settled(copy.job));
    const used = await kmsIdOf('used/2', copy.desk);
    await aws.encrypt('alias/used', 'since then');
    requireDone(await copy.desk.rotate('used'));
    const there = await restored(copy, copy.alone);
    const stopped = await wentOn(there, copy.job);
    expect(failureOf(stopped).code).toBe('ALIAS_HELD_ELSEWHERE');
    await there.call('job.cancel', { job: copy.job, leftover });
    expect((await there.settled(copy.job)).job.state).toBe('cancelled');
    const spared = await ended(there, 'used', 'key.discard');
    expect(spared.job.state).toBe('stopped-nothing-changed');
    expect(failureOf(spared).code).toBe('NOTHING_TO_DO');
    expect(await stateOf(used)).toBe('Enabled');
  });
});
