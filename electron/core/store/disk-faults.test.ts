import { randomBytes } from 'node:crypto';
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { Secret } from '../kernel/secret.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import { Backups } from './backup/backups.ts';
import { restore } from './backup/restore.ts';
import { haveStrace, SmallDisk, writeUnderFault } from './disk-faults.fixture.ts';
import { createKeystore } from './keystore-file.ts';
import { createStoreWithRootKey, openStoreWithRootKey } from './store-file.ts';
import { temporaryStore } from './store.fixture.ts';

const rootKey = Secret.adopt(randomBytes(32));
const ports = { rootKey, clock: new TestClock(), random: (n: number) => randomBytes(n) };
const probe = SmallDisk.mount('1m');
probe?.dispose();
const haveDisks = probe !== null;
let disk: SmallDisk | null = null;
afterEach(() => disk?.dispose());

const smallDisk = (size: string): SmallDisk => {
  disk = SmallDisk.mount(size);
  if (disk === null) throw new Error('the disk was there a moment ago');
  return disk;
};
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'no error';
  } catch (error) {
    return error instanceof OperationError ? error.code : String(error);
  }
};

describe.skipIf(!haveDisks)('a disk', () => {
  it('that is full refuses cleanly, loses nothing, and goes on when there is space', async () => {
    const path = join(smallDisk('3m').path, 'k');
    const store = createStoreWithRootKey({ ...ports, path, realm: 'practice' });
    const insert = store.db.prepare('insert into setting values (?, ?)');
    writeFileSync(join(disk?.path ?? '', 'ballast'), Buffer.alloc(1 << 20));
    let kept = 0;
    let refusal = 'none';
    for (let n = 0; n < 500 && refusal === 'none'; n++) {
      const failed = codeOf(() => store.change(() => insert.run(`k${n}`, 'x'.repeat(20_000))));
      if (failed === 'no error') kept++;
      else refusal = failed;
    }
    expect(refusal).toBe('DISK_FULL');
    expect(kept).toBeGreaterThan(10);
    expect(store.condition).toBe('verified');
    expect(store.db.prepare('select count(*) from setting').pluck().get()).toBe(kept);
    rmSync(join(disk?.path ?? '', 'ballast'));
    store.change(() => insert.run('after', 'space came back'));
    store.close();
    const again = await openStoreWithRootKey({ ...ports, path });
    expect(await again.verify()).toBe('verified');
    expect(again.db.prepare('select count(*) from setting').pluck().get()).toBe(kept + 1);
    again.close();
  });

  it('that is read-only refuses opening and making, and leaves everything as it was', async () => {
    const path = join(smallDisk('3m').path, 'k');
    createStoreWithRootKey({ ...ports, path, realm: 'practice' }).close();
    const before = readdirSync(disk?.path ?? '').sort();
    disk?.remount('ro');
    await expect(openStoreWithRootKey({ ...ports, path })).rejects.toMatchObject({
      code: 'DISK_READ_ONLY',
      details: { keystore: path, path: disk?.path },
    });
    expect(
      codeOf(() => createStoreWithRootKey({ ...ports, path: `${path}2`, realm: 'practice' })),
    ).toBe('DISK_READ_ONLY');
    expect(readdirSync(disk?.path ?? '').sort()).toEqual(before);
  });

  it('that is read-only under the file alone is told as that, and not as one that fails', async () => {
    const small = smallDisk('3m');
    const path = join(small.path, 'k');
    createStoreWithRootKey({ ...ports, path, realm: 'practice' }).close();
    small.readOnlyFile(path);
    const before = readdirSync(small.path).sort();
    await expect(openStoreWithRootKey({ ...ports, path })).rejects.toMatchObject({
      code: 'DISK_READ_ONLY',
      details: { keystore: path, path },
    });
    expect(readdirSync(small.path).sort()).toEqual(before);
  });

  it('that is read-only under the lock opens nothing that two could then open', async () => {
    const small = smallDisk('3m');
    const path = join(small.path, 'k');
    createStoreWithRootKey({ ...ports, path, realm: 'practice' }).close();
    small.readOnlyFile(`${path}.lock`);
    await expect(openStoreWithRootKey({ ...ports, path })).rejects.toMatchObject({
      code: 'DISK_READ_ONLY',
      external: { at: 'lock: access' },
    });
  });

  it('too small for a new keystore leaves no part of one', () => {
    const path = join(smallDisk('64k').path, 'k');
    expect(codeOf(() => createStoreWithRootKey({ ...ports, path, realm: 'practice' }))).toBe(
      'DISK_FULL',
    );
    expect(readdirSync(disk?.path ?? '')).toEqual([]);
  });

  it('too small for a keystore, new or from a backup, is told as that: nothing was made', async () => {
    using temporary = temporaryStore();
    using backed = temporaryStore();
    const place = backed.folder;
    await new Backups({ store: temporary.store, place, tool: 'test' }).full();
    const folder = smallDisk('64k').path;
    const path = join(folder, 'k');
    const unmade = { code: 'DISK_FULL', details: { path: folder, unmade: true } };
    const passphrase = Secret.adopt(Buffer.from('a phrase of twelve and more'));
    const slot = { kind: 'passphrase', label: 'p', passphrase } as const;
    const refusal = (work: Promise<unknown>) => work.catch((error: unknown) => error);
    expect(await refusal(createKeystore({ ...ports, path, realm: 'real', slot }))).toMatchObject(
      unmade,
    );
    const unlock = { rootKey: temporary.rootKey };
    expect(await refusal(restore({ ...ports, from: place, to: path, unlock }))).toMatchObject(
      unmade,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('for backups that is full or read-only is said to be so; the keystore goes on', async () => {
    using temporary = temporaryStore();
    const { store } = temporary;
    const place = smallDisk('2m').path;
    const backups = new Backups({ store, place, tool: 'test' });
    await backups.full();
    const ballast = join(place, 'ballast');
    store.change(() =>
      store.db.prepare('insert into setting values (?, ?)').run('big', 'x'.repeat(1_700_000)),
    );
    expect(await backups.full().catch((error: unknown) => error)).toMatchObject({
      code: 'BACKUP_PLACE_UNUSABLE',
      details: { place, full: true },
      external: { at: 'backup place' },
    });
    expect(() => writeFileSync(ballast, Buffer.alloc(2 << 20))).toThrow();
    expect(
      await backups.append([{ table: 'setting', key: 'big' }]).catch((error: unknown) => error),
    ).toMatchObject({ code: 'BACKUP_PLACE_UNUSABLE', details: { place, full: true } });
    rmSync(ballast);
    store.change(() => store.db.exec("update setting set value = 'small'"));
    expect((await backups.append([{ table: 'setting', key: 'big' }])).sequence).toBe(1);
    await backups.close();
    disk?.remount('ro');
    const refused = { code: 'BACKUP_PLACE_UNUSABLE', details: { place } };
    const later = new Backups({ store, place, tool: 'test' });
    expect(await later.full().catch((error: unknown) => error)).toMatchObject(refused);
    expect(
      await later.append([{ table: 'setting', key: 'big' }]).catch((error: unknown) => error),
    ).toMatchObject(refused);
    store.change(() => store.db.exec("update setting set value = 'smaller'"));
  });
});

describe.skipIf(!haveStrace)('system calls that fail or kill', () => {
  // A sample; every N until a run is clean takes minutes and belongs to the crash campaign.
  it.each([
    ['pwrite64:error=EIO:when=4+', 'DISK_FAILED'],
    ['pwrite64:error=ENOSPC:when=9+', 'DISK_FULL'],
    ['fdatasync,fsync:error=EIO:when=2+', 'DISK_FAILED'],
    ['pwrite64:signal=SIGKILL:when=7', null],
    ['fdatasync,fsync:signal=SIGKILL:when=3', null],
  ])('%s: no acknowledged commit is lost and none is half there', async (inject, code) => {
    using temporary = temporaryStore();
    const { path } = temporary;
    const key = temporary.rootKey.use((bytes) => Buffer.from(bytes));
    temporary.store.close();
    const kept = `${path}.kept`;
    copyFileSync(path, kept);
    const { lines } = writeUnderFault(path, key, inject);
    expect(lines[0]).toBe('condition verified');
    const committed = lines
      .filter((line) => line.startsWith('committed'))
      .map((line) => Number(line.split(' ')[1]));
    const failures = new Set(lines.filter((line) => line.startsWith('failed')));
    if (code === null) expect(lines).not.toContain('closed');
    else expect(failures).toContain(`failed ${code}`);
    const store = await temporary.reopen();
    expect(await store.verify()).toBe('verified');
    expect(store.commitNumber).toBeGreaterThanOrEqual(committed.at(-1) ?? 0);
    store.change(() => store.db.exec("insert into setting values ('after', 'the fault')"));
  });
});
