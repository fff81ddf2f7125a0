import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sayMinute } from '../../shared/model/span.ts';
import { TestClock } from '../../electron/core/kernel/test-clock.fixture.ts';
import { day } from '../support/clocks.ts';
import { Desk, type DeskOptions, type KeyView, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { requireClear } from '../support/truth.ts';

/** Rotates every day, so that a test lives through few of them. */
const daily = { rotateEvery: { amount: 1, unit: 'days' as const } };
const minute = 60_000;

let aws: OutsideAws;
let clock: TestClock;
let desk: Desk;
const more: { [Symbol.asyncDispose](): Promise<void> }[] = [];

/** Beside what a test lets pass, time goes on as it does: a pause between two tries must end. */
const tick = 50;
let ticking: NodeJS.Timeout;

beforeAll(async () => {
  aws = await OutsideAws.start();
  clock = new TestClock(Date.now());
  ticking = setInterval(() => void clock.advance(tick), tick);
  desk = await Desk.open(aws, { clock });
});
afterAll(async () => {
  clearInterval(ticking);
  for (const each of more) await each[Symbol.asyncDispose]();
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

/**
 * Time passes here and in AWS. Nothing may be under way, and what comes due meanwhile may do so only
 * at the very end: it must find AWS at the time it is here.
 */
async function pass(ms: number): Promise<void> {
  const ahead = clock.now() + ms - Date.now();
  await aws.misbehave({ clockSkewSeconds: Math.round(ahead / 1000) });
  await clock.advance(ms);
}

const idOf = (key: KeyView): string => key.remote?.keyId ?? '';
const versions = async (group: string, at = desk): Promise<number> =>
  (await at.call('key.list', { group })).total;

/** Until something comes due, and not much more: what begins then has its time limits. */
const passTo = (at: number): Promise<void> => pass(at - clock.now() + 900);

/** The newest job of a group, when it is over. */
async function newest(group: string, kind: string, at = desk) {
  for (;;) {
    const { jobs } = await at.call('job.list', { group });
    const job = jobs.find((each) => each.kind === kind);
    if (job) return at.settled(job.id);
    await clock.yield();
  }
}

/** A group whose test is over comes due no more. */
const rest = (group: string, at = desk) =>
  at.call('group.edit', { group, changes: { rotate: false } });

describe('a rotation that is due', () => {
  it('runs once, by itself, and is due again an interval later', async () => {
    await desk.addGroup('daily', daily);
    await desk.rotated('daily');
    await pass(day - 5 * minute);
    expect(await versions('daily')).toBe(1);
    await passTo((await desk.call('group.show', { group: 'daily' })).group.nextRotationAt ?? 0);
    const first = await newest('daily', 'group.force-rotate');
    requireDone(first);
    expect(first.job.actor).toBe('schedule (scheduler)');
    expect(await versions('daily')).toBe(2);
    await pass(60 * minute);
    expect(await versions('daily')).toBe(2);
    const { group } = await desk.call('group.show', { group: 'daily' });
    await passTo(group.nextRotationAt ?? 0);
    requireDone(await newest('daily', 'group.force-rotate'));
    expect(await versions('daily')).toBe(3);
    expect(await desk.call('job.due', {})).toEqual({ due: [], renewals: [], held: null });
    const { keys } = await desk.call('key.list', { group: 'daily' });
    expect(keys.find((key) => key.remote?.alias)?.version).toBe(3);
    const { records } = await desk.call('audit.list', { action: 'job.enqueued' });
    expect(records.map(({ actor }) => actor)).toEqual(['schedule', 'schedule', 'custodian-2']);
    await rest('daily');
  });

  it('goes on within the one KMS key of a group in key material mapping', async () => {
    await desk.addGroup('within', { ...daily, mapping: 'material' });
    const first = await desk.rotated('within');
    await passTo((await desk.call('group.show', { group: 'within' })).group.nextRotationAt ?? 0);
    const job = await newest('within', 'group.rotate-material');
    requireDone(job);
    expect(job.job.actor).toBe('schedule (scheduler)');
    const { keys } = await desk.call('key.list', { group: 'within' });
    expect(keys.map(({ state, remote }) => [state, remote?.arn])).toEqual([
      ['Decrypts only', first.remote?.arn],
      ['Active, alias', first.remote?.arn],
    ]);
    await rest('within');
  });

  it('never runs for a group that rotates by hand only', async () => {
    await desk.addGroup('by-hand', { ...daily, rotate: false });
    await desk.rotated('by-hand');
    await pass(2 * day);
    expect(await versions('by-hand')).toBe(1);
    const { group } = await desk.call('group.show', { group: 'by-hand' });
    expect(group.nextRotationAt).toBeNull();
  });

  it('waits for a person when it came due while the keystore was locked', async () => {
    await desk.addGroup('missed', daily);
    await desk.addGroup('missed-too', daily);
    for (const group of ['missed', 'missed-too']) await desk.rotated(group);
    await desk.lock();
    await pass(3 * day);
    await desk.unlock();
    await pass(minute);
    const pending = await desk.call('job.due', {});
    expect(pending.held).toBe('locked');
    const told = pending.due.map(({ groupName, reason }) => `${groupName} ${reason}`);
    expect(told.toSorted()).toEqual(['missed locked', 'missed-too locked']);
    expect(await versions('missed')).toBe(1);
    const groupId = pending.due.find(({ groupName }) => groupName === 'missed')?.groupId ?? '';
    const { jobs } = await desk.call('job.startDue', { groups: [groupId] });
    expect(jobs).toHaveLength(1);
    const done = await desk.settled(jobs[0] ?? '');
    requireDone(done);
    // It is the deed of who chose it, and says that the calendar had asked.
    const { dueAt } = pending.due.find((row) => row.groupId === groupId) ?? {};
    expect(done.job).toMatchObject({ actor: 'custodian-2 (cli)', dueAt });
    const { records } = await desk.call('audit.list', { action: 'job.enqueued', limit: 1 });
    expect(records[0]?.actor).toBe('custodian-2');
    // At most one for each group, however many intervals were missed.
    expect(await versions('missed')).toBe(2);
    expect(await versions('missed-too')).toBe(1);
    const after = await desk.call('job.due', {});
    expect(after.due.map(({ groupName }) => groupName)).toEqual(['missed-too']);
    const again = await desk.refused('job.startDue', { groups: [groupId] });
    expect(again.code).toBe('NOT_FOUND');
    for (const group of ['missed', 'missed-too']) await rest(group);
  });

  it('is run once by an unattended daemon, however many were missed', async () => {
    await desk.addGroup('daemon', daily);
    await desk.rotated('daemon');
    await desk.lock();
    await pass(3 * day);
    await using daemon = beside({ folder: desk.folder, config: { unattended: true } });
    await daemon.unlock();
    requireDone(await newest('daemon', 'group.force-rotate', daemon));
    await pass(10 * minute);
    expect(await versions('daemon', daemon)).toBe(2);
    await rest('daemon', daemon);
    await daemon.core.stop();
    await desk.unlock();
  });
});

/** Another core for a keystore: at the same place, or with a copy of it elsewhere. */
const beside = (options: DeskOptions): Desk => new Desk({ clock, ...options });

describe('the designated device', () => {
  const home = (path: string): boolean => !/\/state$|\.lock$/.test(path);
  let copy: Desk;

  /** The keystore as it lies there, carried to another computer. */
  beforeAll(async () => {
    await desk.addGroup('copied', daily);
    await desk.rotated('copied');
    await desk.lock();
    const folder = mkdtempSync(join(tmpdir(), 'keyreeve-elsewhere-'));
    cpSync(desk.folder, folder, { recursive: true, filter: home });
    copy = beside({ folder });
    more.unshift(copy, {
      [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
    });
    await copy.unlock();
  });

  it('alone rotates: a copy elsewhere rotates nothing, and says so', async () => {
    const device = await copy.call('device.show', {});
    expect(device).toMatchObject({ designated: false });
    expect(device.sentence).toMatch(/^Another device is the designated one/);
    const mark = await aws.mark();
    await pass(2 * day);
    const plan = await copy.plan('copied');
    expect(plan.blocked?.code).toBe('NOT_DESIGNATED');
    expect(plan.checks[0]).toEqual({ ok: false, text: 'This device is not the designated one' });
    const refused = await copy.refused('group.forceRotate', {
      group: 'copied',
      plan: plan.number,
    });
    expect(refused.code).toBe('NOT_DESIGNATED');
    requireClear(refused);
    const pending = await copy.call('job.due', {});
    expect(pending.held).toBe('not-designated');
    const groupId = pending.due[0]?.groupId ?? '';
    const start = await copy.refused('job.startDue', { groups: [groupId] });
    expect(start.code).toBe('NOT_DESIGNATED');
    expect(await versions('copied', copy)).toBe(1);
    const effects = (await aws.journal(mark)).flatMap((entry) => entry.effects);
    expect(effects).toEqual([]);
  });

  it('is another one once a person says so, and the former is not any more', async () => {
    const asked = await copy.refused('device.designate', {});
    expect(asked.code).toBe('CONFIRMATION_NEEDED');
    const now = await copy.call('device.designate', { confirm: true });
    expect(now).toMatchObject({ designated: true, designatedDevice: now.device });
    requireDone(await copy.rotate('copied'));
    const { records } = await copy.call('audit.list', { action: 'device.designate' });
    expect(records.map(({ outcome }) => outcome)).toEqual(['OK', 'CONFIRMATION_NEEDED']);
    await rest('copied', copy);

    // The keystore comes home: what it says is who is designated, and that is not this device.
    await copy.lock();
    cpSync(copy.folder, desk.folder, { recursive: true, filter: home });
    await desk.unlock();
    expect(await desk.call('device.show', {})).toMatchObject({ designated: false });
    expect((await desk.plan('copied')).blocked?.code).toBe('NOT_DESIGNATED');
    await desk.call('device.designate', { confirm: true });
  });
});

describe('disabling the former key after a rotation', () => {
  const disabling = { rotate: false, disableAfterRotating: true, disableWaitDays: 2 };

  const setUp = async (group: string): Promise<[KeyView, KeyView]> => {
    await desk.addGroup(group, disabling);
    const first = await desk.rotated(group);
    const plan = await desk.plan(group);
    expect(plan.changes).toContain('Version 1 is disabled 2 days later, by a job you can stop');
    expect(plan.lookFirst).toContain(
      'Data encrypted under version 1 cannot be decrypted once it is disabled',
    );
    return [first, await desk.rotated(group)];
  };
  const stateOf = async (key: KeyView) => (await aws.key(idOf(key))).metadata.KeyState;

  it('is a job of its own that waits its days, reads again, and acts', async () => {
    const [first, second] = await setUp('later');
    const ciphertext = await aws.encrypt(idOf(first), 'an old cheque');
    const { jobs } = await desk.call('job.list', { group: 'later' });
    const job = jobs.find(({ kind }) => kind === 'key.disable');
    expect(job).toMatchObject({ state: 'waiting', title: 'Disable former key: later/1' });
    expect(Math.abs((job?.notBefore ?? 0) - clock.now() - 2 * day)).toBeLessThan(minute);
    await pass(2 * day - 5 * minute);
    expect(await stateOf(first)).toBe('Enabled');
    await passTo(job?.notBefore ?? 0);
    const detail = await newest('later', 'key.disable');
    requireDone(detail);
    const proofs = detail.steps.flatMap(({ proof }) => proof.map(({ text }) => text));
    expect(proofs.join()).toMatch(/AWS reports last use Encrypt at /);
    expect(await stateOf(first)).toBe('Disabled');
    expect(await stateOf(second)).toBe('Enabled');
    expect((await desk.call('key.show', { key: 'later/1' })).state).toBe('Off');
    await expect(aws.decrypt(ciphertext)).rejects.toThrow(/disabled/i);
  });

  it('tells since when AWS counts uses where it knows of none', async () => {
    const [first] = await setUp('unused');
    const { jobs } = await desk.call('job.list', { group: 'unused', state: ['waiting'] });
    await passTo(jobs[0]?.notBefore ?? 0);
    const detail = await newest('unused', 'key.disable');
    requireDone(detail);
    const { CreationDate } = (await aws.key(idOf(first))).metadata;
    const made = new Date(CreationDate * 1000).toISOString();
    const proofs = detail.steps.flatMap(({ proof }) => proof.map(({ text }) => text));
    expect(proofs).toContain(`AWS reports no use since ${made}`);
  });

  it('can be stopped while it waits', async () => {
    const [first] = await setUp('stopped');
    const { jobs } = await desk.call('job.list', { group: 'stopped', state: ['waiting'] });
    const stopped = await desk.call('job.cancel', { job: jobs[0]?.id ?? '' });
    expect(stopped.job.state).toBe('cancelled');
    await passTo(clock.now() + 2 * day);
    expect(await stateOf(first)).toBe('Enabled');
  });

  it('stops by itself when the key holds the alias again', async () => {
    const [first] = await setUp('again');
    requireDone(await desk.makeActive('again/1'));
    const mark = await aws.mark();
    await passTo(clock.now() + 2 * day);
    const detail = await newest('again', 'key.disable');
    expect(detail.job.state).toBe('stopped-nothing-changed');
    expect(detail.job.failure).toMatchObject({
      code: 'NOTHING_TO_DO',
      details: { reason: 'version 1 holds alias/again again' },
    });
    expect(await stateOf(first)).toBe('Enabled');
    expect(await aws.calls(mark)).not.toContain('DisableKey');
  });

  it('finds nothing to do where somebody disabled the key meanwhile, and its plan said so', async () => {
    const [first] = await setUp('sooner');
    const plan = await desk.call('key.planDisable', { key: 'sooner/1' });
    const { jobs } = await desk.call('job.list', { group: 'sooner', state: ['waiting'] });
    const { number, notBefore } = jobs[0] ?? {};
    const when = sayMinute(notBefore ?? 0);
    expect(plan.lookFirst).toContain(
      `Job ${number} would disable it on ${when}, and finds nothing to do then`,
    );
    const { jobId } = await desk.call('key.disable', { key: 'sooner/1', plan: plan.number });
    requireDone(await desk.settled(jobId));
    const mark = await aws.mark();
    await passTo(notBefore ?? 0);
    const detail = await newest('sooner', 'key.disable');
    expect(detail.job.state).toBe('stopped-nothing-changed');
    expect(detail.job.failure).toMatchObject({
      code: 'NOTHING_TO_DO',
      details: { reason: 'version 1 is Disabled already' },
    });
    expect(await stateOf(first)).toBe('Disabled');
    expect(await aws.calls(mark)).not.toContain('DisableKey');
  });

  it('disables a key again that was enabled meanwhile, as the plan of that said', async () => {
    const [first] = await setUp('enabled');
    const run = async (turn: 'Disable' | 'Enable') => {
      const plan = await desk.call(`key.plan${turn}`, { key: 'enabled/1' });
      const start = { key: 'enabled/1', plan: plan.number };
      const call = turn === 'Disable' ? 'key.disable' : 'key.enable';
      requireDone(await desk.settled((await desk.call(call, start)).jobId));
      return plan;
    };
    await run('Disable');
    const { jobs } = await desk.call('job.list', { group: 'enabled', state: ['waiting'] });
    const { number, notBefore } = jobs[0] ?? {};
    expect((await run('Enable')).lookFirst).toContain(
      `Job ${number} disables it again on ${sayMinute(notBefore ?? 0)}, unless an alias names it then: cancel that job to keep it enabled`,
    );
    expect(await stateOf(first)).toBe('Enabled');
    await passTo(notBefore ?? 0);
    requireDone(await newest('enabled', 'key.disable'));
    expect(await stateOf(first)).toBe('Disabled');
  });

  it('leaves a key enabled that another alias names: one of the group before, or of somebody else', async () => {
    const [first] = await setUp('named');
    requireDone(await desk.makeActive('named/1'));
    const changes = { alias: 'named-anew' };
    const { number } = await desk.call('group.planEdit', { group: 'named', changes });
    await desk.call('group.edit', { group: 'named', changes, plan: number });
    await desk.rotated('named');
    const mark = await aws.mark();
    await passTo(clock.now() + 2 * day);
    const detail = await newest('named', 'key.disable');
    expect(detail.job.state).toBe('stopped-nothing-changed');
    expect(detail.job.failure).toMatchObject({
      code: 'NOTHING_TO_DO',
      details: { reason: 'alias/named still names version 1', alias: 'alias/named' },
    });
    expect(await stateOf(first)).toBe('Enabled');
    expect(await aws.calls(mark)).not.toContain('DisableKey');
  });

  it('also when somebody moved the alias back behind our back', async () => {
    const [first] = await setUp('behind');
    await aws.pointAlias('alias/behind', idOf(first));
    await passTo(clock.now() + 2 * day);
    const detail = await newest('behind', 'key.disable');
    expect(detail.job.state).toBe('stopped-nothing-changed');
    expect(await stateOf(first)).toBe('Enabled');
  });
});

describe('a key that nobody touches', () => {
  it('is told of once its planned life ends in 30 days', async () => {
    const keepValidFor = { amount: 31, unit: 'days' as const };
    await desk.addGroup('untouched', { rotate: false, keepValidFor });
    await desk.rotated('untouched');
    const ending = async () => (await desk.call('session.snapshot', {})).counts.endingNeedYou;
    expect(await ending()).toBe(0);
    await pass(minute);
    const told: string[] = [];
    const end = desk.core.onChange(({ what }) => void (what === 'key' && told.push(what)));
    await pass(day - 10 * minute);
    expect(told).toEqual([]);
    await pass(10 * minute);
    end();
    expect(told).toEqual(['key']);
    expect(await ending()).toBe(1);
  });
});
