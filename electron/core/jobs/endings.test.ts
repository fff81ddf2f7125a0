import { afterEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { benches } from './benches.fixture.ts';
import { by, done, failing, kindOf, step } from './jobs.fixture.ts';
import type { StepResult } from './kind.ts';

const { bench, runOne, close } = benches();
afterEach(() => {
  expect(close()).toEqual([]);
});

describe('how a step may end', () => {
  it('done: keeps output and proof, hands outputs to later steps, and ends Done', async () => {
    const seen: unknown[] = [];
    const { show, at } = await runOne([
      step('make', () => done('key-1'), { changes: 'here', intent: () => ({ marker: 'm1' }) }),
      step('send', (context) => {
        seen.push(context.outputs, context.intent);
        return done();
      }),
    ]);
    expect(seen).toEqual([{ make: 'key-1' }, null]);
    const job = show();
    expect(job).toMatchObject({ state: 'done', step: null, failure: null, standing: null });
    expect(job.steps.map((each) => each.state)).toEqual(['done', 'done']);
    expect(job.steps[0]?.proof).toEqual([{ text: 'read back' }]);
    expect(at.jobs.read.counts()).toEqual(new Map([['done', 1]]));
  });

  it('done: the domain rows of `record` stand in the same commit, or the job stops', async () => {
    const at = await bench({
      kinds: (_, store) => [
        kindOf([
          step('keep', ({ payload }) => ({
            type: 'done',
            proof: [],
            record: () => {
              store.db.prepare('insert into setting values (?, ?)').run(payload.deed, 'kept');
              if (payload.deed === 'bad') throw new OperationError('NAME_TAKEN', { name: 'x' });
            },
          })),
        ]),
      ],
    });
    const kind = kindOf([]);
    const good = at.add(kind, { group: 'g', deed: 'good' });
    await at.drain();
    expect(at.jobs.read.show(good.id).state).toBe('done');
    const bad = at.add(kind, { group: 'g', deed: 'bad' });
    await at.drain();
    const job = at.jobs.read.show(bad.id);
    expect(job).toMatchObject({ state: 'needs-you', failure: { code: 'NAME_TAKEN' } });
    expect(job.steps[0]).toMatchObject({ state: 'needs-you', unsure: true });
    expect(at.store.db.prepare('select key from setting').all()).toEqual([{ key: 'good' }]);
    expect(at.warnings.splice(0)).toEqual(['job.record-failed']);
  });

  it('skip: says why and goes on', async () => {
    const { show } = await runOne([
      step('maybe', () => ({ type: 'skip', proof: [{ text: 'nothing to do' }] })),
      step('then', () => done()),
    ]);
    expect(show().steps.map((each) => each.state)).toEqual(['skipped', 'done']);
    expect(show().state).toBe('done');
  });

  it('stop: ends as "nothing changed" only if no step before it changed anything', async () => {
    const stop = (): StepResult => ({ type: 'stop', error: new OperationError('AWS_REFUSED') });
    const clean = await runOne([step('look', () => done()), step('ask', stop)]);
    expect(clean.show()).toMatchObject({
      state: 'stopped-nothing-changed',
      failure: { code: 'AWS_REFUSED' },
    });
    const dirty = await runOne([
      step('make', () => done(), { changes: 'here' }),
      step('ask', stop),
    ]);
    expect(dirty.show()).toMatchObject({ state: 'needs-you', failure: { code: 'AWS_REFUSED' } });
  });

  it('park: needs a person, tells where things stand, and goes on from that step', async () => {
    let allowed = false;
    let made = 0;
    const { show, at, id } = await runOne([
      step('make', () => done(`key-${++made}`), { changes: 'aws' }),
      step('alias', () =>
        allowed
          ? done()
          : { type: 'park', error: new OperationError('AWS_ACCESS_DENIED', { call: 'x' }) },
      ),
    ]);
    expect(show()).toMatchObject({
      state: 'needs-you',
      failure: { code: 'AWS_ACCESS_DENIED' },
      standing: { copies: { good: true } },
      step: { n: 2, of: 2, title: 'alias' },
    });
    allowed = true;
    at.jobs.queue.continue(id, by);
    await at.drain();
    expect(show()).toMatchObject({ state: 'done', failure: null, standing: null });
    expect(made).toBe(1);
    expect(show().steps[1]?.attempts).toBe(2);
  });

  it('again: repeats from an earlier step with new intents, but never past a deed done once', async () => {
    const ran: string[] = [];
    let expired = true;
    const note = (name: string) => step(name, () => (ran.push(name), done(`${ran.length}`)));
    const { show } = await runOne([
      note('params'),
      note('wrap'),
      step('import', ({ outputs }) => {
        ran.push(`import with ${JSON.stringify(outputs['wrap'])}`);
        if (!expired) return done();
        expired = false;
        return { type: 'again', from: 'params', why: 'the token ran out' };
      }),
    ]);
    expect(ran).toEqual(['params', 'wrap', 'import with "2"', 'params', 'wrap', 'import with "5"']);
    expect(show().state).toBe('done');

    const refused = await runOne([
      step('create', () => done(), { changes: 'aws', repeatable: false }),
      step('import', () => ({ type: 'again', from: 'create', why: 'x' })),
    ]);
    expect(refused.show()).toMatchObject({
      state: 'needs-you',
      failure: { code: 'INTERNAL', details: { reason: 'may-not-go-back' } },
    });
  });

  it('again: does not go in circles for ever', async () => {
    const { show } = await runOne([
      step('a', () => done(), { changes: 'here' }),
      step('b', () => ({ type: 'again', from: 'a', why: 'once more' })),
    ]);
    expect(show()).toMatchObject({
      state: 'needs-you',
      failure: { code: 'JOB_NEEDS_REVIEW', details: { reason: 'went-in-circles' } },
    });
  });

  it('again: where it went in circles, a person who sends it on lets it begin anew', async () => {
    const mended = { yet: false };
    const held = { parcel: '' };
    const { show, at, id } = await runOne([
      step('fetch', () => {
        held.parcel = mended.yet ? 'good' : 'spent';
        return done();
      }),
      step('send', () => {
        if (held.parcel === 'good') return done();
        const record = () => void (held.parcel = '');
        return { type: 'again', from: 'fetch', why: 'it is spent', record };
      }),
    ]);
    expect(show().failure).toMatchObject({ details: { reason: 'went-in-circles' } });
    // what came with the last go is not kept for the next
    expect(held.parcel).toBe('');
    expect(show().step?.n).toBe(2);
    at.jobs.queue.continue(id, by);
    await at.drain();
    expect(show()).toMatchObject({ state: 'needs-you', step: { n: 2 } });
    mended.yet = true;
    at.jobs.queue.continue(id, by);
    await at.drain();
    expect(show().state).toBe('done');
  });

  it('again: whom a person sends on, and sends on again, never went in circles', async () => {
    let sent = 0;
    const { show, at, id } = await runOne([
      step('connect', () => {
        sent++;
        return done();
      }),
      step('settle', ({ attempt }) =>
        attempt > 1
          ? { type: 'again', from: 'connect', why: 'connects again' }
          : { type: 'park', error: new OperationError('XKS_CONNECT_FAILED', {}) },
      ),
    ]);
    for (let goes = 1; goes <= 13; goes++) {
      expect(show()).toMatchObject({ state: 'needs-you', failure: { code: 'XKS_CONNECT_FAILED' } });
      expect(sent).toBe(goes);
      at.jobs.queue.continue(id, by);
      await at.drain();
    }
  });

  it('later: waits until the given time, saying why, and keeps its place in line', async () => {
    let ready = false;
    const kind = kindOf([
      step('wait', ({ payload }) => {
        if (ready || payload.deed !== 'first') return done();
        ready = true;
        return { type: 'later', until: at.clock.now() + 90_000, why: 'AWS shows it late' };
      }),
    ]);
    const at = await bench(kind);
    const first = at.add(kind, { group: 'g', deed: 'first' });
    const second = at.add(kind, { group: 'g', deed: 'second' });
    await at.settle();
    const until = at.clock.now() + 90_000;
    expect(at.jobs.read.show(first.id)).toMatchObject({
      state: 'waiting',
      waits: { for: 'until', until, why: 'AWS shows it late' },
    });
    expect(at.jobs.read.show(second.id).waits).toEqual({
      for: 'behind',
      number: first.number,
      state: 'waiting',
    });
    await at.clock.advance(89_000);
    expect(at.jobs.read.show(first.id).state).toBe('waiting');
    await at.clock.advance(1_000);
    await at.settle();
    expect(at.jobs.read.list({ limit: 5, states: ['done'] }).jobs).toHaveLength(2);
  });

  it('later with letOthersPass: others of the group go first, if nothing was changed yet', async () => {
    const order: string[] = [];
    const kind = kindOf([
      step('wait', ({ payload, attempt }) => {
        order.push(`${payload.deed} ${attempt}`);
        if (payload.deed === 'second' || attempt > 1) return done();
        return { type: 'later', until: at.clock.now() + 1_000, why: 'x', letOthersPass: true };
      }),
    ]);
    const at = await bench(kind);
    at.add(kind, { group: 'g', deed: 'first' });
    at.add(kind, { group: 'g', deed: 'second' });
    await at.drain();
    expect(order).toEqual(['first 1', 'second 1', 'first 2']);
  });

  it('remark: the deed is done; the follow-up can be done again later', async () => {
    let allowed = false;
    const ends: string[] = [];
    const { show, at, id, kind } = await runOne(
      [
        step('alias', () => done(), { changes: 'aws' }),
        step('disable', () =>
          allowed ? done() : { type: 'remark', error: new OperationError('AWS_ACCESS_DENIED') },
        ),
      ],
      { commitStep: 'alias', onEnd: ({ state }) => void ends.push(state) },
    );
    expect(show()).toMatchObject({
      state: 'done-with-remark',
      failure: { code: 'AWS_ACCESS_DENIED' },
      standing: { data: { good: true } },
    });
    const other = at.add(kind, { group: 'g', deed: 'other' });
    await at.drain();
    expect(at.jobs.read.show(other.id).state).toBe('done-with-remark');
    allowed = true;
    at.jobs.queue.retry(id, by);
    await at.drain();
    expect(show().state).toBe('done');
    expect(ends).toEqual(['done-with-remark', 'done-with-remark', 'done']);
    expect(() => at.jobs.queue.retry(id, by)).toThrow('JOB_NOT_WAITING_FOR_YOU');
  });

  it('behind the commit step a refusal is a remark, not a job that needs somebody', async () => {
    const { show } = await runOne(
      [
        step('alias', () => done(), { changes: 'aws' }),
        step('tidy', () => {
          throw failing('park');
        }),
      ],
      { commitStep: 'alias' },
    );
    expect(show()).toMatchObject({ state: 'done-with-remark', failure: { code: 'AWS_FAILED' } });
  });
});
