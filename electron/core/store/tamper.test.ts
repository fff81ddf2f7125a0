import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { Secret } from '../kernel/secret.ts';
import { sealPath } from './close-seal.ts';
import { openStoreWithRootKey } from './store-file.ts';
import { type TemporaryStore, temporaryStore } from './store.fixture.ts';

const pageSize = 4096;
let temporary: TemporaryStore;
beforeEach(() => {
  temporary = temporaryStore();
});
afterEach(() => temporary.dispose());

/** What came of opening and verifying the file as it lies there. */
async function outcome(): Promise<{ readonly result: string; readonly rows: unknown }> {
  const spec = {
    path: temporary.path,
    rootKey: temporary.rootKey,
    clock: temporary.clock,
    random: temporary.random,
  };
  let store: Awaited<ReturnType<typeof openStoreWithRootKey>> | null = null;
  try {
    store = await openStoreWithRootKey(spec);
    const condition = await store.verify();
    const rows = condition === 'verified' ? content(store) : null;
    return { result: condition === 'verified' ? condition : `read-only ${store.reason}`, rows };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return { result: `refused ${error.code}`, rows: null };
  } finally {
    store?.close();
  }
}
const content = (store: { db: { prepare(sql: string): { all(): unknown[] } } }): unknown => [
  store.db.prepare('select * from folder order by id').all(),
  store.db.prepare('select * from setting order by key').all(),
  store.db.prepare('select * from sealed_record order by row_key').all(),
  store.db.prepare('select seq, body from audit_record order by seq').all(),
];

/** Folders with an index, settings without one, secrets, and audit records: some 40 pages. */
function fill(from: number, to: number, word: string): void {
  const { store } = temporary;
  store.change(() => {
    const folder = store.db.prepare('insert or replace into folder values (?, null, ?, ?)');
    const setting = store.db.prepare('insert or replace into setting values (?, ?)');
    for (let n = from; n < to; n++) {
      folder.run(`id-${n}`, `${word} ${n} ${'x'.repeat(60)}`, n);
      setting.run(`key-${n}`, `${word} ${'y'.repeat(80)}`);
    }
    for (let n = from; n < to; n += 10) {
      store.seals.put(
        { table: 'folder', row: `id-${n}`, column: 'c', state: word, policy: 'p' },
        Secret.copyOf(randomBytes(64)),
      );
    }
  });
}
const records = (from: number, to: number): void => {
  const { store } = temporary;
  store.change(() => {
    const insert = store.db.prepare('insert into audit_record values (?, 0, ?, ?, ?, ?)');
    for (let n = from; n < to; n++)
      insert.run(n, 'a', 'ok', `{"n":${n},"x":"${'z'.repeat(60)}"}`, Buffer.alloc(32, n));
    store.db
      .prepare('update meta set audit_size = ?, audit_head = ?')
      .run(to - 1, Buffer.alloc(32, to - 1));
  });
};
const closed = (): Buffer => {
  temporary.store.close();
  return readFileSync(temporary.path);
};
const page = (file: Buffer, n: number): Buffer => file.subarray(n * pageSize, (n + 1) * pageSize);

describe('every page of the file', () => {
  it('flipped in one bit, zeroed or swapped is noticed or changes nothing', async () => {
    fill(0, 150, 'one');
    records(1, 100);
    const whole = closed();
    const { rows } = await outcome();
    expect(rows).not.toBeNull();
    const counts: Record<string, number> = {};
    const pages = whole.length / pageSize;
    expect(pages).toBeGreaterThan(30);
    for (let n = 0; n < pages; n++) {
      const bent = Buffer.from(whole);
      const at = n * pageSize + 100 + ((n * 37) % 3900);
      if (n % 3 === 0) bent.writeUInt8(bent.readUInt8(at) ^ 1, at);
      else if (n % 3 === 1) page(bent, n).fill(0);
      else page(whole, (n + 1) % pages).copy(bent, n * pageSize);
      writeFileSync(temporary.path, bent);
      const found = await outcome();
      counts[found.result] = (counts[found.result] ?? 0) + 1;
      if (found.result === 'verified') expect(found.rows, `page ${n}`).toEqual(rows);
      expect(readFileSync(temporary.path).equals(bent), `page ${n} left as it was`).toBe(true);
    }
    // No page of a keystore is idle here, so none may pass.
    expect(counts['verified'] ?? 0).toBe(0);
    expect(Object.keys(counts).length).toBeGreaterThan(1);
    writeFileSync(temporary.path, whole);
    expect((await outcome()).result).toBe('verified');
  });

  it('pasted back from an older copy is noticed', async () => {
    fill(0, 150, 'one');
    records(1, 60);
    const older = closed();
    expect((await outcome()).result).toBe('verified');
    await temporary.reopen();
    await temporary.store.verify();
    fill(0, 150, 'two');
    records(60, 100);
    temporary.store.change(() =>
      temporary.store.db.exec("delete from setting where key like 'key-1%'"),
    );
    const newer = closed();
    const { rows } = await outcome();
    /** Only a page that nothing uses may pass, and then everything reads as it should. */
    const requireNoticed = async (what: string): Promise<number> => {
      const found = await outcome();
      if (found.result !== 'verified') return 1;
      expect(found.rows, what).toEqual(rows);
      return 0;
    };
    let differing = 0;
    let noticed = 0;
    for (let n = 0; n < Math.min(older.length, newer.length) / pageSize; n++) {
      if (page(older, n).equals(page(newer, n))) continue;
      differing++;
      const mixed = Buffer.from(newer);
      page(older, n).copy(mixed, n * pageSize);
      writeFileSync(temporary.path, mixed);
      await requireNoticed(`page ${n}`);
      // Without the seal too, which an attacker can take away.
      rmSync(sealPath(temporary.path), { force: true });
      writeFileSync(temporary.path, mixed);
      noticed += await requireNoticed(`page ${n} without seal`);
    }
    expect(differing).toBeGreaterThan(20);
    expect(noticed / differing).toBeGreaterThan(0.9);
  });

  it('names the table whose rows were put back', async () => {
    fill(0, 150, 'one');
    const older = closed();
    await temporary.reopen();
    await temporary.store.verify();
    temporary.store.change(() =>
      temporary.store.db.exec("update setting set value = 'new' where key = 'key-7'"),
    );
    const newer = closed();
    const findings = new Set<string>();
    for (let n = 1; n < newer.length / pageSize; n++) {
      if (page(older, n).equals(page(newer, n))) continue;
      const mixed = Buffer.from(newer);
      page(older, n).copy(mixed, n * pageSize);
      writeFileSync(temporary.path, mixed);
      await temporary.reopen();
      await temporary.store.verify();
      findings.add(JSON.stringify(temporary.store.diagnosis));
      expect(temporary.store.reason).toBe('KEYSTORE_TAMPERED');
      expect(() => fill(0, 1, 'x')).toThrow(
        expect.objectContaining({ code: 'KEYSTORE_READ_ONLY' }),
      );
      temporary.store.close();
    }
    expect([...findings]).toContain('{"part":"rows","tables":["setting"]}');
  });
});

describe('the file as a whole', () => {
  it('cut off at any page is refused or read-only, and stays as it is', async () => {
    fill(0, 100, 'one');
    const whole = closed();
    for (let pages = 0; pages < whole.length / pageSize; pages += 2) {
      const cut = whole.subarray(0, pages * pageSize);
      writeFileSync(temporary.path, cut);
      expect((await outcome()).result, `${pages} pages`).toMatch(/^(read-only|refused)/);
      expect(readFileSync(temporary.path).equals(cut)).toBe(true);
    }
  });

  it('of older date is accepted: only an anchor can tell', async () => {
    fill(0, 20, 'one');
    const older = closed();
    await temporary.reopen();
    await temporary.store.verify();
    fill(0, 20, 'two');
    closed();
    writeFileSync(temporary.path, older);
    expect((await outcome()).result).toBe('verified');
  });

  it('is refused with another key, and when it is no keystore at all', async () => {
    const whole = closed();
    const spec = { path: temporary.path, clock: temporary.clock, random: temporary.random };
    const wrong = openStoreWithRootKey({ ...spec, rootKey: Secret.adopt(randomBytes(32)) });
    await expect(wrong).rejects.toMatchObject({ code: 'KEYSTORE_DAMAGED' });
    expect(readFileSync(temporary.path).equals(whole)).toBe(true);
    for (const other of [
      Buffer.alloc(0),
      randomBytes(50),
      randomBytes(pageSize * 3),
      Buffer.from('SQLite format 3\0'),
    ]) {
      writeFileSync(temporary.path, other);
      expect((await outcome()).result).toBe('refused KEYSTORE_DAMAGED');
      expect(readFileSync(temporary.path).equals(other)).toBe(true);
    }
  });
});

describe('the newest audit record', () => {
  it.each([
    ['that is another', 'update audit_record set hash = zeroblob(32) where seq = 9'],
    ['that is gone', 'delete from audit_record where seq = 9'],
  ])('%s is noticed, however clean the file was closed', async (_what, sql) => {
    records(1, 10);
    const { store } = temporary;
    store.change(() => {
      const guards = `select sql from sqlite_schema where type = 'trigger' and tbl_name = 'audit_record'`;
      const made = store.db.prepare<[], string>(guards).pluck().all();
      store.db.exec('drop trigger audit_record_fixed; drop trigger audit_record_kept');
      store.db.exec(sql);
      for (const each of made) store.db.exec(each);
    });
    closed();
    expect(existsSync(sealPath(temporary.path))).toBe(true);
    expect((await outcome()).result).toBe('read-only KEYSTORE_TAMPERED');
  });
});

describe('the write-ahead log', () => {
  /** The file and its log as a crash leaves them, after three commits. */
  const crashed = async (): Promise<{ file: Buffer; log: Buffer; contents: unknown[] }> => {
    const contents = [content(temporary.store)];
    for (const word of ['one', 'two', 'three']) {
      fill(0, 8, word);
      contents.push(content(temporary.store));
    }
    const file = readFileSync(temporary.path);
    const log = readFileSync(`${temporary.path}-wal`);
    temporary.store.close();
    return { file, log, contents };
  };
  const lay = (file: Buffer, log: Buffer): void => {
    writeFileSync(temporary.path, file);
    writeFileSync(`${temporary.path}-wal`, log);
  };

  it('is taken up after a crash, with everything that was committed', async () => {
    const { file, log, contents } = await crashed();
    lay(file, log);
    const found = await outcome();
    expect(found).toEqual({ result: 'verified', rows: contents.at(-1) });
    expect(existsSync(`${temporary.path}-wal`)).toBe(false);
  });

  it('cut off anywhere leaves a whole earlier commit, never a part of one', async () => {
    const { file, log, contents } = await crashed();
    const frame = pageSize + 24;
    const seen = new Set<number>();
    for (let length = 0; length <= log.length; length += length % 2 === 0 ? frame : frame - 700) {
      lay(file, log.subarray(0, length));
      const found = await outcome();
      expect(found.result, `${length} bytes`).toBe('verified');
      const which = contents.findIndex(
        (each) => JSON.stringify(each) === JSON.stringify(found.rows),
      );
      expect(which, `${length} bytes`).toBeGreaterThanOrEqual(0);
      seen.add(which);
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  it('of another keystore, or bent, destroys nothing', async () => {
    const other = temporaryStore();
    other.store.change(() => other.store.db.exec("insert into setting values ('k', 'foreign')"));
    const foreign = readFileSync(`${other.path}-wal`);
    other.dispose();
    const { file, log } = await crashed();
    const bent = Buffer.from(log);
    bent.writeUInt8(bent.readUInt8(5000) ^ 1, 5000);
    for (const wrong of [foreign, bent, randomBytes(9000)]) {
      lay(file, wrong);
      const found = await outcome();
      expect(found.result).toMatch(/^(verified|read-only|refused)/);
      if (found.result !== 'verified') expect(readFileSync(temporary.path).equals(file)).toBe(true);
      lay(file, log);
      expect((await outcome()).result).toBe('verified');
      lay(file, Buffer.alloc(0));
    }
  });

  it('is not taken up when a new keystore is made beside it', async () => {
    closed();
    const log = `${temporary.path}-wal`;
    writeFileSync(log, randomBytes(100));
    copyFileSync(temporary.path, `${temporary.path}.kept`);
    rmSync(temporary.path);
    const { createStoreWithRootKey } = await import('./store-file.ts');
    const make = (): unknown =>
      createStoreWithRootKey({
        path: temporary.path,
        rootKey: temporary.rootKey,
        realm: 'practice',
        clock: temporary.clock,
        random: temporary.random,
      });
    expect(make).toThrow(expect.objectContaining({ code: 'KEYSTORE_EXISTS' }));
    expect(existsSync(temporary.path)).toBe(false);
  });
});
