import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestClock } from '../../kernel/test-clock.fixture.ts';
import type { TemporaryStore } from '../store.fixture.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { Secret } from '../../kernel/secret.ts';
import { createKeystore, openKeystore } from '../keystore-file.ts';
import { openStoreWithRootKey } from '../store-file.ts';
import { temporaryStore } from '../store.fixture.ts';
import { BackupScene, failure, setting } from './backup.fixture.ts';
import { Backups } from './backups.ts';
import { restore } from './restore.ts';
import { verifyBackup } from './verify-backup.ts';

let scene: BackupScene;
let temporary: TemporaryStore;
let backups: Backups;
let place: string;
beforeEach(() => {
  scene = new BackupScene();
  ({ temporary, backups, place } = scene);
});
afterEach(() => scene.dispose());

describe('damage', () => {
  it('at any byte of manifest, increments, header or copy is refused', async () => {
    scene.put('a', '1');
    await backups.full();
    scene.put('a', '2');
    await backups.append([{ table: 'setting', key: 'a' }]);
    await backups.append([]);
    await backups.close();
    const { folder } = await scene.verify();
    for (const name of readdirSync(folder)) {
      const whole = readFileSync(join(folder, name));
      const step = Math.max(1, Math.floor(whole.length / (name === 'keystore' ? 40 : 150)));
      for (let at = 0; at < whole.length; at += step) {
        const bent = Buffer.from(whole);
        bent.writeUInt8(bent.readUInt8(at) ^ 0x10, at);
        writeFileSync(join(folder, name), bent);
        expect(await failure(scene.verify(folder)), `${name} byte ${at}`).toMatchObject({
          code: 'BACKUP_INVALID',
        });
      }
      writeFileSync(join(folder, name), whole);
    }
    await scene.verify(folder);
  });

  it('is a log of increments that is no file: nobody waits at a pipe, or reads a device without end', async () => {
    await backups.full();
    await backups.close();
    const { folder } = await scene.verify();
    const log = join(folder, `increments-${temporary.store.commitNumber}.log`);
    const pipe = (): void => void execFileSync('mkfifo', [log]);
    const device = (): void => symlinkSync('/dev/zero', log);
    for (const put of [pipe, device]) {
      rmSync(log, { force: true });
      put();
      expect(await failure(scene.verify())).toMatchObject({
        code: 'BACKUP_INVALID',
        part: 'increments',
      });
    }
  });

  it('is looked for in a folder: a file is none', async () => {
    await backups.full();
    const { folder } = await scene.verify();
    for (const name of readdirSync(folder)) {
      expect(await failure(scene.verify(join(folder, name)))).toMatchObject({
        code: 'BACKUP_INVALID',
        part: 'manifest',
      });
    }
  });

  it('shows when increments were reordered, repeated, dropped from the middle, or borrowed', async () => {
    await backups.full();
    const log = (): string =>
      join(
        scene.storeFolder,
        scene.copies().at(-1) as string,
        `increments-${temporary.store.commitNumber}.log`,
      );
    const path = log();
    for (let n = 0; n < 3; n++) await backups.append([]);
    await backups.close();
    const whole = readFileSync(path);
    const entries: Buffer[] = [];
    for (let at = 0; at < whole.length; ) {
      const length = 8 + whole.readUInt32BE(at);
      entries.push(whole.subarray(at, at + length));
      at += length;
    }
    const [a, b, c] = entries as [Buffer, Buffer, Buffer];
    for (const order of [
      [b, a, c],
      [a, a, b],
      [a, c],
      [b, c],
    ]) {
      writeFileSync(path, Buffer.concat(order));
      expect(await failure(scene.verify())).toMatchObject({
        code: 'BACKUP_INVALID',
        part: 'increments',
      });
    }
    writeFileSync(path, whole);
    scene.put('a', '1');
    await (temporary.clock as TestClock).advance(1000);
    await backups.full();
    await backups.append([]);
    await backups.close();
    writeFileSync(log(), whole);
    expect(await failure(scene.verify())).toMatchObject({
      code: 'BACKUP_INVALID',
      part: 'increments',
    });
  });

  it('to a copy that was never read back would have been caught', async () => {
    const { folder } = await backups.full();
    const other = temporaryStore();
    cpSync(other.path, join(folder, 'keystore'));
    other.dispose();
    expect(await failure(scene.verify())).toMatchObject({
      code: 'BACKUP_INVALID',
      part: 'keystore',
    });
    expect(
      await failure(
        verifyBackup(place, { rootKey: Secret.adopt(randomBytes(32)) }, temporary.clock),
      ),
    ).toMatchObject({ code: 'BACKUP_INVALID' });
  });
});

describe('restore', () => {
  it('never replaces anything', async () => {
    await backups.full();
    const spec = {
      from: place,
      unlock: { rootKey: temporary.rootKey },
      clock: temporary.clock,
      random: temporary.random,
    };
    expect(await failure(restore({ ...spec, to: temporary.path }))).toMatchObject({
      code: 'KEYSTORE_EXISTS',
    });
    writeFileSync(`${scene.restoredPath}.slots`, 'x');
    expect(await failure(restore({ ...spec, to: scene.restoredPath }))).toMatchObject({
      code: 'KEYSTORE_EXISTS',
    });
  });

  it('lets other layers say what a restored store means to them, or stop it, leaving nothing', async () => {
    scene.put('a', '1');
    await backups.full();
    const spec = {
      from: place,
      to: scene.restoredPath,
      unlock: { rootKey: temporary.rootKey },
      clock: temporary.clock,
      random: temporary.random,
    };
    const before = readdirSync(temporary.folder);
    const stop = (): never => {
      throw new OperationError('CANCELLED_BY_PERSON');
    };
    expect(await failure(restore({ ...spec, onRestored: stop }))).toMatchObject({
      code: 'CANCELLED_BY_PERSON',
    });
    expect(readdirSync(temporary.folder)).toEqual(before);
    await restore({
      ...spec,
      onRestored: (store, report) =>
        void store.db
          .prepare('insert into setting values (?, ?)')
          .run('restored from', report.folder),
    });
    const store = await openStoreWithRootKey({
      ...spec,
      path: scene.restoredPath,
      rootKey: temporary.rootKey,
    });
    expect(setting(store, 'restored from')).toContain(place);
    store.close();
  });

  it('opens by the slots that were copied with it', async () => {
    const phrase = (): Secret => Secret.copyOf(Buffer.from('correct horse battery'));
    const path = join(temporary.folder, 'slotted.keystore');
    const cost = { memory: 64 * 1024, passes: 3, lanes: 2 };
    const ports = { clock: temporary.clock, random: temporary.random };
    const made = await createKeystore({
      ...ports,
      path,
      realm: 'practice',
      slot: { kind: 'passphrase', label: 'p', passphrase: phrase(), cost },
    });
    const slotted = new Backups({ store: made.store, place, tool: 'test' });
    await slotted.full();
    await slotted.close();
    made.store.close();
    for (const name of readdirSync(temporary.folder)) {
      if (name.startsWith('slotted.keystore')) rmSync(join(temporary.folder, name));
    }
    const wrong = { passphrase: Secret.copyOf(Buffer.from('wrong horse battery')) };
    expect(
      await failure(restore({ ...ports, from: place, to: path, unlock: wrong })),
    ).toMatchObject({ code: 'UNLOCK_REFUSED' });
    await restore({ ...ports, from: place, to: path, unlock: { passphrase: phrase() } });
    const opened = await openKeystore({ ...ports, path, unlock: { passphrase: phrase() } });
    expect(await opened.store.verify()).toBe('verified');
    opened.store.close();
  });
});
