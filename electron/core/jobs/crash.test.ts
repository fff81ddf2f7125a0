import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { by, done, failing, JobsBench, kindOf, type Life, step } from './jobs.fixture.ts';
import type { JobKind, StepResult } from './kind.ts';
import { JobRows } from './rows.ts';
import { Fenced, StepWriter } from './step-writer.ts';

const opened: JobsBench[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.dispose();
});

/** The outside world: keys with the marker they were made with, and an alias. */
class Aws {
  readonly keys: string[] = [];
  alias: string | null = null;
  reads = 0;
}

const text = (value: unknown): string => z.string().parse(value);

/** A rotation in small: look, create (not repeatable), move the alias, tidy. */
function rotation(aws: Aws, life: Life): JobKind {
  const sent = (): void => life.reach('aws:create:sent');
  const answered = (): void => life.reach('aws:create:answered');
  const find = (marker: unknown): string | undefined => aws.keys.find((key) => key === marker);
  return kindOf(
    [
      step('look', async () => (await life.outside(), done())),
      step(
        'create',
        async ({ intent, jobNumber }) => {
          await life.outside();
          expect(intent).toBe(`kr-${jobNumber}`);
          sent();
          aws.keys.push(text(intent));
          answered();
          return done(text(intent));
        },
        {
          changes: 'aws',
          repeatable: false,
          intent: ({ jobNumber }) => `kr-${jobNumber}`,
          reconcile: async ({ intent }): Promise<StepResult | 'act'> => {
            await life.outside();
            aws.reads++;
            const key = find(intent);
            return key === undefined ? 'act' : done(key);
          },
        },
      ),
      step(
        'alias',
        async ({ outputs }) => {
          await life.outside();
          aws.alias = text(outputs['create']);
          return done();
        },
        { changes: 'aws' },
      ),
      step('tidy', async () => (await life.outside(), done()), { changes: 'here' }),
    ],
    { commitStep: 'alias' },
  );
}

async function bench(aws: Aws, dieAt: string | null): Promise<JobsBench> {
  const made = new JobsBench({ kinds: (life) => [rotation(aws, life)] });
  opened.push(made);
  await made.start(dieAt);
  return made;
}

const names = ['look', 'create', 'alias', 'tidy'];
const moments = ['before-intent', 'after-intent', 'after-outcome'];
const points = names.flatMap((name) => moments.map((moment) => `test:${name}:${moment}`));

describe('the process dies at a named moment', () => {
  it('reaches every moment of every step, in order', async () => {
    const aws = new Aws();
    const at = await bench(aws, null);
    at.add(rotation(aws, at.life), { group: 'g', deed: 'd' });
    await at.drain();
    const expected = [
      'test:look:before-intent',
      'test:look:after-intent',
      'test:create:before-intent',
      'test:look:after-outcome',
      'test:create:after-intent',
      'aws:create:sent',
      'aws:create:answered',
      'test:alias:before-intent',
      'test:create:after-outcome',
      'test:alias:after-intent',
      'test:tidy:before-intent',
      'test:alias:after-outcome',
      'test:tidy:after-intent',
      'test:tidy:after-outcome',
    ];
    expect(at.life.reached).toEqual(expected);
    expect(aws.reads).toBe(0);
  });

  it.each([...points, 'aws:create:sent', 'aws:create:answered'])('%s', async (point) => {
    const aws = new Aws();
    const at = await bench(aws, point);
    const { id } = at.add(rotation(aws, at.life), { group: 'g', deed: 'd' });
    const behind = at.add(rotation(aws, at.life), { group: 'g', deed: 'next' });
    await at.drain();
    expect(at.life.dead).toBe(true);
    await at.restart();
    await at.drain();
    expect(at.jobs.read.show(id).state).toBe('done');
    expect(at.jobs.read.show(behind.id).state).toBe('done');
    expect(aws.keys).toEqual(['kr-1001', 'kr-1002']);
    expect(aws.alias).toBe('kr-1002');
  });

  it('during a second try: that one, too, is looked at before it is acted again', async () => {
    const world: string[] = [];
    const kind = (life: Life) =>
      kindOf([
        step(
          'create',
          async ({ attempt }) => {
            await life.outside();
            if (attempt === 1) throw failing('retry', 'AWS_THROTTLED');
            world.push('key');
            life.die();
            return done();
          },
          { changes: 'aws', repeatable: false, reconcile: () => done('found') },
        ),
      ]);
    const at = new JobsBench({ kinds: (life) => [kind(life)] });
    opened.push(at);
    await at.start();
    const { id } = at.add(kind(at.life), { group: 'g', deed: 'd' });
    await at.drain();
    expect(at.life.dead).toBe(true);
    await at.restart();
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject({ state: 'done', outputs: { create: 'found' } });
    expect(world).toEqual(['key']);
  });

  it('while a job waits behind a gate: the next process tries it once by itself', async () => {
    let there = false;
    const kind = kindOf([
      step('wrap', () => {
        if (!there) throw failing('wait-for-hsm');
        return done();
      }),
    ]);
    const at = new JobsBench({ kinds: () => [kind] });
    opened.push(at);
    await at.start();
    const { id } = at.add(kind, { group: 'g', deed: 'd' });
    await at.drain();
    expect(at.jobs.read.show(id).waits).toEqual({ for: 'gate', gate: 'hsm' });
    there = true;
    await at.restart();
    await at.drain();
    expect(at.jobs.read.show(id).state).toBe('done');
  });

  const diedTwice = async () => {
    const aws = new Aws();
    const at = await bench(aws, 'aws:create:answered');
    const { id } = at.add(rotation(aws, at.life), { group: 'g', deed: 'd' });
    await at.drain();
    await at.restart('test:alias:after-intent');
    await at.drain();
    expect(at.life.dead).toBe(true);
    await at.restart();
    await at.drain();
    return { aws, at, id, show: () => at.jobs.read.show(id) };
  };
  it('twice while the same job ran: a person looks at it, and may send it on', async () => {
    const { aws, at, id, show } = await diedTwice();
    expect(show()).toMatchObject({
      state: 'needs-you',
      failure: { code: 'JOB_NEEDS_REVIEW', details: { reason: 'interrupted-twice' } },
      standing: { aws: { good: true } },
    });
    expect(aws.alias).toBeNull();
    at.jobs.queue.continue(id, by);
    await at.drain();
    expect(show().state).toBe('done');
    expect(aws).toMatchObject({ keys: ['kr-1001'], alias: 'kr-1001' });
  });

  it('twice, and cancelled: not looked at, for that may be what killed the process', async () => {
    const { at, id } = await diedTwice();
    expect(at.jobs.queue.cancel(id, by).result).toBe('cancelled');
  });
});

describe('poison', () => {
  it('the same step with the same error in three process lives: a person', async () => {
    const kind = kindOf([
      step('make', () => done(), { changes: 'here' }),
      step('x', () => {
        throw failing('retry');
      }),
    ]);
    const at = new JobsBench({ kinds: () => [kind] });
    opened.push(at);
    await at.start();
    const { id } = at.add(kind, { group: 'g', deed: 'd' });
    await at.settle();
    expect(at.jobs.read.show(id).state).toBe('waiting');
    await at.restart();
    await at.settle();
    expect(at.jobs.read.show(id).state).toBe('waiting');
    await at.restart();
    await at.settle();
    expect(at.jobs.read.show(id)).toMatchObject({
      state: 'needs-you',
      failure: { code: 'AWS_FAILED' },
    });
  });

  it('two crashes of the HSM bridge under the same job: a person, not a third crash', async () => {
    let crashes = 0;
    const kind = kindOf([
      step('make', () => done(), { changes: 'here' }),
      step(
        'wrap',
        () => {
          crashes++;
          at.jobs.runner.noteCrash();
          throw new OperationError('HSM_UNAVAILABLE', { as: 'wait-for-hsm' });
        },
        { changes: 'here' },
      ),
    ]);
    const at = new JobsBench({ kinds: () => [kind] });
    opened.push(at);
    await at.start();
    const { id } = at.add(kind, { group: 'g', deed: 'd' });
    await at.drain();
    expect(at.jobs.read.show(id).state).toBe('waiting');
    at.jobs.runner.open('hsm');
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject({
      state: 'needs-you',
      failure: { code: 'HSM_UNAVAILABLE' },
    });
    expect(crashes).toBe(2);
  });
});

describe('jobs that this build or this keystore cannot simply go on with', () => {
  const unreadable = (reason: string) => ({
    state: 'needs-you',
    failure: { code: 'JOB_UNREADABLE', details: { reason } },
    standing: { aws: { good: null } },
  });

  it.each([
    ['payload', `update job set payload = '{"group":1}'`],
    ['payload', `update job set payload = 'not json'`],
    ['unknown-kind', `update job set kind = 'from the future'`],
    ['steps-differ', `update job_step set name = 'renamed'`],
  ])('%s: parked with its record, blocking its group, cancellable', async (reason, damage) => {
    let first = true;
    const kind = kindOf([
      step('x', () => {
        if (!first) return done();
        first = false;
        return { type: 'later', until: at.clock.now() + 1_000, why: 'x' };
      }),
    ]);
    const at = new JobsBench({ kinds: () => [kind] });
    opened.push(at);
    await at.start();
    const { id } = at.add(kind, { group: 'g', deed: 'd' });
    const behind = at.add(kind, { group: 'g', deed: 'e' });
    await at.settle();
    at.store.change(() =>
      at.store.db.exec(`${damage}${reason === 'steps-differ' ? '' : ' where number = 1001'}`),
    );
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject(unreadable(reason));
    expect(at.jobs.read.show(behind.id).waits).toMatchObject({ for: 'behind' });
    at.jobs.queue.continue(id, by);
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject(unreadable(reason));
    at.jobs.queue.cancel(id, by);
    await at.drain();
    expect(at.jobs.read.show(behind.id).state).toBe('done');
  });

  it('a restored keystore: what was unfinished waits for review', async () => {
    const aws = new Aws();
    const at = await bench(aws, 'aws:create:answered');
    const kind = rotation(aws, at.life);
    const running = at.add(kind, { group: 'g', deed: 'd' });
    const waiting = at.add(kind, { group: 'g', deed: 'e' });
    const dated = at.add(kind, { group: 'g', deed: 'f' }, { notBefore: at.clock.now() + 60_000 });
    await at.drain();
    at.temporary.store.change(() => {
      at.temporary.store.db.exec(`update job set incarnation = 'another'`);
    });
    await at.restart();
    await at.drain();
    for (const { id } of [running, waiting, dated]) {
      expect(at.jobs.read.show(id)).toMatchObject({
        state: 'needs-you',
        failure: { code: 'JOB_NEEDS_REVIEW', details: { reason: 'inherited' } },
      });
      at.jobs.queue.continue(id, by);
    }
    await at.drain();
    expect(at.jobs.read.counts()).toEqual(new Map([['done', 3]]));
    expect(aws.keys).toEqual(['kr-1001', 'kr-1002', 'kr-1003']);
  });
});

describe('fencing', () => {
  it('an older taking cannot write an outcome once the job is in other hands', async () => {
    let letGo: (result: StepResult) => void = () => undefined;
    const acted: string[] = [];
    const kind = kindOf([
      step(
        'slow',
        () => {
          acted.push('act');
          return new Promise<StepResult>((resolve) => (letGo = resolve));
        },
        { changes: 'aws', reconcile: () => done('looked') },
      ),
      step('next', ({ outputs }) => done(text(outputs['slow']))),
    ]);
    const at = new JobsBench({ kinds: () => [kind] });
    opened.push(at);
    const old = await at.start();
    const { id } = at.add(kind, { group: 'g', deed: 'd' });
    await at.clock.settle();
    // a second engine on the same keystore takes the first one's lease for a dead process's
    await at.start();
    await at.settle();
    expect(at.jobs.read.show(id)).toMatchObject({ state: 'done', outputs: { next: 'looked' } });
    const { revision } = at.jobs.read.show(id);
    letGo(done('too late'));
    await at.clock.settle(10);
    expect(at.jobs.read.show(id)).toMatchObject({ revision, outputs: { slow: 'looked' } });
    expect(acted).toEqual(['act']);
    await old.stop();
  });
});

describe('the epoch of a step', () => {
  it('refuses to close a step that a later taking has begun', async () => {
    const aws = new Aws();
    const at = await bench(aws, null);
    const { number } = at.add(rotation(aws, at.life), { group: 'g', deed: 'd' });
    await at.drain();
    const writer = new StepWriter(at.store, at.clock);
    const step = new JobRows(at.store).runs(number)[0];
    if (step === undefined) throw new Error('no step');
    const closing = { state: 'done', unsure: 0, over: true, failure: null } as const;
    const close = (epoch: number) => () =>
      at.store.change(() => writer.close({ ...step, epoch }, closing));
    expect(close(step.epoch)).not.toThrow();
    expect(close(step.epoch - 1)).toThrow(Fenced);
    expect(close(step.epoch + 1)).toThrow(Fenced);
  });
});
