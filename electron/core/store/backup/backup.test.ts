import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestClock } from '../../kernel/test-clock.fixture.ts';
import type { TemporaryStore } from '../store.fixture.ts';
import { BackupScene, binding, failure, setting } from './backup.fixture.ts';
import { Backups } from './backups.ts';

let scene: BackupScene;
let temporary: TemporaryStore;
let backups: Backups;
let place: string;
beforeEach(() => {
  scene = new BackupScene();
  ({ temporary, backups, place } = scene);
});
afterEach(() => scene.dispose());

describe('a full copy', () => {
  it('is written, proved and says what it holds', async () => {
    scene.put('a', '1');
    const { manifest, rows, folder } = await backups.full();
    expect(manifest).toMatchObject({
      storeId: temporary.store.id,
      realm: 'real',
      commitNumber: temporary.store.commitNumber,
      stateRoot: temporary.store.stateRoot,
      tool: 'test 1',
    });
    expect(rows).toMatchObject({ setting: 1, sealed_record: 1 });
    expect(await scene.verify()).toMatchObject({ folder, increments: 0, tornBytes: 0, rows });
    expect(readFileSync(join(folder, 'keystore')).includes('setting')).toBe(false);
    expect(backups.lastFullAt()).toBe(temporary.clock.now());
  });

  it.each([
    ['a row that nobody saved', "update setting set value = '2'", { part: 'setting', why: 'rows' }],
    [
      'a sum that fits such a row',
      'update state_sum set sums = zeroblob(length(sums))',
      { part: 'keystore', why: 'state root' },
    ],
  ])('is not taken for one where the file holds %s', async (_what, sql, why) => {
    scene.put('a', '1');
    await backups.full();
    const good = scene.copies();
    const { db } = temporary.store;
    const ours = db.prepare<[], string>(
      "select name from sqlite_temp_schema where type = 'trigger'",
    );
    for (const name of ours.pluck().all()) db.exec(`drop trigger temp."${name}"`);
    db.exec(sql);
    expect(await failure(backups.full())).toMatchObject({ code: 'BACKUP_INVALID', ...why });
    expect(scene.copies()).toEqual(good);
  });

  it('replaces the oldest when there are enough, and sweeps up what a crash left', async () => {
    mkdirSync(join(scene.storeFolder, '.partial-old'), { recursive: true });
    for (let n = 0; n < 4; n++) {
      scene.put('a', String(n));
      await (temporary.clock as TestClock).advance(1000);
      await backups.full();
    }
    expect(scene.copies()).toHaveLength(2);
    expect((await scene.verify()).manifest.commitNumber).toBe(temporary.store.commitNumber);
  });

  it('is not made where the keystore itself is, nor where nothing or a file is', async () => {
    const at = (path: string) =>
      failure(new Backups({ store: temporary.store, place: path, tool: 't' }).full());
    expect(await at(temporary.folder)).toMatchObject({
      code: 'BACKUP_PLACE_UNUSABLE',
      why: 'it is the folder of the keystore itself',
    });
    expect(await at(join(place, 'gone'))).toMatchObject({ code: 'BACKUP_PLACE_MISSING' });
    writeFileSync(join(place, 'file'), '');
    expect(await at(join(place, 'file'))).toMatchObject({ code: 'BACKUP_PLACE_UNUSABLE' });
  });
});

describe('increments', () => {
  it('bring single rows over, with their secrets, between full copies', async () => {
    scene.put('a', '1');
    await backups.full();
    scene.put('b', '1');
    scene.put('a', '2');
    const [first, second] = await Promise.all([
      backups.append([{ table: 'setting', key: 'a' }]),
      backups.append([{ table: 'setting', key: 'b' }]),
    ]);
    expect(first).toEqual(second);
    expect(first).toMatchObject({ sequence: 1, commitNumber: temporary.store.commitNumber });
    scene.put('lost', '1');
    expect(await scene.verify()).toMatchObject({
      increments: 1,
      lastIncrementAt: temporary.clock.now(),
      commitNumber: first.commitNumber,
      // a changed, b is new: what a restore makes of it, not what the full copy holds
      rows: { setting: 2, sealed_record: 2 },
    });

    const store = await scene.restored();
    expect([setting(store, 'a'), setting(store, 'b'), setting(store, 'lost')]).toEqual([
      '2',
      '1',
      undefined,
    ]);
    using secret = store.seals.open(binding('b'));
    expect(secret.use((bytes) => bytes.toString())).toBe('secret of b 1');
    expect(store.incarnation).not.toBe(temporary.store.incarnation);
    expect(store.id).toBe(temporary.store.id);
    store.close();
  });

  it('bring rows that are gone as gone', async () => {
    scene.put('a', '1');
    await backups.full();
    temporary.store.change(() => {
      temporary.store.db.exec("delete from setting where key = 'a'");
      temporary.store.seals.erase('setting', 'a', 'secret');
    });
    expect(await failure(backups.append([{ table: 'setting', key: 'a' }]))).toMatchObject({
      code: 'NOT_FOUND',
    });
    await backups.append([{ table: 'setting', key: 'a', mayBeGone: true }]);
    expect((await scene.verify()).rows).toMatchObject({ setting: 0 });
    const store = await scene.restored();
    expect(setting(store, 'a')).toBeUndefined();
    store.close();
  });

  it('bring the rows they refer to, and the audit records since', async () => {
    await backups.full();
    temporary.store.change(() =>
      temporary.store.db.exec(`
      insert into folder values ('f1', null, 'outer', 1), ('f2', 'f1', 'inner', 1), ('f3', null, 'other', 1)`),
    );
    await backups.append([{ table: 'folder', key: 'f2' }]);
    temporary.store.change(() => {
      temporary.store.db.exec(
        `insert into audit_record values (1, 5, 'a', 'ok', '{"prev":"x"}', zeroblob(32));
         update meta set audit_size = 1, audit_head = zeroblob(32)`,
      );
    });
    await backups.append([]);
    await backups.append([]);
    const store = await scene.restored();
    expect(store.meta.auditSize).toBe(1);
    const folders = store.db.prepare('select id from folder order by id').pluck().all();
    expect(folders).toEqual(['f1', 'f2']);
    store.close();
  });

  it('need a full copy of this incarnation first', async () => {
    expect(await failure(backups.append([]))).toMatchObject({ code: 'BACKUP_NEEDED_FIRST' });
    await backups.full();
    expect(await failure(backups.append([{ table: 'nowhere', key: 1 }]))).toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(await failure(backups.append([{ table: 'setting', key: ['a', 'b'] }]))).toMatchObject({
      code: 'BAD_INPUT',
    });
    const store = await scene.restored();
    const theirs = new Backups({ store, place, tool: 'test' });
    expect(await failure(theirs.append([]))).toMatchObject({ code: 'BACKUP_NEEDED_FIRST' });
    await theirs.full();
    expect((await theirs.append([])).sequence).toBe(1);
    await theirs.close();
    store.close();
  });

  it('go on behind an entry that a crash cut short, which is reported', async () => {
    await backups.full();
    scene.put('a', '1');
    await backups.append([{ table: 'setting', key: 'a' }]);
    await backups.close();
    const { folder, manifest } = await scene.verify();
    const log = join(folder, `increments-${manifest.commitNumber}.log`);
    const whole = readFileSync(log);
    appendFileSync(log, whole.subarray(0, whole.length - 7));
    expect(await scene.verify()).toMatchObject({ increments: 1, tornBytes: whole.length - 7 });
    scene.put('a', '2');
    expect((await backups.append([{ table: 'setting', key: 'a' }])).sequence).toBe(2);
    expect(await scene.verify()).toMatchObject({ increments: 2, tornBytes: 0 });
    for (let cut = whole.length - 1; cut > 0; cut -= 13) {
      truncateSync(log, cut);
      expect(await scene.verify()).toMatchObject({ increments: 0, tornBytes: cut });
    }
  });

  it('that come while a full copy is made are in both', async () => {
    scene.put('a', '1');
    await backups.full();
    const full = backups.full();
    scene.put('b', 'late');
    await Promise.all([full, backups.append([{ table: 'setting', key: 'b' }])]);
    const store = await scene.restored();
    expect(setting(store, 'b')).toBe('late');
    store.close();
  });

  it('say that the place was taken away', async () => {
    await backups.full();
    rmSync(place, { recursive: true });
    expect(await failure(backups.append([]))).toMatchObject({ code: 'BACKUP_PLACE_MISSING' });
    mkdirSync(place);
    expect(await failure(backups.full())).toMatchObject({
      code: 'BACKUP_PLACE_MISSING',
      emptied: true,
    });
    expect(readdirSync(place)).toEqual([]);
    const anew = new Backups({ store: temporary.store, place, tool: 'test' });
    await anew.full();
    await anew.append([]);
    await anew.close();
  });
});
