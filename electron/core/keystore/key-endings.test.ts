import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKeyEndings, needsSomebody } from './key-endings.ts';
import { testKeystore, type TestKeystore } from './keystore.fixture.ts';

let keystore: TestKeystore;
beforeEach(() => {
  keystore = testKeystore();
});
afterEach(() => keystore[Symbol.dispose]());

const hour = 3_600_000;
const day = 24 * hour;

type Remote = Parameters<TestKeystore['addRemote']>[1];

/** A key of this group, in AWS as said; its id. */
function keyOf(group: string, plannedEnd: number, remote: Remote | null): string {
  const { id } = keystore.addKey(group, { plannedEnd });
  if (remote) keystore.addRemote(id, remote);
  return id;
}

const until = (days: number, most = 100, after: Parameters<typeof read>[0]['after'] = null) =>
  read({ until: keystore.clock.now() + days * day, most, after });
const read = (question: Parameters<TestKeystore['endings']['until']>[0]) =>
  keystore.endings.until(question);

it('lists what ends until a time, soonest first, and only where somebody would feel it', () => {
  const now = keystore.clock.now();
  const group = keystore.addGroup().id;
  const key = (plannedEnd: number, remote: Remote | null) => keyOf(group, plannedEnd, remote);
  const far = now + 900 * day;
  const over = key(now - day, { alias: 'alias/payments' });
  const deleted = key(far, { validTo: now + 3 * day });
  const both = key(now + 20 * day, { alias: 'alias/other', validTo: now + 10 * day });
  key(now - day, { alias: null });
  key(now - day, { alias: 'alias/off', state: 'Disabled' });
  key(far, { validTo: now + day, state: 'PendingImport' });
  key(far, { validTo: now + 100 * day });
  key(now - day, null);
  const { endings, total } = until(90);
  expect(endings.map(({ keyId, what, at }) => [keyId, what, (at - now) / day])).toEqual([
    [over, 'life', -1],
    [deleted, 'material', 3],
    [both, 'material', 10],
    [both, 'life', 20],
  ]);
  expect(total).toBe(4);
  expect(until(90, 1)).toMatchObject({ endings: [{ keyId: over }], total: 4 });
});

it('goes on behind a row, also where several end at the same time', () => {
  const now = keystore.clock.now();
  const group = keystore.addGroup().id;
  for (let n = 0; n < 4; n += 1) {
    const at = now + (n < 3 ? 5 : 6) * day;
    keyOf(group, at, { alias: `alias/${n}`, validTo: at });
  }
  const all = until(90).endings;
  expect(all).toHaveLength(8);
  for (const [n, after] of all.entries()) {
    expect(until(90, 3, after)).toEqual({ endings: all.slice(n + 1, n + 4), total: 8 });
  }
});

it('follows a reading, a moved alias and another date', () => {
  const now = keystore.clock.now();
  const group = keystore.addGroup().id;
  const former = keyOf(group, now + day, { alias: 'alias/payments' });
  const next = keyOf(group, now + 2 * day, {});
  const listed = () => until(90).endings.map(({ keyId, what }) => [keyId, what]);
  expect(listed()).toEqual([[former, 'life']]);
  keystore.keys.moveAlias(group, 'eu-west-1', 'alias/payments', next, now);
  expect(listed()).toEqual([[next, 'life']]);
  keystore.keys.noteRemote(former, { validTo: now + day });
  expect(listed()).toEqual([
    [former, 'material'],
    [next, 'life'],
  ]);
  keystore.keys.noteRemote(former, { state: 'PendingImport' });
  keystore.keys.noteRemote(next, { state: 'Disabled' });
  expect(listed()).toEqual([]);
});

it('says when something is done about it by itself: a rotation by schedule, a renewal', () => {
  const now = keystore.clock.now();
  const ends = now + 40 * day;
  const group = (name: string, fields: object) => keystore.addGroup({ name, ...fields }).id;
  const life = (name: string, fields: object) =>
    keyOf(group(name, fields), ends, { alias: `alias/${name}` });
  const material = (name: string, fields: object) =>
    keyOf(group(name, fields), now + 900 * day, { validTo: ends });
  const done = new Map([
    [life('rotated', { rotate: true, nextRotationAt: now + 9 * day }), now + 9 * day],
    [life('later', { rotate: true, nextRotationAt: ends + 1 }), null],
    [life('by-hand', { rotate: false, nextRotationAt: now + 9 * day }), null],
    [material('renewed', { materialDays: 365 }), now + 10 * day],
    [material('chosen', { materialDays: null }), null],
  ]);
  const { endings } = until(90);
  expect(new Map(endings.map(({ keyId, byItselfAt }) => [keyId, byItselfAt]))).toEqual(done);
});

it('counts what needs somebody as its rows do, once it is near', async () => {
  const start = keystore.clock.now();
  const add = (name: string, remote: Remote, fields: object = {}, plannedEnd = start + 900 * day) =>
    keyOf(keystore.addGroup({ name, nextRotationAt: null, ...fields }).id, plannedEnd, remote);
  add('over', { alias: 'alias/over' }, {}, start - day);
  add('near', { validTo: start + 30 * day });
  add('further', { validTo: start + 31 * day });
  add('renewed', { validTo: start + 20 * day }, { materialDays: 20 });
  const rotates = { rotate: true, nextRotationAt: start + day };
  add('rotated', { alias: 'alias/rotated' }, rotates, start + 25 * day);
  const counted = () => {
    const now = keystore.clock.now();
    const rows = until(365).endings.filter((ending) => needsSomebody(ending, now)).length;
    expect(keystore.endings.needing(now)).toBe(rows);
    return rows;
  };
  expect(counted()).toBe(2);
  await keystore.clock.advance(day);
  // what was further is near now
  expect(counted()).toBe(3);
  // the rotation was due an hour ago, and has not come
  await keystore.clock.advance(hour);
  expect(counted()).toBe(4);
  await keystore.clock.advance(9 * day);
  expect(counted()).toBe(5);
});

it('reads a page and both counts by index alone', () => {
  const { db } = keystore.temporary.store;
  const plans: string[] = [];
  const prepare = db.prepare.bind(db);
  const spied = { prepare: (sql: string) => (plans.push(sql), prepare(sql)) };
  createKeyEndings(spied as unknown as typeof db);
  const values = {
    until: 0,
    most: 1,
    longest: 0,
    late: 0,
    afterAt: 0,
    afterKey: '',
    afterWhat: '',
  };
  const steps = plans.flatMap((sql) =>
    db.prepare<object, { detail: string }>(`explain query plan ${sql}`).all(values),
  );
  const rows = steps.filter(({ detail }) => /^(SCAN|SEARCH) r /.test(detail));
  expect(new Set(rows.map(({ detail }) => /INDEX (\S+)/.exec(detail)?.[1] ?? detail))).toEqual(
    // what ends, and one key at a time: whether it is renewed
    new Set(['remote_key_ends', 'remote_key_life', 'sqlite_autoindex_remote_key_1']),
  );
});
