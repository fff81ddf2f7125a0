import { afterEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { benches, Doors } from './benches.fixture.ts';
import { by, done, type JobsBench, kindOf, step } from './jobs.fixture.ts';

const { bench, close } = benches();
afterEach(() => {
  close();
});

const turns = (at: JobsBench) => at.clock.settle(8);

describe('lines', () => {
  it('runs jobs of one group strictly in order, groups side by side up to the limit', async () => {
    const doors = new Doors();
    const kind = kindOf([step('work', ({ payload }) => doors.enter(payload.deed))]);
    const at = await bench(kind, { parallel: 3 });
    for (const group of ['a', 'b', 'c', 'd']) {
      for (const n of [1, 2]) at.add(kind, { group, deed: `${group}${n}` });
    }
    await turns(at);
    expect(doors.order).toEqual(['a1', 'b1', 'c1']);
    doors.leave('b1');
    await turns(at);
    expect(doors.order).toEqual(['a1', 'b1', 'c1', 'b2']);
    doors.leave('b2');
    await turns(at);
    expect(doors.order.at(-1)).toBe('d1');
    for (const name of ['a1', 'c1', 'd1']) doors.leave(name);
    await turns(at);
    for (const name of ['a2', 'c2', 'd2']) doors.leave(name);
    await turns(at);
    expect(doors.most).toBe(3);
    expect(at.jobs.read.counts()).toEqual(new Map([['done', 8]]));
  });

  it('a job that needs somebody blocks its own group only, and those behind say so', async () => {
    const kind = kindOf([
      step('work', ({ payload }) =>
        payload.deed === 'bad'
          ? { type: 'park', error: new OperationError('AWS_ACCESS_DENIED') }
          : done(),
      ),
    ]);
    const at = await bench(kind);
    const bad = at.add(kind, { group: 'a', deed: 'bad' });
    const second = at.add(kind, { group: 'a', deed: 'second' });
    const third = at.add(kind, { group: 'a', deed: 'third' });
    at.add(kind, { group: 'b', deed: 'other' });
    await at.drain();
    expect(at.jobs.read.counts()).toEqual(
      new Map([
        ['done', 1],
        ['needs-you', 1],
        ['waiting', 2],
      ]),
    );
    const behind = { for: 'behind', number: bad.number, state: 'needs-you' };
    expect(at.jobs.read.show(third.id).waits).toEqual(behind);
    // leaving the middle of a line closes it up
    expect(at.jobs.queue.cancel(second.id, by)).toMatchObject({ result: 'cancelled' });
    at.jobs.queue.cancel(bad.id, by);
    await at.drain();
    expect(at.jobs.read.show(third.id).state).toBe('done');
  });

  it('joins a deed that is under way, and starts it anew once that has ended', async () => {
    const doors = new Doors();
    const kind = kindOf([step('work', ({ payload }) => doors.enter(payload.deed))]);
    const at = await bench(kind);
    const first = at.add(kind, { group: 'a', deed: 'rotate' });
    const again = at.add(kind, { group: 'a', deed: 'rotate' });
    expect(again).toEqual({ id: first.id, number: 1001, joined: true });
    expect(first).toMatchObject({ number: 1001, joined: false });
    await turns(at);
    doors.leave('rotate');
    await at.settle();
    expect(at.add(kind, { group: 'a', deed: 'rotate' })).toMatchObject({ number: 1002 });
  });

  it('enqueues inside the transaction of the caller, or not at all', async () => {
    const kind = kindOf([step('work', () => done())]);
    const at = await bench(kind);
    expect(() =>
      at.store.change(() => {
        at.add(kind, { group: 'a', deed: 'x' });
        throw new Error('the caller changed its mind');
      }),
    ).toThrow('changed its mind');
    await at.drain();
    expect(at.jobs.read.counts().size).toBe(0);
    expect(() => at.add(kind, { group: 7 })).toThrow('BAD_INPUT');
  });

  it('a job with a date holds nobody up, and joins the end of its line when its day comes', async () => {
    const order: string[] = [];
    const kind = kindOf([step('work', ({ payload }) => (order.push(payload.deed), done()))]);
    const at = await bench(kind);
    const week = 7 * 24 * 3_600_000;
    const late = at.add(
      kind,
      { group: 'a', deed: 'disable' },
      { notBefore: at.clock.now() + week },
    );
    at.add(kind, { group: 'a', deed: 'rotate' });
    await at.settle();
    expect(order).toEqual(['rotate']);
    expect(at.jobs.read.show(late.id).waits).toEqual({
      for: 'start',
      until: at.clock.now() + week,
      inDoubt: false,
    });
    await at.clock.advance(week - 1);
    expect(order).toEqual(['rotate']);
    await at.clock.advance(60_000);
    await at.settle();
    expect(order).toEqual(['rotate', 'disable']);
  });

  it.each(['whose day has not come', 'whose turn has not come'])(
    'joins a job %s, which waits for the later of both days, out of its line',
    async (which) => {
      const order: string[] = [];
      const doors = new Doors();
      const kind = kindOf([
        step('work', async ({ payload }) => {
          order.push(payload.deed);
          return payload.deed === 'rotate' ? doors.enter('rotate') : done();
        }),
      ]);
      const at = await bench(kind);
      const day = 24 * 3_600_000;
      const disabling = { group: 'a', deed: 'disable' };
      const add = (days: number) =>
        at.add(kind, disabling, { notBefore: at.clock.now() + days * day });
      const { id } = add(2);
      at.add(kind, { group: 'a', deed: 'rotate' });
      await turns(at);
      if (which === 'whose turn has not come') await at.clock.advance(2 * day + 60_000);
      const until = at.clock.now() + 7 * day;
      expect(add(7)).toMatchObject({ id, joined: true });
      expect(add(3)).toMatchObject({ id, joined: true });
      expect(at.jobs.read.show(id).waits).toMatchObject({ for: 'start', until });
      doors.leave('rotate');
      await at.settle();
      await at.clock.advance(7 * day - 60_000);
      expect(order).toEqual(['rotate']);
      await at.clock.advance(120_000);
      await at.settle();
      expect(order).toEqual(['rotate', 'disable']);
    },
  );

  it('joins a job that stopped for a person, which waits for the later day once it is sent on', async () => {
    const order: string[] = [];
    let permitted = false;
    const kind = kindOf([
      step('work', ({ payload }) => {
        const error = new OperationError('AWS_ACCESS_DENIED');
        if (payload.deed === 'disable' && !permitted) return { type: 'park', error };
        order.push(payload.deed);
        return done();
      }),
    ]);
    const at = await bench(kind);
    const day = 24 * 3_600_000;
    const disabling = { group: 'a', deed: 'disable' };
    const { id } = at.add(kind, disabling);
    await at.settle();
    const until = at.clock.now() + 7 * day;
    expect(at.add(kind, disabling, { notBefore: until })).toMatchObject({ id, joined: true });
    expect(at.jobs.read.show(id)).toMatchObject({ state: 'needs-you' });
    permitted = true;
    at.jobs.queue.continue(id, by);
    at.add(kind, { group: 'a', deed: 'rotate' });
    await at.settle();
    // it holds nobody up meanwhile
    expect(order).toEqual(['rotate']);
    expect(at.jobs.read.show(id).waits).toMatchObject({ for: 'start', until });
    await at.clock.advance(7 * day + 60_000);
    await at.settle();
    expect(order).toEqual(['rotate', 'disable']);
  });

  it('dates wait while the wall clock is in doubt; retries do not depend on it', async () => {
    const order: string[] = [];
    const kind = kindOf([step('work', ({ payload }) => (order.push(payload.deed), done()))]);
    const at = await bench(kind);
    const day = 24 * 3_600_000;
    const { id } = at.add(
      kind,
      { group: 'a', deed: 'disable' },
      { notBefore: at.clock.now() + 7 * day },
    );
    expect(() => at.jobs.queue.continue(id, by)).toThrow('JOB_NOT_WAITING_FOR_YOU');
    at.clock.jumpWall(30 * day);
    await at.clock.advance(3_600_000);
    expect(order).toEqual([]);
    expect(at.jobs.read.show(id).waits).toMatchObject({ for: 'start', inDoubt: true });
    at.store.change(() => at.jobs.wall.confirm());
    await at.clock.advance(120_000);
    await at.settle();
    expect(order).toEqual(['disable']);
  });

  it('a person who continues what waits for the clock says that it is right', async () => {
    const order: string[] = [];
    const kind = kindOf([step('work', ({ payload }) => (order.push(payload.deed), done()))]);
    const at = await bench(kind);
    const day = 24 * 3_600_000;
    // a time far ahead was seen once, and no other way leads back from it
    at.highestWall = at.clock.now() + 365 * day;
    const notBefore = at.clock.now() + 7 * day;
    const first = at.add(kind, { group: 'a', deed: 'first' }, { notBefore });
    at.add(kind, { group: 'b', deed: 'second' }, { notBefore });
    await at.clock.advance(8 * day);
    expect(order).toEqual([]);
    at.jobs.queue.continue(first.id, by);
    await at.settle();
    expect(order).toEqual(['first']);
    await at.clock.advance(60_000);
    await at.settle();
    expect(order).toEqual(['first', 'second']);
  });

  it('finds a title in any case, also in letters that are not ASCII', async () => {
    const kind = kindOf([step('work', () => done())]);
    const at = await bench(kind);
    const titles = [
      'Rotate keys: Zürich-Ost',
      'Rotate keys: ZU\u0308RICH-WEST',
      'Rotate keys: bern',
    ];
    for (const [n, title] of titles.entries()) {
      at.jobs.queue.enqueue(kind, { group: 'a', deed: `${n}` }, { title, by, subjects: {} });
    }
    await at.drain();
    const found = (find: string) =>
      at.jobs.read.list({ limit: 10, find }).jobs.map((job) => job.number);
    expect(found('zürich')).toEqual([1002, 1001]);
    expect(found(' ZÜRICH-o ')).toEqual([1001]);
    expect(found('ROTATE')).toEqual([1003, 1002, 1001]);
    expect(found('genève')).toEqual([]);
    expect(found('#1003')).toEqual([1003]);
  });

  it('pages by number and finds by state and subject', async () => {
    const kind = kindOf([step('work', () => done())]);
    const at = await bench(kind);
    for (let n = 0; n < 7; n++) {
      at.jobs.queue.enqueue(
        kind,
        { group: `g${n}`, deed: `d${n}` },
        { title: `job ${n}`, by, subjects: { group: `id-${n % 2}` } },
      );
    }
    await at.drain();
    const first = at.jobs.read.list({ limit: 3 });
    expect(first.jobs.map((job) => job.number)).toEqual([1007, 1006, 1005]);
    const second = at.jobs.read.list({ limit: 4, after: first.next });
    expect(second).toMatchObject({ next: null });
    expect(second.jobs.map((job) => job.number)).toEqual([1004, 1003, 1002, 1001]);
    const mine = at.jobs.read.list({ limit: 10, subject: 'id-1', states: ['done'] });
    expect(mine.jobs.map((job) => job.title)).toEqual(['job 5', 'job 3', 'job 1']);
    expect(() => at.jobs.read.list({ limit: 1, after: 'x' })).toThrow('BAD_INPUT');
    expect(() => at.jobs.read.show('999')).toThrow('NOT_FOUND');
    expect(at.jobs.read.show('1003').title).toBe('job 2');
  });
});
