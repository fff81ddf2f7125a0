import { afterEach, describe, expect, it } from 'vitest';
import { done, JobsBench, kindOf, step } from './jobs.fixture.ts';
import type { JobKind, StepResult } from './kind.ts';

const second = 1_000;
const hour = 3_600_000;
const opened: JobsBench[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.dispose();
});

async function bench(kind: JobKind): Promise<JobsBench> {
  const at = new JobsBench({ kinds: () => [kind] });
  opened.push(at);
  await at.start();
  return at;
}

/** A step that looks again every 30 s until it has been open for two minutes, and its job. */
async function searching(more: { letOthersPass?: boolean } = {}) {
  const looks: number[] = [];
  const look = (openFor: number): StepResult => {
    looks.push(Math.round(openFor / second));
    const until = at.clock.now() + 30 * second;
    return openFor < 120 * second
      ? { type: 'later', until, why: 'not visible yet', ...more }
      : done();
  };
  const kind = kindOf([step('search', ({ openFor }) => look(openFor))]);
  const at = await bench(kind);
  const { id } = at.add(kind, { group: 'a', deed: 'x' });
  await at.settle();
  const pass = async (ms: number) => {
    await at.clock.advance(ms);
    await at.settle();
  };
  return { at, kind, id, looks, pass, state: () => at.jobs.read.show(id).state };
}

describe('a wall clock that is moved while a job waits by its own decision', () => {
  it.each([
    ['back by three hours', -3 * hour],
    ['back by two minutes, before a time already seen', -2 * 60 * second],
    ['ahead by five hours', 5 * hour],
    ['ahead by two days', 48 * hour],
  ])('%s: it looks again when it said, and as long as it said', async (_, moved) => {
    const { at, looks, pass, state } = await searching();
    at.highestWall = at.clock.now();
    await pass(10 * second);
    at.clock.jumpWall(moved);
    await pass(19 * second);
    expect(looks).toEqual([0]);
    await pass(second);
    expect(looks).toEqual([0, 30]);
    for (let n = 0; n < 3; n++) await pass(30 * second);
    expect(looks).toEqual([0, 30, 60, 90, 120]);
    expect(state()).toBe('done');
  });

  it('and the process begins anew: it looks at once', async () => {
    const { at, looks, pass } = await searching();
    at.highestWall = at.clock.now();
    await pass(10 * second);
    at.clock.jumpWall(-3 * hour);
    await at.restart();
    await at.settle();
    // nobody knows how long it was gone by a clock that went back: it is not counted
    expect(looks).toEqual([0, 0]);
    await pass(30 * second);
    expect(looks).toEqual([0, 0, 30]);
  });

  it('a look knows how long ago the step acted, and begins anew in another process', async () => {
    const acts = [300 * second, 0];
    const looks: number[] = [];
    const lost = async () => {
      await at.clock.sleep(acts.shift() ?? 0);
      throw new Error('no answer');
    };
    const search = async ({ actedFor }: { readonly actedFor: number }) => {
      looks.push(Math.round(actedFor / second));
      if (looks.length === 3) return 'act' as const;
      const until = at.clock.now() + 30 * second;
      return { type: 'later', until, why: 'not visible yet' } as const;
    };
    const kind = kindOf([step('make', lost, { changes: 'aws', reconcile: search })]);
    const at = await bench(kind);
    at.add(kind, { group: 'a', deed: 'x' });
    await at.settle();
    await at.clock.advance(300 * second);
    await at.settle();
    for (let n = 0; n < 2; n++) {
      await at.clock.advance(30 * second);
      await at.settle();
    }
    // it acted once more, behind a pause
    await at.clock.advance(60 * second);
    await at.settle();
    expect(looks.slice(0, 3)).toEqual([0, 30, 60]);
    expect(looks[3]).toBe(0);
    await at.restart();
    await at.settle();
    expect(looks.at(-1)).toBe(0);
  });

  it('counts what an earlier process left by the wall clock', async () => {
    const { at, looks, state } = await searching();
    at.clock.jumpWall(90 * second);
    await at.restart();
    await at.settle();
    expect(looks).toEqual([0, 90]);
    expect(state()).toBe('waiting');
  });

  it('goes to the end of its line again after a restart, where others might pass it', async () => {
    const { at, kind, id, looks } = await searching({ letOthersPass: true });
    const other = at.add(kind, { group: 'a', deed: 'y' });
    await at.settle();
    expect(looks).toEqual([0, 0]);
    await at.restart();
    await at.settle();
    expect(looks).toEqual([0, 0, 0, 0]);
    for (const job of [id, other.id]) expect(at.jobs.read.show(job).waits?.for).toBe('until');
  });
});
