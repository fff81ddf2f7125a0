import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { type JobState, jobStates, jobTransitions, mayBecome } from '../../../shared/model/job.ts';
import { by, done, failing, JobsBench, kindOf, step } from './jobs.fixture.ts';
import type { StepResult } from './kind.ts';
import { Ledger } from './ledger.ts';

/**
 * One job in every state, brought there the way jobs come there, and then every action on each of
 * them: what is allowed leads where the table says, everything else is refused and changes nothing.
 */
const refused = (): OperationError => new OperationError('AWS_ACCESS_DENIED');
const endings: Record<JobState, () => StepResult | Promise<StepResult>> = {
  waiting: () => ({ type: 'later', until: Number.MAX_SAFE_INTEGER, why: 'x' }),
  running: () => new Promise<StepResult>(() => undefined),
  checking: () => {
    throw failing('ambiguous');
  },
  'needs-you': () => ({ type: 'park', error: refused() }),
  done: () => done(),
  'done-with-remark': () => ({ type: 'remark', error: refused() }),
  'stopped-nothing-changed': () => ({ type: 'stop', error: refused() }),
  cancelled: () => ({ type: 'park', error: refused() }),
};

const kind = kindOf([
  step('x', ({ payload }) => endings[payload.deed.split(' ')[0] as JobState](), {
    changes: 'aws',
    reconcile: () => new Promise<StepResult>(() => undefined),
  }),
]);

const actions = ['cancel', 'continue', 'retry'] as const;
/** Where an action leads. `asked`: the state stays until the step ends. */
const table: Record<JobState, Record<(typeof actions)[number], JobState | 'asked' | 'refused'>> = {
  waiting: { cancel: 'cancelled', continue: 'refused', retry: 'refused' },
  running: { cancel: 'asked', continue: 'refused', retry: 'refused' },
  checking: { cancel: 'asked', continue: 'refused', retry: 'refused' },
  'needs-you': { cancel: 'cancelled', continue: 'waiting', retry: 'refused' },
  done: { cancel: 'refused', continue: 'refused', retry: 'refused' },
  'done-with-remark': { cancel: 'refused', continue: 'refused', retry: 'waiting' },
  'stopped-nothing-changed': { cancel: 'refused', continue: 'refused', retry: 'refused' },
  cancelled: { cancel: 'refused', continue: 'refused', retry: 'refused' },
};

let bench: JobsBench;
const ids = new Map<string, string>();

beforeAll(async () => {
  bench = new JobsBench({ kinds: () => [kind], parallel: 20 });
  await bench.start();
  for (const state of jobStates) {
    for (const action of actions) {
      const name = `${state} ${action}`;
      ids.set(name, bench.add(kind, { group: name, deed: name }).id);
    }
  }
  await bench.clock.settle(20);
  for (const action of actions) bench.jobs.queue.cancel(ids.get(`cancelled ${action}`) ?? '', by);
  await bench.clock.settle(20);
});
afterAll(() => bench.dispose());

const snapshot = (id: string) => bench.store.db.prepare('select * from job where id = ?').get(id);

describe.each(jobStates)('%s', (state) => {
  it.each(actions)('%s', (action) => {
    const id = ids.get(`${state} ${action}`) ?? '';
    expect(bench.jobs.read.show(id).state).toBe(state);
    const before = snapshot(id);
    const leads = table[state][action];
    if (leads === 'refused') {
      const code = action === 'cancel' ? 'JOB_NOT_CANCELLABLE' : 'JOB_NOT_WAITING_FOR_YOU';
      expect(() => bench.jobs.queue[action](id, by)).toThrow(code);
      expect(snapshot(id)).toEqual(before);
      return;
    }
    bench.jobs.queue[action](id, by);
    const after = bench.jobs.read.show(id);
    expect(after.state).toBe(leads === 'asked' ? state : leads);
    if (leads === 'asked') expect(after.cancelRequested).toBe(true);
    else expect(mayBecome(state, leads)).toBe(true);
  });

  it.each(jobStates)('is moved to %s only as the table of transitions says', (to) => {
    const ledger = new Ledger({
      store: bench.store,
      clock: bench.clock,
      changes: bench.jobs.changes,
      onEvent: () => undefined,
    });
    const row = ledger.rows.byId(ids.get(`${state} retry`) ?? '');
    if (row === null) throw new Error('no such job');
    const undo = new Error('undo');
    const lease = to === 'running' || to === 'checking' ? 'life' : null;
    const move = () =>
      bench.store.change(() => {
        ledger.move({ ...row, state }, to, { lease });
        throw undo;
      });
    const allowed = to === state || jobTransitions[state].includes(to);
    expect(move).toThrow(allowed ? undo : /no way from/);
  });
});

it('the database itself refuses a state without what belongs to it', () => {
  const set = (values: string) => () =>
    bench.store.change(() => bench.store.db.exec(`update job set ${values} where number = 1001`));
  expect(set("state = 'failed'")).toThrow(/CHECK/);
  expect(set("state = 'running', lease = null")).toThrow(/CHECK/);
  expect(set("state = 'waiting', lease = 'x'")).toThrow(/CHECK/);
  expect(set("state = 'done', ended_at = null")).toThrow(/CHECK/);
});
