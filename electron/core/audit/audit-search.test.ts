import { afterEach, beforeEach, expect, it } from 'vitest';
import { goodOutcomes } from '../../../shared/model/audit-records.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import { type TemporaryStore, temporaryStore } from '../store/store.fixture.ts';
import { AuditLog } from './audit-log.ts';
import type { AuditEvent } from './record.ts';
import { type AuditSearch, searchAudit } from './audit-search.ts';

let temporary: TemporaryStore;
let log: AuditLog;

beforeEach(() => {
  const clock = new TestClock();
  temporary = temporaryStore({ clock });
  log = new AuditLog({ store: temporary.store, clock, log: { log: () => undefined } });
});
afterEach(() => temporary.dispose());

const append = (
  actor: string,
  action: AuditEvent['action'],
  outcome: AuditEvent['outcome'],
  objects: string[] = [],
) => log.append({ actor, action, outcome, objects, host: 'h', channel: 'cli' }).seq;

function search(wanted: Partial<AuditSearch>) {
  const all = { limit: 100, before: null, action: '', actor: '', outcome: '', object: '' };
  const { records, next } = searchAudit(temporary.store, { ...all, ...wanted });
  return { found: records.map(({ seq }) => seq), next };
}

it('finds by who, by how it ended, and by what it was about, newest first', () => {
  append('ada', 'group.add', 'OK', ['g1']);
  append('bob', 'group.add', 'NAME_TAKEN', []);
  append('job', 'job.intent', 'BEGUN', ['j1']);
  append('job', 'job.outcome', 'AWS_ACCESS_DENIED', ['j1', 'g1']);
  expect(search({ actor: 'ada' })).toEqual({ found: [1], next: null });
  expect(search({ outcome: 'failed' })).toEqual({ found: [4, 2], next: null });
  expect(search({ outcome: 'NAME_TAKEN' }).found).toEqual([2]);
  expect(search({ object: 'g1' }).found).toEqual([4, 1]);
  expect(search({ object: 'g1', outcome: 'failed', actor: 'job' }).found).toEqual([4]);
  expect(search({ object: 'g1', action: 'group.add' }).found).toEqual([1]);
  expect(search({ object: 'g' }).found).toEqual([]);
  expect(search({ actor: "ada' or 1=1 --" }).found).toEqual([]);
});

it('counts as gone wrong only what did: whatever else was done is not among it', () => {
  for (const outcome of goodOutcomes) append('ada', 'group.prepareBringIn', outcome);
  append('ada', 'group.forceRotate', 'JOB_NOT_CANCELLABLE');
  expect(search({ outcome: 'failed' }).found).toEqual([goodOutcomes.length + 1]);
});

it('goes on page by page, and says when there is no more', () => {
  for (let n = 0; n < 7; n++) append(n % 2 === 0 ? 'ada' : 'bob', 'folder.add', 'OK');
  const first = search({ actor: 'ada', limit: 2 });
  expect(first).toEqual({ found: [7, 5], next: 5 });
  const second = search({ actor: 'ada', limit: 2, before: first.next });
  expect(second).toEqual({ found: [3, 1], next: null });
});

it('reads a stretch at a time of a long log, and says where to go on', () => {
  append('ada', 'folder.add', 'OK');
  const { db } = temporary.store;
  temporary.store.change(() => {
    const insert = db.prepare(
      `insert into audit_record select ?, at, action, outcome, replace(body, '"ada"', '"bob"'), hash
       from audit_record where seq = 1`,
    );
    for (let seq = 2; seq <= 60_000; seq++) insert.run(seq);
  });
  const late = search({ actor: 'ada' });
  expect(late).toEqual({ found: [], next: 10_001 });
  expect(search({ actor: 'ada', before: late.next })).toEqual({ found: [1], next: null });
});
