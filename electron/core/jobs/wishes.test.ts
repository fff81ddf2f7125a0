import { afterEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { benches } from './benches.fixture.ts';
import { by, done, type JobsBench, kindOf, type Payload, step } from './jobs.fixture.ts';
import type { JobKind } from './kind.ts';

const { bench, close } = benches();
afterEach(() => {
  close();
});

/** Deeds that set one thing of their group; the one whose deed is `stopped` waits for a person. */
async function settings(stopped: string) {
  const order: string[] = [];
  let permitted = false;
  const work = step('work', ({ payload }) => {
    const error = new OperationError('AWS_ACCESS_DENIED');
    if (payload.deed === stopped && !permitted) return { type: 'park', error };
    order.push(payload.deed);
    return done();
  });
  const kind = kindOf([work], { matter: ({ group }: Payload) => `alias:${group}` } as Partial<
    JobKind<Payload>
  >);
  const at = await bench(kind);
  const ask = (deed: string) => at.add(kind, { group: 'a', deed });
  const permit = (id: string) => {
    permitted = true;
    at.jobs.queue.continue(id, by);
  };
  return { at, kind, ask, permit, order };
}

const underWay = (at: JobsBench, kind: JobKind, deed: string) =>
  at.jobs.queue.underWay(kind, { group: 'a', deed });

describe('the last word', () => {
  it('counts: what was asked for again behind another deed is done again behind it', async () => {
    const { at, kind, ask, permit, order } = await settings('v1');
    const first = ask('v1');
    await at.settle();
    expect(ask('v1')).toMatchObject({ id: first.id, joined: true });
    const other = ask('v2');
    expect(underWay(at, kind, 'v1')).toBeNull();
    const last = ask('v1');
    expect(last).toMatchObject({ number: 1003, joined: false });
    // and pressed twice it is one
    expect(ask('v1')).toEqual({ ...last, joined: true });
    expect(underWay(at, kind, 'v1')).toBe(last.id);
    permit(first.id);
    await at.settle();
    expect(order).toEqual(['v1', 'v2', 'v1']);
    expect(at.jobs.read.show(other.id).state).toBe('done');
  });

  it('is told to whoever asks for what is so now', async () => {
    const { at, kind, ask } = await settings('v2');
    const otherwise = (deed: string) => at.jobs.queue.otherwise(kind, { group: 'a', deed });
    expect(otherwise('v1')).toBeNull();
    const other = ask('v2');
    await at.settle();
    expect(otherwise('v1')).toEqual({ number: other.number, title: 'test' });
    expect(otherwise('v2')).toBeNull();
    at.jobs.queue.cancel(other.id, by);
    expect(otherwise('v1')).toBeNull();
  });

  it('is free again where the other deed was cancelled: the first job is joined', async () => {
    const { at, ask } = await settings('v1');
    const first = ask('v1');
    await at.settle();
    at.jobs.queue.cancel(ask('v2').id, by);
    expect(ask('v1')).toMatchObject({ id: first.id, joined: true });
  });

  it('of another group changes nothing', async () => {
    const { at, kind, ask } = await settings('v1');
    const first = ask('v1');
    await at.settle();
    at.add(kind, { group: 'b', deed: 'v2' });
    expect(ask('v1')).toMatchObject({ id: first.id, joined: true });
  });

  it('is a person’s: what comes due by itself is done by any job at the deed', async () => {
    const { at, kind, ask } = await settings('v1');
    const first = ask('v1');
    await at.settle();
    ask('v2');
    const due = at.jobs.queue.enqueue(
      kind,
      { group: 'a', deed: 'v1' },
      { title: 'due', subjects: {}, by, anyWillDo: true },
    );
    expect(due).toMatchObject({ id: first.id, joined: true });
  });
});
