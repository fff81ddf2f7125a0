import { copyFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Anchor, type AnchorPlace } from './anchor.ts';
import { type TemporaryStore, temporaryStore } from './store.fixture.ts';

let temporary: TemporaryStore;
let kept: Buffer | null;
const place: AnchorPlace = {
  read: async () => kept,
  write: async (bytes) => {
    kept = Buffer.from(bytes);
  },
};
beforeEach(() => {
  temporary = temporaryStore();
  kept = null;
});
afterEach(() => temporary.dispose());

const put = (value: string): void => {
  const { db } = temporary.store;
  temporary.store.change(() => db.prepare('replace into setting values (?, ?)').run('k', value));
};
const anchor = (): Anchor => new Anchor(temporary.store, place);
/** Puts the file back as it was when `copy` was made. */
const goBack = async (copy: string): Promise<void> => {
  temporary.store.close();
  copyFileSync(copy, temporary.path);
  await temporary.reopen();
  await temporary.store.verify();
};
const photograph = async (): Promise<string> => {
  const copy = `${temporary.path}.photograph`;
  await temporary.reopen();
  temporary.store.close();
  copyFileSync(temporary.path, copy);
  await temporary.reopen();
  await temporary.store.verify();
  return copy;
};

it('matches a store that went on properly, and says when nothing is kept', async () => {
  expect(await anchor().check()).toBe('none');
  await anchor().record();
  expect(await anchor().check()).toBe('matches');
  put('1');
  expect(await anchor().check()).toBe('matches');
  await temporary.reopen();
  expect(await anchor().check()).toBe('matches');
  await expect(anchor().record()).rejects.toMatchObject({ code: 'KEYSTORE_CHECKING' });
});

it('refuses an older whole file, which nothing else can see, until a person accepts it', async () => {
  put('1');
  const copy = await photograph();
  put('2');
  put('3');
  await anchor().record();
  const newest = temporary.store.commitNumber;
  await goBack(copy);
  expect(temporary.store.condition).toBe('verified');
  expect(await anchor().check()).toBe('older');
  expect(temporary.store.condition).toBe('read-only');
  expect(temporary.store.reason).toBe('KEYSTORE_OLDER_THAN_ANCHOR');
  expect(temporary.store.diagnosis).toEqual({
    store: newest - 2,
    anchor: newest,
    sameIncarnation: true,
  });
  expect(() => put('4')).toThrow(expect.objectContaining({ code: 'KEYSTORE_READ_ONLY' }));
  await expect(anchor().record()).rejects.toMatchObject({ code: 'KEYSTORE_READ_ONLY' });
  expect(await anchor().acceptOlder()).toEqual({ store: newest - 2, anchor: newest });
  put('4');
  expect(await anchor().check()).toBe('matches');
});

it('sees an older file that went another way to the same age', async () => {
  put('1');
  const copy = await photograph();
  put('2');
  await anchor().record();
  await goBack(copy);
  put('another');
  expect(await anchor().check()).toBe('differs');
  expect(temporary.store.reason).toBe('KEYSTORE_TAMPERED');
});

it('sees by the audit log that a later store did not grow out of what was remembered', async () => {
  const record = (n: number, byte: string): unknown =>
    temporary.store.change(() =>
      temporary.store.db.exec(`insert into audit_record values (${n}, 0, 'a', 'ok', '{}', x'${byte.repeat(32)}');
        update meta set audit_size = ${n}, audit_head = x'${byte.repeat(32)}'`),
    );
  record(1, '01');
  const copy = await photograph();
  record(2, '02');
  await anchor().record();
  record(3, '03');
  expect(await anchor().check()).toBe('matches');
  await goBack(copy);
  record(2, 'f2');
  record(3, 'f3');
  expect(await anchor().check()).toBe('differs');
  expect(temporary.store.diagnosis).toMatchObject({ part: 'history' });
});

it('takes another incarnation for an older store', async () => {
  await anchor().record();
  temporary.store.change(() => temporary.store.db.exec("update meta set incarnation = 'another'"));
  expect(await anchor().check()).toBe('older');
  expect(temporary.store.diagnosis).toMatchObject({ sameIncarnation: false });
});

it('does not believe what was not written with this root key', async () => {
  await anchor().record();
  const genuine = (kept ?? Buffer.alloc(0)).toString();
  for (const forged of [
    '',
    'no JSON',
    '{}',
    genuine.replace(/"commitNumber":\d+/, '"commitNumber":99'),
  ]) {
    kept = Buffer.from(forged);
    expect(await anchor().check()).toBe('differs');
  }
  kept = Buffer.from(genuine);
  expect(await anchor().check()).toBe('matches');
  expect(temporary.store.condition).toBe('verified');
});
