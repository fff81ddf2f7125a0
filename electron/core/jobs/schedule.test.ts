import { afterEach, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { done, JobsBench, kindOf, step } from './jobs.fixture.ts';
import { type DueRow, gravestOf, Schedule } from './schedule.ts';
import type { StepResult } from './kind.ts';

const hour = 3_600_000;
const day = 24 * hour;
const opened: JobsBench[] = [];
const schedules: Schedule[] = [];
afterEach(async () => {
  for (const each of schedules.splice(0)) await each.stop();
  for (const each of opened.splice(0)) each.dispose();
});

/** Groups with a date, and what a rotation does to it. */
class Groups {
  readonly dueAt = new Map<string, number>();
  readonly rotated: string[] = [];
  readonly at: JobsBench;
  readonly kind;
  designated = true;
  ends: (group: string) => StepResult = () => done();

  constructor() {
    this.kind = kindOf([
      step('rotate', ({ payload: { group } }) => {
        const result = this.ends(group);
        if (result.type !== 'done') return result;
        this.rotated.push(group);
        this.dueAt.set(group, this.at.clock.now() + 30 * day);
        return result;
      }),
    ]);
    this.at = new JobsBench({ kinds: () => [this.kind] });
    opened.push(this.at);
  }

  add(...names: string[]): this {
    for (const name of names) this.dueAt.set(name, this.at.clock.now() + hour);
    return this;
  }

  readonly start = ({ id }: DueRow) => this.at.add(this.kind, { group: id, deed: `rotate ${id}` });

  async unlock(unattended: boolean, atOnce?: number): Promise<Schedule> {
    await this.at.restart();
    const schedule = new Schedule({
      clock: this.at.life.clock(this.at.clock),
      log: { log: (level, event) => void (level === 'error' && this.at.warnings.push(event)) },
      store: this.at.life.store(this.at.store),
      wall: this.at.jobs.wall,
      due: (until) =>
        [...this.dueAt]
          .map(([id, dueAt]) => ({ id, dueAt }))
          .filter((row) => row.dueAt <= until)
          .toSorted((a, b) => a.dueAt - b.dueAt),
      start: this.start,
      isDesignated: () => this.designated,
      unattended,
      ...(atOnce === undefined ? {} : { atOnce }),
    });
    schedules.push(schedule);
    await schedule.start();
    await this.at.settle();
    return schedule;
  }

  async pass(ms: number): Promise<void> {
    await this.at.clock.advance(ms);
    await this.at.settle();
  }
}

it('starts a rotation when its time comes, once', async () => {
  const groups = new Groups().add('a');
  const schedule = await groups.unlock(false);
  await groups.pass(hour - 1);
  expect(groups.rotated).toEqual([]);
  await groups.pass(2_000);
  expect(groups.rotated).toEqual(['a']);
  await groups.pass(2 * day);
  expect(groups.rotated).toEqual(['a']);
  expect(schedule.pending()).toEqual([]);
});

it('lists what came due while locked, and starts it by one choice', async () => {
  const groups = new Groups().add('a', 'b', 'c');
  groups.at.clock.jumpWall(2 * hour);
  const schedule = await groups.unlock(false);
  await groups.pass(hour);
  expect(groups.rotated).toEqual([]);
  expect(schedule.pending().map(({ reason }) => reason)).toEqual(['locked', 'locked', 'locked']);
  expect(() => schedule.startPending(['a', 'nobody'], groups.start)).toThrow('NOT_FOUND');
  expect(schedule.startPending(['a', 'c'], groups.start)).toHaveLength(2);
  await groups.at.settle();
  expect(groups.rotated).toEqual(['a', 'c']);
  expect(schedule.pending().map((row) => row.id)).toEqual(['b']);
});

it('starts what an edit makes due at once, and keeps what came due while locked', async () => {
  const groups = new Groups().add('missed', 'edited');
  groups.at.clock.jumpWall(2 * hour);
  groups.dueAt.set('edited', groups.at.clock.now() + 30 * day);
  const schedule = await groups.unlock(false);
  await groups.pass(hour);
  // a shorter interval: its date lies before the keystore was opened
  groups.dueAt.set('edited', groups.at.clock.now() - 5 * hour);
  groups.dueAt.set('missed', groups.at.clock.now() - 4 * hour);
  await groups.pass(minutes(2));
  expect(groups.rotated).toEqual(['edited']);
  const dueAt = groups.dueAt.get('missed');
  expect(schedule.pending()).toEqual([{ id: 'missed', dueAt, reason: 'locked' }]);
});

it('what came due before this device was designated waits for a person there', async () => {
  const groups = new Groups().add('a');
  groups.designated = false;
  const schedule = await groups.unlock(false);
  await groups.pass(2 * hour);
  groups.designated = true;
  await groups.pass(minutes(2));
  expect(groups.rotated).toEqual([]);
  expect(schedule.pending()).toMatchObject([{ id: 'a', reason: 'not-designated' }]);
});

it('at most one rotation per group, however many dates were missed', async () => {
  const groups = new Groups().add('a');
  groups.at.clock.jumpWall(100 * day);
  await groups.unlock(true);
  await groups.pass(hour);
  expect(groups.rotated).toEqual(['a']);
});

it('an unattended daemon runs a missed rotation once, also if it ends without rotating', async () => {
  const groups = new Groups().add('a');
  groups.ends = () => ({ type: 'stop', error: new OperationError('AWS_UNREACHABLE') });
  groups.at.clock.jumpWall(2 * hour);
  const schedule = await groups.unlock(true);
  await groups.pass(5 * hour);
  expect(groups.at.jobs.read.list({ limit: 9 }).jobs).toHaveLength(1);
  expect(schedule.pending()).toMatchObject([{ id: 'a', reason: 'tried' }]);
  await groups.unlock(true);
  await groups.pass(5 * hour);
  expect(groups.at.jobs.read.list({ limit: 9 }).jobs).toHaveLength(1);
});

it('a job that is still under way is neither started again nor listed', async () => {
  const groups = new Groups().add('a');
  groups.ends = () => ({ type: 'park', error: new OperationError('AWS_ACCESS_DENIED') });
  const schedule = await groups.unlock(true);
  await groups.pass(5 * hour);
  expect(groups.at.jobs.read.list({ limit: 9 }).jobs).toHaveLength(1);
  expect(schedule.pending()).toEqual([]);
});

it('a wall clock that jumps by more than a day starts nothing until a person chooses', async () => {
  const groups = new Groups().add('a');
  const schedule = await groups.unlock(true);
  await groups.pass(1_000);
  groups.at.clock.jumpWall(2 * day);
  await groups.pass(hour);
  expect(groups.rotated).toEqual([]);
  expect(gravestOf(schedule.pending())).toBe('clock-jumped');
  groups.at.store.change(() => groups.at.jobs.wall.confirm());
  await groups.pass(hour);
  expect(groups.rotated).toEqual([]);
  schedule.startPending(['a'], groups.start);
  await groups.at.settle();
  expect(groups.rotated).toEqual(['a']);
});

it('a jump that is taken back leaves nothing behind', async () => {
  const groups = new Groups().add('a');
  const schedule = await groups.unlock(true);
  groups.at.clock.jumpWall(2 * day);
  await groups.pass(minutes(2));
  expect(gravestOf(schedule.pending())).toBe('clock-jumped');
  groups.at.clock.jumpWall(-2 * day);
  await groups.pass(minutes(2));
  expect(schedule.pending()).toEqual([]);
  await groups.pass(hour);
  expect(groups.rotated).toEqual(['a']);
});

it('a clock before a time already seen runs nothing again and starts nothing new', async () => {
  const groups = new Groups().add('a');
  await groups.unlock(true);
  await groups.pass(2 * hour);
  expect(groups.rotated).toEqual(['a']);
  expect(groups.at.highestWall).not.toBeNull();
  // the domain's own date is lost with the clock: the record of what was started is not
  groups.at.clock.jumpWall(-2 * hour);
  groups.dueAt.set('a', groups.at.clock.now() - hour);
  groups.dueAt.set('b', groups.at.clock.now() - 1);
  const schedule = await groups.unlock(true);
  await groups.pass(minutes(5));
  expect(groups.rotated).toEqual(['a']);
  expect(gravestOf(schedule.pending())).toBe('clock-behind');
});

it('more than twenty at once wait for a person, and stay waiting when some were started', async () => {
  const names = Array.from({ length: 21 }, (_, n) => `g${n}`);
  const groups = new Groups().add(...names);
  const schedule = await groups.unlock(true);
  await groups.pass(2 * hour);
  expect(groups.rotated).toEqual([]);
  expect(gravestOf(schedule.pending())).toBe('too-many');
  schedule.startPending(['g0', 'g1'], groups.start);
  groups.dueAt.set('late', groups.at.clock.now() + minutes(5));
  await groups.pass(hour);
  expect(groups.rotated).toEqual(['g0', 'g1', 'late']);
  expect(schedule.pending()).toHaveLength(19);
});

it('a device that is not designated rotates nothing; a daemon goes on once it is', async () => {
  const groups = new Groups().add('a');
  groups.designated = false;
  const schedule = await groups.unlock(true);
  await groups.pass(2 * hour);
  expect(groups.rotated).toEqual([]);
  expect(gravestOf(schedule.pending())).toBe('not-designated');
  groups.designated = true;
  await groups.pass(minutes(2));
  expect(groups.rotated).toEqual(['a']);
});

it('one group that cannot start does not keep the others from starting', async () => {
  const groups = new Groups().add('a', 'b');
  const add = groups.at.add.bind(groups.at);
  groups.at.add = (kind, payload, options) => {
    if (JSON.stringify(payload).includes('"a"')) throw new OperationError('NOT_FOUND');
    return add(kind, payload, options);
  };
  const schedule = await groups.unlock(true);
  await groups.pass(2 * hour);
  expect(groups.rotated).toEqual(['b']);
  expect(schedule.pending()).toMatchObject([{ id: 'a', reason: 'tried' }]);
  expect(groups.at.warnings).toEqual(['schedule.not-started']);
});

function minutes(n: number): number {
  return n * 60_000;
}
