import { afterEach, beforeEach, expect, it } from 'vitest';
import { renewalOf } from '../../../shared/model/material-end.ts';
import { type TestKeystore, testKeystore } from './keystore.fixture.ts';
import type { RemoteKey } from './rows.ts';

const day = 86_400_000;
const made = 1_000_000_000_000;

let keystore: TestKeystore;
beforeEach(() => {
  keystore = testKeystore();
});
afterEach(() => keystore[Symbol.dispose]());

interface About {
  readonly days?: number | null;
  readonly remote?: Partial<RemoteKey>;
  readonly plannedEnd?: number;
}

/** A key of a group that gives material 365 days, imported when it was made. */
function key({ days = 365, remote = {}, plannedEnd = made + 900 * day }: About = {}): string {
  const name = `group-${keystore.overview.totals().groups}`;
  const group = keystore.addGroup({ name, materialDays: days });
  const { id } = keystore.addKey(group.id, { plannedEnd });
  const validTo = made + (days ?? 365) * day;
  keystore.addRemote(id, { validTo, ...remote });
  return id;
}

const dueIds = (at: number): string[] => keystore.renewals.due(at).map(({ id }) => id);

it.each([
  ['a year', 365, 335],
  ['60 days', 60, 30],
  ['half of its time, where that is less', 20, 10],
  ['an odd number of days', 7, 3.5],
  ['one day', 1, 0.5],
])('comes 30 days before AWS deletes the material: %s', (_name, days, after) => {
  const id = key({ days });
  const at = made + after * day;
  expect(keystore.renewals.of(id)).toBe(at);
  expect(renewalOf(made + days * day, days)).toBe(at);
  expect(dueIds(at - 1)).toEqual([]);
  expect(keystore.renewals.due(at)).toEqual([{ id, dueAt: at }]);
});

it('is due long after AWS was to delete it, for as long as AWS was not seen to have done so', () => {
  const id = key();
  expect(dueIds(made + 5000 * day)).toEqual([id]);
  keystore.keys.noteRemote(id, { state: 'PendingImport' });
  expect(dueIds(made + 5000 * day)).toEqual([]);
  expect(keystore.renewals.of(id)).toBeNull();
});

it.each<[string, About]>([
  ['of a group without such a date', { days: null }],
  ['that AWS never deletes', { remote: { validTo: null } }],
  ['that waits for its deletion', { remote: { state: 'PendingDeletion' } }],
  ['whose planned life is over by then', { plannedEnd: made + 335 * day }],
])('leaves a key alone %s', (_name, about) => {
  const id = key(about);
  expect(keystore.renewals.of(id)).toBeNull();
  expect(dueIds(made + 5000 * day)).toEqual([]);
});

it('keeps what holds an alias beyond its planned life, and what is disabled', () => {
  const active = key({ plannedEnd: made, remote: { alias: 'alias/live' } });
  const off = key({ remote: { state: 'Disabled' } });
  expect(dueIds(made + 335 * day).toSorted()).toEqual([active, off].toSorted());
});

it('keeps every material of a KMS key for as long as it keeps one: it stops without any of them', () => {
  const group = keystore.addGroup({ name: 'shared', mapping: 'material', materialDays: 365 });
  const put = (version: number, plannedEnd: number, alias: string | null): string => {
    const { id } = keystore.addKey(group.id, { version, plannedEnd });
    const materialState = version === 3 ? 'CURRENT' : 'NON_CURRENT';
    const material = { materialId: `m${version}`, materialState, importState: 'IMPORTED' };
    keystore.addRemote(id, { ...material, kmsKeyId: 'k-1', validTo: made + 365 * day, alias });
    return id;
  };
  const over = made + 100 * day;
  const versions = [put(1, over, null), put(2, over, null), put(3, over, 'alias/shared')];
  expect(dueIds(made + 335 * day).toSorted()).toEqual(versions.toSorted());
  keystore.keys.noteRemote(versions[2] ?? '', { alias: null });
  // nothing leads there any more, and each planned life is over
  expect(dueIds(made + 335 * day)).toEqual([]);
  expect(keystore.renewals.of(versions[0] ?? '')).toBeNull();
});

it('does not go against a date that a person chose, and does once AWS has another', () => {
  const id = key();
  keystore.renewals.choose(id, made + 365 * day);
  expect(keystore.renewals.of(id)).toBeNull();
  expect(dueIds(made + 400 * day)).toEqual([]);
  keystore.keys.noteRemote(id, { validTo: made + 300 * day });
  expect(keystore.renewals.of(id)).toBe(made + 270 * day);
  keystore.renewals.choose(id, made + 300 * day);
  expect(keystore.renewals.of(id)).toBeNull();
  keystore.renewals.choose(id, null);
  expect(dueIds(made + 270 * day)).toEqual([id]);
});

it('lists the longest due first', () => {
  const late = key({ remote: { validTo: made + 400 * day } });
  const longLate = key({ remote: { validTo: made + 390 * day } });
  expect(dueIds(made + 1000 * day)).toEqual([longLate, late]);
});
