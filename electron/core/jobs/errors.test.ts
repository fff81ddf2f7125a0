import { afterEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { CallChange } from '../../../shared/model/job.ts';
import { benches } from './benches.fixture.ts';
import { by, done, failing, kindOf, type Payload, step } from './jobs.fixture.ts';
import type { FailureClass } from './decide.ts';
import type { StepContext, StepResult } from './kind.ts';
import { currentStep } from './step-scope.ts';

const { bench, runOne, close } = benches();
afterEach(() => {
  expect(close()).toEqual([]);
});

describe('errors', () => {
  it('retry: tries again with growing pauses, then ends where nothing was changed', async () => {
    let tries = 0;
    const { show } = await runOne([
      step('look', () => {
        tries++;
        throw failing('retry', 'AWS_THROTTLED');
      }),
    ]);
    expect(tries).toBe(8);
    expect(show()).toMatchObject({
      state: 'stopped-nothing-changed',
      failure: { code: 'AWS_THROTTLED' },
    });
  });

  it('retry: gives the slot and the time to others, and succeeds when the other side does', async () => {
    let busy = 3;
    const { show, at } = await runOne([
      step('call', () => {
        if (busy-- > 0) throw failing('retry', 'AWS_THROTTLED');
        return done();
      }),
    ]);
    expect(show().state).toBe('done');
    expect(show().steps[0]?.attempts).toBe(4);
    expect(at.clock.monotonic()).toBeGreaterThan(0);
  });

  it('retry to the end after a change: needs a person, whose word begins a new count', async () => {
    let fails = 8;
    const { show, at, id } = await runOne([
      step('make', () => done(), { changes: 'here' }),
      step('call', () => {
        if (fails-- > 0) throw failing('retry', 'AWS_THROTTLED');
        return done();
      }),
    ]);
    expect(show()).toMatchObject({ state: 'needs-you', steps: [{}, { attempts: 8 }] });
    fails = 3;
    at.jobs.queue.continue(id, by);
    await at.drain();
    expect(show()).toMatchObject({ state: 'done', steps: [{}, { attempts: 12 }] });
  });

  /** A step whose change was answered ok, or not at all, before something else in it went wrong. */
  const changing = (
    as: FailureClass,
    looks: () => StepResult | 'act',
    first: 'yes' | 'maybe' = 'yes',
  ) => {
    const asked: string[] = [];
    const note = (context: StepContext<Payload>, changed: CallChange) =>
      context.note({
        call: 'DeleteImportedKeyMaterial',
        parameters: {},
        requestId: null,
        took: 1,
        result: changed === 'yes' ? 'ok' : 'AccessDeniedException',
        changed,
      });
    const one = step(
      'delete',
      (context) => {
        asked.push('act');
        note(context, asked.includes('look') ? 'no' : first);
        throw failing(as);
      },
      { changes: 'aws', reconcile: () => (asked.push('look'), looks()) },
    );
    return { asked, one };
  };

  it.each(['stop', 'park', 'retry', 'wait-for-hsm'] as const)(
    '%s, after a change in the same step was answered ok: looks first',
    async (as) => {
      const { asked, one } = changing(as, () => done('it is gone'));
      const { at, show } = await runOne([step('check', () => done()), one]);
      at.jobs.runner.open('hsm');
      await at.drain();
      expect(asked).toEqual(['act', 'look']);
      expect(show()).toMatchObject({ state: 'done', steps: [{}, { attempts: 1 }] });
    },
  );

  it.each(['stop', 'park', 'retry'] as const)(
    '%s, after no answer came to a change in the same step: looks first',
    async (as) => {
      const { asked, one } = changing(as, () => done('it is gone'), 'maybe');
      const { show } = await runOne([step('check', () => done()), one]);
      expect(asked).toEqual(['act', 'look']);
      expect(show()).toMatchObject({ state: 'done', steps: [{}, { attempts: 1 }] });
    },
  );

  it('never says that nothing changed where a change was answered ok, whatever looking says', async () => {
    const { asked, one } = changing('stop', () => 'act');
    const { show, at } = await runOne([step('check', () => done()), one]);
    expect(asked).toEqual(['act', 'look', 'act']);
    expect(show()).toMatchObject({
      state: 'needs-you',
      steps: [{}, { unsure: false, calls: [{ changed: 'yes' }, { changed: 'no' }] }],
    });
    at.jobs.queue.continue(show().id, by);
    await at.drain();
    expect(show().state).toBe('needs-you');
  });

  it('does say it where the only change was certainly refused', async () => {
    const { one, asked } = changing('stop', () => 'act');
    asked.push('look');
    const { show } = await runOne([step('check', () => done()), one]);
    expect(asked).toEqual(['look', 'act']);
    expect(show()).toMatchObject({ state: 'stopped-nothing-changed' });
  });

  it('ambiguous: looks before it acts again, in the state Checking', async () => {
    const world: string[] = [];
    const states: string[] = [];
    const { show, at } = await runOne([
      step(
        'create',
        () => {
          world.push('key');
          throw failing('ambiguous');
        },
        {
          changes: 'aws',
          repeatable: false,
          reconcile: () => (world.length > 0 ? done('adopted') : 'act'),
        },
      ),
    ]);
    for (const event of at.events) if (event.type === 'state') states.push(event.to);
    expect(world).toEqual(['key']);
    expect(states).toEqual(['running', 'checking', 'done']);
    expect(show().state).toBe('done');
  });

  it('ambiguous: when looking finds nothing, acts again after a pause', async () => {
    let lost = 2;
    const { show } = await runOne([
      step(
        'create',
        () => {
          if (lost-- > 0) throw failing('ambiguous');
          return done();
        },
        { changes: 'aws', repeatable: false },
      ),
    ]);
    expect(show()).toMatchObject({ state: 'done' });
    expect(show().steps[0]?.attempts).toBe(3);
  });

  it('ambiguous to the end: needs a person, who continues by looking', async () => {
    let clear = false;
    const acts: number[] = [];
    const { show, at, id } = await runOne([
      step(
        'create',
        ({ attempt }) => {
          acts.push(attempt);
          throw failing('ambiguous');
        },
        {
          changes: 'aws',
          repeatable: false,
          reconcile: () => {
            if (!clear) throw failing('retry');
            return done();
          },
        },
      ),
    ]);
    expect(show()).toMatchObject({ state: 'needs-you', steps: [{ unsure: true }] });
    clear = true;
    at.jobs.queue.continue(id, by);
    await at.drain();
    expect(show().state).toBe('done');
    expect(acts).toEqual([1]);
  });

  it('park and stop as thrown', async () => {
    const parked = await runOne([
      step('x', () => {
        throw failing('park');
      }),
    ]);
    expect(parked.show().state).toBe('needs-you');
    const stopped = await runOne([
      step('x', () => {
        throw failing('stop');
      }),
    ]);
    expect(stopped.show().state).toBe('stopped-nothing-changed');
  });

  it('wait-for-NAME: waits behind that gate, then looks, then goes on by itself', async () => {
    let there = false;
    const { show, at } = await runOne([
      step('make', () => done(), { changes: 'here' }),
      step(
        'wrap',
        () => {
          if (!there) throw failing('wait-for-hsm');
          return done();
        },
        { changes: 'here' },
      ),
    ]);
    expect(show()).toMatchObject({ state: 'waiting', waits: { for: 'gate', gate: 'hsm' } });
    expect(show().standing).not.toBeNull();
    there = true;
    at.jobs.runner.open('hsm');
    await at.drain();
    expect(show().state).toBe('done');
  });

  it('an error nobody knows claims nothing and shows none of its text', async () => {
    const { show, at } = await runOne([
      step(
        'x',
        () => {
          throw new Error('secret inside');
        },
        { changes: 'aws' },
      ),
    ]);
    expect(show()).toMatchObject({ state: 'needs-you', failure: { code: 'INTERNAL' } });
    expect(JSON.stringify(at.store.db.prepare('select * from job_step').all())).not.toContain(
      'secret inside',
    );
    expect(new Set(at.warnings.splice(0))).toEqual(new Set(['job.step-failed']));
  });
});

describe('what a step is given', () => {
  it('calls are kept, also those of failed tries; progress is live only; the step is known', async () => {
    const seen: unknown[] = [];
    let fail = true;
    const kind = kindOf([
      step('send', async (context: StepContext<Payload>) => {
        const parameters = { alias: 'a' };
        const result = fail ? 'ThrottlingException' : 'ok';
        const changed = fail ? 'no' : 'yes';
        context.note({
          call: 'UpdateAlias',
          parameters,
          requestId: 'r1',
          took: 3.5,
          result,
          changed,
        });
        context.progress('waits 38 s', { ahead: 37, until: 5 });
        await Promise.resolve();
        seen.push(currentStep()?.step, at.jobs.read.show(id).progress);
        if (fail) {
          fail = false;
          throw failing('retry');
        }
        return done();
      }),
    ]);
    const at = await bench(kind);
    const { id } = at.add(kind, { group: 'g', deed: 'd' });
    await at.drain();
    expect(seen.slice(0, 2)).toEqual([
      'send',
      { text: 'waits 38 s', ahead: 37, until: 5, done: null },
    ]);
    const job = at.jobs.read.show(id);
    expect(job.progress).toBeNull();
    expect(job.steps[0]?.calls.map((call) => call.result)).toEqual(['ThrottlingException', 'ok']);
    expect(currentStep()).toBeNull();
  });

  it('an intent that cannot be made parks the job, and the outcome before it is kept', async () => {
    const { show, at } = await runOne([
      step('make', () => done('k'), { changes: 'here' }),
      step('send', () => done(), {
        intent: () => {
          throw new OperationError('KEY_NOT_ENABLED');
        },
      }),
    ]);
    expect(show()).toMatchObject({ state: 'needs-you', failure: { code: 'KEY_NOT_ENABLED' } });
    expect(show().outputs).toEqual({ make: 'k' });
    expect(at.warnings.splice(0)).toEqual(['job.intent-failed']);
  });
});
