import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../kernel/secret.ts';
import { TestClock } from '../../kernel/test-clock.fixture.ts';
import { type Migration, migrations } from '../migrations/index.ts';
import type { OpenStore } from '../open-store.ts';
import { createStoreWithRootKey, openStoreWithRootKey } from '../store-file.ts';
import { failure } from './backup.fixture.ts';
import { Backups } from './backups.ts';
import { restore } from './restore.ts';

const first = migrations.slice(0, 1);
const shouting: Migration = {
  id: 2,
  name: 'shouting',
  up: `alter table setting add column loud text not null default '';
    update setting set loud = upper(value);`,
};
const louder: Migration = {
  id: 2,
  name: 'louder',
  up: 'update setting set value = upper(value);',
};
const later = [...first, shouting];

let folder: string;
let place: string;
let spec: { path: string; rootKey: Secret; clock: TestClock; random: (n: number) => Buffer };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-older-'));
  place = mkdtempSync(join(tmpdir(), 'keyreeve-older-place-'));
  const rootKey = Secret.adopt(randomBytes(32));
  spec = { path: join(folder, 'k'), rootKey, clock: new TestClock(), random: randomBytes };
});
afterEach(() => {
  for (const each of [folder, place]) rmSync(each, { recursive: true, force: true });
});

/** Works with a store and its backups, and closes both. */
async function using(
  store: OpenStore,
  work: (backups: Backups, put: (key: string) => void) => Promise<void>,
) {
  const backups = new Backups({ store, place, tool: 'test 1' });
  const loud = later.length === store.db.pragma('user_version', { simple: true });
  const values = loud ? `(?, 'later', 'LATER')` : `(?, 'first')`;
  await store.verify();
  const insert = store.db.prepare(`insert into setting values ${values}`);
  await work(backups, (key) => store.change(() => insert.run(key)));
  await backups.close();
  store.close();
}

/** A store of the first schema with one setting in the full copy and one behind it. */
const makeOld = (): Promise<void> =>
  using(
    createStoreWithRootKey({ ...spec, realm: 'practice', migrations: first }),
    async (b, put) => {
      put('in the copy');
      await b.full();
      put('behind it');
      await b.append([{ table: 'setting', key: 'behind it' }]);
    },
  );

async function restored(migrations = later, column = 'loud'): Promise<unknown[]> {
  const path = join(folder, 'restored');
  const { rootKey, clock, random } = spec;
  await restore({ from: place, to: path, unlock: { rootKey }, clock, random, migrations });
  const store = await openStoreWithRootKey({ ...spec, path, migrations });
  expect(await store.verify()).toBe('verified');
  const rows = store.db.prepare(`select key, ${column} from setting order by key`).raw().all();
  store.close();
  return rows;
}

it('goes through the migration whole, with what was appended to it', async () => {
  await makeOld();
  expect(await restored()).toEqual([
    ['behind it', 'FIRST'],
    ['in the copy', 'FIRST'],
  ]);
});

it('is not put back once more behind a migration that changes rows and no table', async () => {
  await makeOld();
  expect(await restored([...first, louder], 'value')).toEqual([
    ['behind it', 'FIRST'],
    ['in the copy', 'FIRST'],
  ]);
});

it('is not appended to any more by a store that was migrated: a full copy comes first', async () => {
  await makeOld();
  await using(await openStoreWithRootKey({ ...spec, migrations: later }), async (backups, put) => {
    put('migrated');
    const append = (): Promise<unknown> => backups.append([{ table: 'setting', key: 'migrated' }]);
    expect(await failure(append())).toMatchObject({ code: 'BACKUP_NEEDED_FIRST' });
    expect(backups.lastFullAt()).toBeNull();
    await spec.clock.advance(1000);
    await backups.full();
    await append();
  });
  expect(await restored()).toEqual([
    ['behind it', 'FIRST'],
    ['in the copy', 'FIRST'],
    ['migrated', 'LATER'],
  ]);
});
