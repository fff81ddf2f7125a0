import { afterEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { benches, Doors } from './benches.fixture.ts';
import { by, done, failing, type JobsBench, kindOf, step } from './jobs.fixture.ts';
import type { StepResult } from './kind.ts';

const { bench, close } = benches();
afterEach(() => {
  close();
});

const turns = (at: JobsBench) => at.clock.settle(8);

describe('cancelling', () => {
  const facts = { actor: 'custodian-1', channel: 'test' };

  it('waits for the end of the running step and says what exists', async () => {
    const doors = new Doors();
    const kind = kindOf(
      [
        step('make', () => done('key-1'), { changes: 'aws' }),
        step('send', () => doors.enter('send'), { changes: 'aws' }),
        step('alias', () => done(), { changes: 'aws' }),
      ],
      { commitStep: 'alias' },
    );
    const at = await bench(kind);
    const { id } = at.add(kind, { group: 'a', deed: 'x' });
    await turns(at);
    expect(at.jobs.read.show(id).leftovers).toBe('would leave: make');
    expect(at.jobs.queue.cancel(id, facts)).toEqual({
      result: 'asked',
      leftovers: 'would leave: make',
    });
    expect(at.jobs.read.show(id)).toMatchObject({ state: 'running', cancelRequested: true });
    doors.leave('send', done('sent'));
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject({
      state: 'cancelled',
      leftovers: 'left: make, send',
      standing: { aws: { good: true } },
    });
    expect(() => at.jobs.queue.cancel(id, facts)).toThrow('JOB_NOT_CANCELLABLE');
  });

  it('is refused once the deed is committed, and comes too late while it commits', async () => {
    const doors = new Doors();
    const kind = kindOf(
      [step('alias', () => doors.enter('alias')), step('tidy', () => doors.enter('tidy'))],
      { commitStep: 'alias' },
    );
    const at = await bench(kind);
    const { id } = at.add(kind, { group: 'a', deed: 'x' });
    await turns(at);
    at.jobs.queue.cancel(id, facts);
    doors.leave('alias');
    await turns(at);
    expect(() => at.jobs.queue.cancel(id, facts)).toThrow('JOB_NOT_CANCELLABLE');
    doors.leave('tidy');
    await at.drain();
    expect(at.jobs.read.show(id).state).toBe('done');
  });

  it('ends a job that waits at once, also one that waits for a person or behind a gate', async () => {
    const kind = kindOf([
      step('make', () => done(), { changes: 'aws' }),
      step('x', () => ({ type: 'park', error: new OperationError('AWS_KEY_GONE') })),
    ]);
    const at = await bench(kind);
    const parked = at.add(kind, { group: 'a', deed: 'x' });
    const behind = at.add(kind, { group: 'a', deed: 'y' });
    await at.drain();
    for (const { id } of [behind, parked]) {
      expect(at.jobs.queue.cancel(id, facts).result).toBe('cancelled');
      expect(at.jobs.read.show(id).state).toBe('cancelled');
    }
    await at.drain();
    expect(at.jobs.read.show(parked.id).standing).not.toBeNull();
  });

  it('looks first where an answer was lost, then cancels with the truth', async () => {
    const world: string[] = [];
    const kind = kindOf([
      step(
        'create',
        () => {
          world.push('key');
          throw new OperationError('AWS_ANSWER_LOST', { as: 'ambiguous' });
        },
        {
          changes: 'aws',
          repeatable: false,
          reconcile: () =>
            at.clock.monotonic() === 0
              ? { type: 'later', until: at.clock.now() + 300_000, why: 'not visible yet' }
              : done('key'),
        },
      ),
      step('next', () => done()),
    ]);
    const at = await bench(kind);
    const { id } = at.add(kind, { group: 'a', deed: 'x' });
    await at.settle();
    expect(at.jobs.read.show(id).state).toBe('checking');
    await at.clock.advance(1);
    expect(at.jobs.queue.cancel(id, facts).result).toBe('asked');
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject({ state: 'cancelled', leftovers: 'left: create' });
    expect(world).toEqual(['key']);
  });

  const parked = async (looks: () => StepResult | 'act', commitStep: string | null = null) => {
    let looked = 0;
    const kind = kindOf(
      [
        step(
          'alias',
          () => {
            throw failing('ambiguous');
          },
          {
            changes: 'aws',
            reconcile: () => {
              if (looked++ === 0) throw failing('park');
              return looks();
            },
          },
        ),
      ],
      {
        commitStep,
        leftovers: ({ stepStates }) => ({
          now: '',
          after: `alias is ${stepStates['alias'] ?? ''}`,
        }),
      },
    );
    const at = await bench(kind);
    const { id } = at.add(kind, { group: 'a', deed: 'x' });
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject({ state: 'needs-you', steps: [{ unsure: true }] });
    return { at, id };
  };

  it('of a job that stopped with a step in doubt looks once more before it ends', async () => {
    const { at, id } = await parked(() => 'act');
    expect(at.jobs.queue.cancel(id, facts).result).toBe('asked');
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject({
      state: 'cancelled',
      leftovers: 'alias is waiting',
    });
  });

  it('comes too late where that look finds the deed done', async () => {
    const { at, id } = await parked(() => done('it moved'), 'alias');
    at.jobs.queue.cancel(id, facts);
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject({ state: 'done', leftovers: null });
  });

  it('ends also where that look tells nothing, and says what nobody knows', async () => {
    const { at, id } = await parked(() => {
      throw failing('park');
    });
    at.jobs.queue.cancel(id, facts);
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject({
      state: 'cancelled',
      leftovers: 'alias is begun',
    });
  });
});

describe('pausing', () => {
  it('lets the running step end, stops before the next one, and goes on after resume', async () => {
    const doors = new Doors();
    const kind = kindOf([
      step('one', ({ payload }) => doors.enter(`${payload.deed} one`)),
      step('two', ({ payload }) => doors.enter(`${payload.deed} two`)),
    ]);
    const at = await bench(kind);
    const { id } = at.add(kind, { group: 'a', deed: 'x' });
    at.add(kind, { group: 'b', deed: 'y' });
    await turns(at);
    const { stopping, quiet } = at.jobs.runner.pause();
    expect(stopping).toBe(2);
    let isQuiet = false;
    void quiet.then(() => (isQuiet = true));
    doors.leave('x one');
    await turns(at);
    expect(isQuiet).toBe(false);
    doors.leave('y one');
    await quiet;
    expect(doors.order).toEqual(['x one', 'y one']);
    expect(at.events.filter((event) => event.type === 'intent' && event.step === 'two')).toEqual(
      [],
    );
    expect(at.jobs.read.show(id)).toMatchObject({ state: 'waiting', step: { n: 2 } });
    at.add(kind, { group: 'c', deed: 'z' });
    await turns(at);
    expect(doors.order).toHaveLength(2);
    at.jobs.runner.resume();
    await turns(at);
    expect(doors.order).toEqual(['x one', 'y one', 'x two', 'y two', 'z one']);
  });

  it('interrupts waiting inside a step, which then has not happened', async () => {
    let acts = 0;
    const kind = kindOf([
      step(
        'paced',
        async ({ signal }) => {
          acts++;
          if (acts === 1) await at.clock.sleep(60_000, signal);
          return done();
        },
        { changes: 'aws', repeatable: false, reconcile: () => Promise.reject(new Error('no')) },
      ),
    ]);
    const at = await bench(kind);
    const { id } = at.add(kind, { group: 'a', deed: 'x' });
    await turns(at);
    await at.jobs.runner.pause().quiet;
    expect(at.jobs.read.show(id)).toMatchObject({ state: 'waiting', steps: [{ unsure: false }] });
    at.jobs.runner.resume();
    await at.settle();
    expect(at.jobs.read.show(id).state).toBe('done');
  });

  it.each([
    ['something', 'yes'],
    ['a look only, for all it knows', 'no'],
  ] as const)(
    'looks first at a step that was interrupted after it had sent %s',
    async (_what, changed) => {
      const world: string[] = [];
      const kind = kindOf([
        step(
          'create',
          async ({ signal, ...context }) => {
            world.push('key');
            context.note({
              call: 'CreateKey',
              parameters: {},
              requestId: 'r',
              took: 1,
              result: 'ok',
              changed,
            });
            await at.clock.sleep(60_000, signal);
            return done();
          },
          { changes: 'aws', repeatable: false, reconcile: () => done('adopted') },
        ),
      ]);
      const at = await bench(kind);
      const { id } = at.add(kind, { group: 'a', deed: 'x' });
      await turns(at);
      await at.jobs.runner.pause().quiet;
      expect(at.jobs.read.show(id)).toMatchObject({ state: 'checking', steps: [{ unsure: true }] });
      at.jobs.runner.resume();
      await at.settle();
      expect(at.jobs.read.show(id)).toMatchObject({
        state: 'done',
        outputs: { create: 'adopted' },
      });
      expect(world).toEqual(['key']);
    },
  );

  it('stops for good, may be stopped twice, and the next start goes on', async () => {
    const doors = new Doors();
    const kind = kindOf([step('one', () => doors.enter('one')), step('two', () => done())]);
    const at = await bench(kind);
    const { id } = at.add(kind, { group: 'a', deed: 'x' });
    await turns(at);
    const stopped = at.jobs.stop();
    doors.leave('one');
    await stopped;
    await at.jobs.stop();
    await at.restart();
    await at.settle();
    expect(at.jobs.read.show(id).state).toBe('done');
    expect(doors.order).toEqual(['one']);
  });
});

describe('the designated device', () => {
  it('holds back jobs that need it, and those another device began, until it is this one', async () => {
    let designated = false;
    const kind = kindOf([step('work', () => done())]);
    const looking = kindOf([step('look', () => done())], { name: 'look', needsDesignation: false });
    const at = await bench(kind, {
      kinds: () => [kind, looking],
      designated: () => designated,
    });
    const rotate = at.add(kind, { group: 'a', deed: 'x' });
    const look = at.add(looking, { group: 'b', deed: 'x' });
    await at.drain();
    expect(at.jobs.read.show(rotate.id).waits).toEqual({ for: 'gate', gate: 'designation' });
    expect(at.jobs.read.show(look.id).state).toBe('done');
    at.jobs.runner.pause();
    const inherited = at.add(looking, { group: 'b', deed: 'y' });
    at.device = 'device-b';
    await at.restart();
    await at.drain();
    expect(at.jobs.read.show(inherited.id).waits).toMatchObject({ gate: 'designation' });
    designated = true;
    at.jobs.runner.open('designation');
    await at.drain();
    expect(at.jobs.read.counts()).toEqual(new Map([['done', 3]]));
  });

  it('is asked for again at every step, and by continue', async () => {
    let designated = true;
    const kind = kindOf([
      step('one', () => {
        designated = false;
        return done();
      }),
      step('two', () => ({ type: 'park', error: new OperationError('AWS_KEY_GONE') })),
    ]);
    const at = await bench(kind, { designated: () => designated });
    const { id } = at.add(kind, { group: 'a', deed: 'x' });
    await at.drain();
    expect(at.jobs.read.show(id)).toMatchObject({ state: 'waiting', step: { n: 2 } });
    designated = true;
    at.jobs.runner.open('designation');
    await at.drain();
    designated = false;
    expect(() => at.jobs.queue.continue(id, by)).toThrow('NOT_DESIGNATED');
  });
});

describe('changes', () => {
  it('are told in order, after the commit, and without those that were rolled back', async () => {
    const kind = kindOf([step('work', () => done())]);
    const at = await bench(kind);
    const heard: [number, number, number][] = [];
    at.jobs.changes.subscribe(({ number, revision, sequence }) =>
      heard.push([number, revision, sequence]),
    );
    expect(() =>
      at.store.change(() => {
        at.add(kind, { group: 'a', deed: 'x' });
        throw new Error('no');
      }),
    ).toThrow('no');
    const { id, number } = at.add(kind, { group: 'a', deed: 'x' });
    await at.drain();
    expect(heard.map(([, , sequence]) => sequence)).toEqual(heard.map((_, n) => n + 1));
    const revisions = heard.map(([, revision]) => revision);
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(heard.every(([told]) => told === number)).toBe(true);
    expect(revisions.at(-1)).toBe(at.jobs.read.show(id).revision);
    const left = await at.jobs.left(String(number));
    expect(left.state).toBe('done');

    const late = at.add(kind, { group: 'b', deed: 'y' }, { notBefore: at.clock.now() + 1_000 });
    await at.settle();
    heard.length = 0;
    expect(() =>
      at.store.change(() => {
        at.jobs.queue.cancel(late.id, by);
        throw new Error('no');
      }),
    ).toThrow('no');
    await at.settle();
    expect(heard).toEqual([]);
  });
});
