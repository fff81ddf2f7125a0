import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { Secret } from '../../kernel/secret.ts';
import type { TestClock } from '../../kernel/test-clock.ts';
import { createKeystore, openKeystore } from '../keystore-file.ts';
import { openStoreWithRootKey } from '../store-file.ts';
import { type TemporaryStore, temporaryStore } from '../store.fixture.ts';
import { Backups } from './backups.ts';
import { restore } from './restore.ts';
import { verifyBackup } from './verify-backup.ts';

let temporary: TemporaryStore;
let place: string;
let backups: Backups;
beforeEach(() => {
  temporary = temporaryStore({ realm: 'real' });
  place = mkdtempSync(join(tmpdir(), 'keyreeve-place-'));
  backups = new Backups({ store: temporary.store, place, tool: 'test 1', keep: 2 });
});
afterEach(async () => {
  await backups.close();
  temporary.dispose();
  rmSync(place, { recursive: true, force: true });
});

const binding = (row: string) => ({
  table: 'setting',
  row,
  column: 'secret',
  state: 'active',
  policy: 'p',
});
const put = (key: string, value: string): void =>
  temporary.store.change(() => {
    temporary.store.db
      .prepare('insert into setting values (?, ?) on conflict do update set value = excluded.value')
      .run(key, value);
    temporary.store.seals.put(
      binding(key),
      Secret.copyOf(Buffer.from(`secret of ${key} ${value}`)),
    );
  });
const failure = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof OperationError) return { code: error.code, ...error.details };
    throw error;
  }
  return 'no error';
};
const verify = (path = place) =>
  verifyBackup(path, { rootKey: temporary.rootKey }, temporary.clock);
const storeFolder = (): string => join(place, `keyreeve-${temporary.store.id}`);
const copies = (): string[] => readdirSync(storeFolder()).sort();
const to = (): string => join(temporary.folder, 'restored.keystore');
const restored = async () => {
  await restore({
    from: place,
    to: to(),
    unlock: { rootKey: temporary.rootKey },
    clock: temporary.clock,
    random: temporary.random,
  });
  const store = await openStoreWithRootKey({
    path: to(),
    rootKey: temporary.rootKey,
    clock: temporary.clock,
    random: temporary.random,
  });
  expect(await store.verify()).toBe('verified');
  return store;
};
const get = (
  store: { db: { prepare: (sql: string) => { pluck(): { get(key: string): unknown } } } },
  key: string,
): unknown => store.db.prepare('select value from setting where key = ?').pluck().get(key);

describe('a full copy', () => {
  it('is written, proved and says what it holds', async () => {
    put('a', '1');
    const { manifest, rows, folder } = await backups.full();
    expect(manifest).toMatchObject({
      storeId: temporary.store.id,
      realm: 'real',
      commitNumber: temporary.store.commitNumber,
      stateRoot: temporary.store.stateRoot,
      tool: 'test 1',
    });
    expect(rows).toMatchObject({ setting: 1, sealed_record: 1 });
    expect(await verify()).toMatchObject({ folder, increments: 0, tornBytes: 0, rows });
    expect(readFileSync(join(folder, 'keystore')).includes('setting')).toBe(false);
    expect(backups.lastFullAt()).toBe(temporary.clock.now());
  });

  it('replaces the oldest when there are enough, and sweeps up what a crash left', async () => {
    mkdirSync(join(storeFolder(), '.partial-old'), { recursive: true });
    for (let n = 0; n < 4; n++) {
      put('a', String(n));
      await (temporary.clock as TestClock).advance(1000);
      await backups.full();
    }
    expect(copies()).toHaveLength(2);
    expect((await verify()).manifest.commitNumber).toBe(temporary.store.commitNumber);
  });

  it('is not made where the keystore itself is, nor where nothing or a file is', async () => {
    const at = (path: string) =>
      failure(new Backups({ store: temporary.store, place: path, tool: 't' }).full());
    expect(await at(temporary.folder)).toMatchObject({
      code: 'BACKUP_PLACE_UNUSABLE',
      why: 'same folder',
    });
    expect(await at(join(place, 'gone'))).toMatchObject({ code: 'BACKUP_PLACE_MISSING' });
    writeFileSync(join(place, 'file'), '');
    expect(await at(join(place, 'file'))).toMatchObject({ code: 'BACKUP_PLACE_UNUSABLE' });
  });
});

describe('increments', () => {
  it('bring single rows over, with their secrets, between full copies', async () => {
    put('a', '1');
    await backups.full();
    put('b', '1');
    put('a', '2');
    const [first, second] = await Promise.all([
      backups.append([{ table: 'setting', key: 'a' }]),
      backups.append([{ table: 'setting', key: 'b' }]),
    ]);
    expect(first).toEqual(second);
    expect(first).toMatchObject({ sequence: 1, commitNumber: temporary.store.commitNumber });
    put('lost', '1');
    expect(await verify()).toMatchObject({ increments: 1, lastIncrementAt: temporary.clock.now() });

    const store = await restored();
    expect([get(store, 'a'), get(store, 'b'), get(store, 'lost')]).toEqual(['2', '1', undefined]);
    using secret = store.seals.open(binding('b'));
    expect(secret.use((bytes) => bytes.toString())).toBe('secret of b 1');
    expect(store.incarnation).not.toBe(temporary.store.incarnation);
    expect(store.id).toBe(temporary.store.id);
    store.close();
  });

  it('bring rows that are gone as gone', async () => {
    put('a', '1');
    await backups.full();
    temporary.store.change(() => {
      temporary.store.db.exec("delete from setting where key = 'a'");
      temporary.store.seals.erase('setting', 'a', 'secret');
    });
    await backups.append([{ table: 'setting', key: 'a' }]);
    const store = await restored();
    expect(get(store, 'a')).toBeUndefined();
    store.close();
  });

  it('bring the rows they refer to, and the audit records since', async () => {
    await backups.full();
    temporary.store.change(() => {
      temporary.store.db.exec(
        `insert into audit_record values (1, 5, 'a', 'ok', '{"prev":"x"}', zeroblob(32));
         update meta set audit_size = 1, audit_head = zeroblob(32)`,
      );
    });
    await backups.append([]);
    await backups.append([]);
    const store = await restored();
    expect(store.meta.auditSize).toBe(1);
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
    const store = await restored();
    const theirs = new Backups({ store, place, tool: 'test' });
    expect(await failure(theirs.append([]))).toMatchObject({ code: 'BACKUP_NEEDED_FIRST' });
    await theirs.full();
    expect((await theirs.append([])).sequence).toBe(1);
    await theirs.close();
    store.close();
  });

  it('go on behind an entry that a crash cut short, which is reported', async () => {
    await backups.full();
    put('a', '1');
    await backups.append([{ table: 'setting', key: 'a' }]);
    await backups.close();
    const { folder, manifest } = await verify();
    const log = join(folder, `increments-${manifest.commitNumber}.log`);
    const whole = readFileSync(log);
    appendFileSync(log, whole.subarray(0, whole.length - 7));
    expect(await verify()).toMatchObject({ increments: 1, tornBytes: whole.length - 7 });
    put('a', '2');
    expect((await backups.append([{ table: 'setting', key: 'a' }])).sequence).toBe(2);
    expect(await verify()).toMatchObject({ increments: 2, tornBytes: 0 });
    for (let cut = whole.length - 1; cut > 0; cut -= 13) {
      truncateSync(log, cut);
      expect(await verify()).toMatchObject({ increments: 0, tornBytes: cut });
    }
  });

  it('that come while a full copy is made are in both', async () => {
    put('a', '1');
    await backups.full();
    const full = backups.full();
    put('b', 'late');
    await Promise.all([full, backups.append([{ table: 'setting', key: 'b' }])]);
    const store = await restored();
    expect(get(store, 'b')).toBe('late');
    store.close();
  });

  it('say that the place was taken away', async () => {
    await backups.full();
    rmSync(place, { recursive: true });
    expect(await failure(backups.append([]))).toMatchObject({ code: 'BACKUP_PLACE_MISSING' });
    mkdirSync(place);
    await backups.full();
    await backups.append([]);
  });
});

describe('damage', () => {
  it('at any byte of manifest, increments, header or copy is refused', async () => {
    put('a', '1');
    await backups.full();
    put('a', '2');
    await backups.append([{ table: 'setting', key: 'a' }]);
    await backups.append([]);
    await backups.close();
    const { folder } = await verify();
    for (const name of readdirSync(folder)) {
      const whole = readFileSync(join(folder, name));
      const step = Math.max(1, Math.floor(whole.length / (name === 'keystore' ? 40 : 150)));
      for (let at = 0; at < whole.length; at += step) {
        const bent = Buffer.from(whole);
        bent.writeUInt8(bent.readUInt8(at) ^ 0x10, at);
        writeFileSync(join(folder, name), bent);
        expect(await failure(verify(folder)), `${name} byte ${at}`).toMatchObject({
          code: 'BACKUP_INVALID',
        });
      }
      writeFileSync(join(folder, name), whole);
    }
    await verify(folder);
  });

  it('shows when increments were reordered, repeated, dropped from the middle, or borrowed', async () => {
    await backups.full();
    const log = (): string =>
      join(
        storeFolder(),
        copies().at(-1) as string,
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
      expect(await failure(verify())).toMatchObject({ code: 'BACKUP_INVALID', part: 'increments' });
    }
    writeFileSync(path, whole);
    put('a', '1');
    await (temporary.clock as TestClock).advance(1000);
    await backups.full();
    await backups.append([]);
    await backups.close();
    writeFileSync(log(), whole);
    expect(await failure(verify())).toMatchObject({ code: 'BACKUP_INVALID', part: 'increments' });
  });

  it('to a copy that was never read back would have been caught', async () => {
    const { folder } = await backups.full();
    const other = temporaryStore();
    cpSync(other.path, join(folder, 'keystore'));
    other.dispose();
    expect(await failure(verify())).toMatchObject({ code: 'BACKUP_INVALID', part: 'keystore' });
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
    writeFileSync(`${to()}.slots`, 'x');
    expect(await failure(restore({ ...spec, to: to() }))).toMatchObject({
      code: 'KEYSTORE_EXISTS',
    });
  });

  it('lets other layers say what a restored store means to them, or stop it, leaving nothing', async () => {
    put('a', '1');
    await backups.full();
    const spec = {
      from: place,
      to: to(),
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
    expect(readdirSync(temporary.folder).filter((name) => !name.endsWith('.lock'))).toEqual(
      before.filter((name) => !name.endsWith('.lock')),
    );
    await restore({
      ...spec,
      onRestored: (store, report) =>
        void store.db
          .prepare('insert into setting values (?, ?)')
          .run('restored from', report.folder),
    });
    const store = await openStoreWithRootKey({ ...spec, path: to(), rootKey: temporary.rootKey });
    expect(get(store, 'restored from')).toContain(place);
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
