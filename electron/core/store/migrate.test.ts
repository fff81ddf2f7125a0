import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../kernel/secret.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import type { Migration } from './migrations/index.ts';
import { migrations } from './migrations/index.ts';
import type { OpenStore } from './open-store.ts';
import { createStoreWithRootKey, openStoreWithRootKey } from './store-file.ts';
import { copyName } from './upgrade.ts';

const released = migrations.slice(0, 1);
const next: Migration = {
  id: 2,
  name: 'note',
  up: `create table note (id integer primary key, text text not null) strict;
    insert into note (text) select value from setting where key = 'kept';`,
};
const rootKey = Secret.adopt(randomBytes(32));
let folder: string;
let spec: { path: string; rootKey: Secret; clock: TestClock; random: (n: number) => Buffer };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-migrate-'));
  spec = { path: join(folder, 'k'), rootKey, clock: new TestClock(), random: randomBytes };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const makeOld = (): void => {
  const store = createStoreWithRootKey({ ...spec, realm: 'real', migrations: released });
  store.change(() => store.db.exec("insert into setting values ('kept', 'since version 1')"));
  store.close();
};
const openWith = (list: readonly Migration[]): Promise<OpenStore> =>
  openStoreWithRootKey({ ...spec, migrations: list });
const use = async <T>(
  opening: Promise<OpenStore>,
  work: (store: OpenStore) => T | Promise<T>,
): Promise<T> => {
  const store = await opening;
  try {
    return await work(store);
  } finally {
    store.close();
  }
};

it('the released list has no gaps and makes what it says', () => {
  expect(migrations.map((migration) => migration.id)).toEqual(migrations.map((_, at) => at + 1));
});

it('brings an older store up, after a copy, and the copy still opens', async () => {
  makeOld();
  await use(openWith([...released, next]), async (store) => {
    expect(await store.verify()).toBe('verified');
    expect(store.db.prepare('select text from note').pluck().all()).toEqual(['since version 1']);
    store.change(() => store.db.exec("insert into note (text) values ('counted')"));
  });
  await use(openWith([...released, next]), async (store) =>
    expect(await store.verify()).toBe('verified'),
  );
  const copy = copyName(spec.path, 1);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  await use(openStoreWithRootKey({ ...spec, path: copy, migrations: released }), async (store) => {
    expect(await store.verify()).toBe('verified');
    expect(store.db.prepare('select value from setting').pluck().all()).toEqual([
      'since version 1',
    ]);
  });
});

it('refuses a newer store and leaves it as it is', async () => {
  makeOld();
  await use(openWith([...released, next]), (store) => store.verify());
  const before = readFileSync(spec.path);
  await expect(openWith(released)).rejects.toMatchObject({
    code: 'KEYSTORE_NEWER_VERSION',
    details: { found: 2, known: 1 },
  });
  expect(readFileSync(spec.path).equals(before)).toBe(true);
});

it.each<[string, string]>([
  ['that fails', 'create table half (x); select no_such_function();'],
  [
    'that breaks references',
    "create table child (f text references setting (key)) strict; insert into child values ('nobody');",
  ],
])('undoes a migration %s', async (_name, up) => {
  makeOld();
  const list = [...released, { ...next, up }];
  await expect(openWith(list)).rejects.toThrow();
  await use(openWith(released), async (store) => {
    expect(await store.verify()).toBe('verified');
    expect(
      store.db
        .prepare("select count(*) from sqlite_master where name in ('half', 'child')")
        .pluck()
        .get(),
    ).toBe(0);
  });
});

it('never skips: a list with a gap is a mistake, not a plan', async () => {
  makeOld();
  await expect(openWith([...released, { ...next, id: 3 }])).rejects.toThrow(/out of order/);
});

it('does not launder a row that was changed behind its back', async () => {
  const store = createStoreWithRootKey({ ...spec, realm: 'real', migrations: released });
  store.change(() => {
    store.db.exec("insert into setting values ('kept', 'x')");
    store.db.exec('update state_sum set sums = zeroblob(length(sums))');
  });
  store.close();
  await expect(openWith([...released, next])).rejects.toMatchObject({
    code: 'KEYSTORE_TAMPERED',
    details: { part: 'rows', tables: ['setting'] },
  });
  expect(existsSync(copyName(spec.path, 1))).toBe(false);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
