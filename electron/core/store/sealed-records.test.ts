import { afterEach, beforeEach, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { Secret } from '../kernel/secret.ts';
import { type TemporaryStore, temporaryStore } from './store.fixture.ts';
import type { SealBinding } from './store.ts';

let temporary: TemporaryStore;
beforeEach(() => {
  temporary = temporaryStore();
});
afterEach(() => temporary.dispose());

const a: SealBinding = { table: 'key', row: 'a', column: 'blob', state: 'active', policy: 'p1' };
const secret = (text: string): Secret => Secret.copyOf(Buffer.from(text));
const put = (binding: SealBinding, text: string): void =>
  temporary.store.change(() => temporary.store.seals.put(binding, secret(text)));
const read = (binding: SealBinding): string => {
  try {
    using opened = temporary.store.seals.open(binding);
    return opened.use((bytes) => bytes.toString());
  } catch (error) {
    if (error instanceof OperationError) return error.code;
    throw error;
  }
};
/** What someone with the page key could do to the table. */
const tamper = (sql: string): void =>
  temporary.store.change(() => void temporary.store.db.exec(sql));

it('opens what was put, where it was put, as it was put', () => {
  put(a, 'first');
  expect(read(a)).toBe('first');
  put(a, 'second');
  expect(read(a)).toBe('second');
  expect(temporary.store.seals.has('key', 'a', 'blob')).toBe(true);
  expect(read({ ...a, row: 'b' })).toBe('NOT_FOUND');
});

it.each<keyof SealBinding>(['table', 'row', 'column'])(
  'does not open moved to another %s',
  (field) => {
    put(a, 'value');
    const column = {
      table: 'table_name',
      row: 'row_key',
      column: 'column_name',
      state: '',
      policy: '',
    }[field];
    tamper(`update sealed_record set ${column} = 'elsewhere'`);
    expect(read({ ...a, [field]: 'elsewhere' })).toBe('KEYSTORE_TAMPERED');
  },
);

it.each<keyof SealBinding>(['state', 'policy'])('does not open under another %s', (field) => {
  put(a, 'value');
  expect(read({ ...a, [field]: 'another' })).toBe('KEYSTORE_TAMPERED');
  tamper(`update sealed_record set ${field} = 'another'`);
  expect(read({ ...a, [field]: 'another' })).toBe('KEYSTORE_TAMPERED');
});

it.each([
  ['revision', 'revision = revision + 1'],
  ['epoch', 'epoch = 2'],
  ['ciphertext', 'ciphertext = zeroblob(length(ciphertext))'],
  ['tag', 'tag = zeroblob(16)'],
  ['nonce', 'nonce = zeroblob(12)'],
  ['short nonce', "nonce = x''"],
  ['data key', 'wrapped_key = zeroblob(40)'],
  ['missing data key', "wrapped_key = x''"],
])('does not open with another %s', (_name, change) => {
  put(a, 'value');
  tamper(`update sealed_record set ${change}`);
  expect(read(a)).toBe('KEYSTORE_TAMPERED');
});

it('does not open swapped with another record, in whole or in part', () => {
  const b = { ...a, row: 'b' };
  put(a, 'of a');
  put(b, 'of b');
  tamper(`update sealed_record set (wrapped_key, nonce, ciphertext, tag) =
    (select wrapped_key, nonce, ciphertext, tag from sealed_record o where o.row_key = 'b')
    where row_key = 'a'`);
  expect([read(a), read(b)]).toEqual(['KEYSTORE_TAMPERED', 'of b']);
  put(a, 'of a');
  tamper(`update sealed_record set wrapped_key =
    (select wrapped_key from sealed_record o where o.row_key = 'b') where row_key = 'a'`);
  expect(read(a)).toBe('KEYSTORE_TAMPERED');
});

it('does not open an older revision put back, nor in another store', () => {
  put(a, 'older');
  const take = (): unknown[] =>
    temporary.store.db.prepare('select * from sealed_record').raw().all()[0] as unknown[];
  const older = take();
  put(a, 'newer');
  const lay = (into: TemporaryStore, row: readonly unknown[], revision: unknown): void =>
    into.store.change(() => {
      into.store.db.exec('delete from sealed_record');
      const values = row.with(3, revision);
      into.store.db
        .prepare(`insert into sealed_record values (${values.map(() => '?').join(', ')})`)
        .run(...values);
    });
  const newest = take();
  lay(temporary, older, 2);
  expect(read(a)).toBe('KEYSTORE_TAMPERED');
  lay(temporary, newest, 2);
  expect(read(a)).toBe('newer');
  using other = temporaryStore();
  lay(other, newest, 2);
  expect(() => other.store.seals.open(a)).toThrow(
    expect.objectContaining({ code: 'KEYSTORE_TAMPERED' }),
  );
});

it('is bound again to a new state, policy or place', () => {
  put(a, 'value');
  const revoked = { ...a, state: 'deactivated' };
  temporary.store.change(() => temporary.store.seals.rebind(a, revoked));
  expect([read(a), read(revoked)]).toEqual(['KEYSTORE_TAMPERED', 'value']);
  const moved = { ...revoked, row: 'b' };
  temporary.store.change(() => temporary.store.seals.rebind(revoked, moved));
  expect([read(revoked), read(moved)]).toEqual(['NOT_FOUND', 'value']);
});

it('is erased with its data key, and changes only inside a change', () => {
  put(a, 'value');
  const { seals } = temporary.store;
  for (const work of [
    () => seals.put(a, secret('x')),
    () => seals.rebind(a, a),
    () => seals.erase('key', 'a', 'blob'),
  ]) {
    expect(work).toThrow(/inside store.change/);
  }
  temporary.store.change(() => seals.erase('key', 'a', 'blob'));
  expect(read(a)).toBe('NOT_FOUND');
  expect(seals.has('key', 'a', 'blob')).toBe(false);
});

it('gives each record a data key of its own, also for the same value', () => {
  put(a, 'same');
  put({ ...a, row: 'b' }, 'same');
  const rows = temporary.store.db
    .prepare('select wrapped_key, ciphertext from sealed_record')
    .raw()
    .all() as Buffer[][];
  const seen = new Set(rows.flat().map((bytes) => bytes.toString('hex')));
  expect(seen.size).toBe(4);
});
