import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyRecord, KeyUsageRecord } from '../model/records.ts';
import { type AliasTable, aliasTable } from './aliases.ts';
import { type Backlog, createBacklog, storeLeft } from './backlog.ts';
import { leftLines, openCallLog } from './call-log.ts';
import { type Commits, createCommits } from './commits.ts';
import { openDatabase, type Sqlite, type Statements } from './database.ts';
import { dueTimes } from './due-times.ts';
import { type GrantTable, grantTable } from './grants.ts';
import { type Journal, journalInMemory, journalTable } from './journal.ts';
import { type KeyStoreTable, keyStoreTable } from './key-stores.ts';
import { type KeyTable, keyTable } from './keys.ts';
import { type MaterialTable, materialTable } from './materials.ts';
import { remembering } from './remembered.ts';
import { type RotationTable, rotationTable } from './rotations.ts';
import { type SpentTokenTable, spentTokenTable } from './spent-tokens.ts';
import { type WrappingPairTable, wrappingPairTable } from './wrapping-pairs.ts';

/** Where the backlog and the journal stand. */
interface Mark {
  readonly calls: number;
  readonly entries: number;
}

/** The keys, and when each was used last. */
interface UsedKeyTable extends KeyTable {
  recordUse(key: KeyRecord, use: KeyUsageRecord): void;
}

/** Everything the practice KMS remembers, in one SQLite database (a file, or memory). */
export interface State extends Omit<Commits, 'statements'> {
  readonly keys: UsedKeyTable;
  readonly materials: MaterialTable;
  readonly aliases: AliasTable;
  readonly grants: GrantTable;
  readonly rotations: RotationTable;
  readonly keyStores: KeyStoreTable;
  readonly pairs: WrappingPairTable;
  readonly spentTokens: SpentTokenTable;
  readonly journal: Journal;
  /** Names this set of practice data. */
  readonly instance: string;
  /** Seals import tokens, session tokens and paging markers; 32 bytes. */
  readonly sealKey: Buffer;
  /**
   * When something falls due next by the practice clock, or no later than that where it is after
   * `now`; Infinity for never.
   */
  nextDue(now: number): number;
  readText(name: string): string | undefined;
  writeText(name: string, value: string): void;
  /** Removes keys, key stores, aliases, grants, pairs and the journal. */
  clear(): void;
  close(): void;
}

export function openState(file: string | null): State {
  const db = openDatabase(file);
  const { instance, sealKey } = identityOf(db);
  if (file !== null) takeOver(db, file, instance);
  const log = file === null ? null : openCallLog(file, instance);
  const backlog = createBacklog(db, log);
  const { statements, ...commits } = createCommits<Mark>(db, {
    mark: () => ({ calls: backlog.mark(), entries: journal.mark() }),
    rolledBack(mark) {
      backlog.rewind(mark.calls);
      journal.rewind(mark.entries);
      remembered.forget();
    },
    abandoned(mark) {
      backlog.unstored();
      this.rolledBack(mark);
    },
    begun: ({ calls }) => backlog.store(calls),
    completing: () => backlog.store(),
    committed: () => backlog.stored(),
    outlive: () => backlog.write(),
    isFull: () => backlog.isFull(),
  });
  const remembered = remembering(dueTimes(statements));
  const journal: Journal = file === null ? journalInMemory() : journalTable(statements, backlog);
  const meta = metaTable(statements);
  const { keys, ...others } = remembered.tables({
    keys: keyTable(statements),
    materials: materialTable(statements),
    rotations: rotationTable(statements),
    keyStores: keyStoreTable(statements),
    pairs: wrappingPairTable(statements),
  });
  return {
    ...others,
    keys: usedKeys(keys, backlog),
    aliases: aliasTable(statements),
    grants: grantTable(statements),
    spentTokens: spentTokenTable(statements),
    journal: { ...journal, clear: () => commits.transaction(() => journal.clear()) },
    nextDue: remembered.nextDue,
    instance,
    sealKey,
    ...commits,
    readText: (name) => meta.read(name)?.toString(),
    writeText: (name, value) => meta.write(name, Buffer.from(value)),
    clear() {
      for (const table of cleared) statements.exec(`DELETE FROM ${table}`);
      journal.clear();
      remembered.forget();
    },
    close() {
      commits.settle();
      backlog.empty();
      db.close();
      log?.close();
    },
  };
}

/** Takes in what a killed process left beside the file. @throws DataFileError, with the file closed. */
function takeOver(db: Sqlite, file: string, instance: string): void {
  try {
    storeLeft(db, leftLines(file, instance));
  } catch (error) {
    db.close();
    throw error;
  }
}

const cleared = [
  'keys',
  'materials',
  'aliases',
  'grants',
  'key_usage',
  'rotations',
  'key_stores',
  'wrapping_pairs',
  'spent_tokens',
  'newest_tokens',
];

/** What names and protects this set of practice data, made at its first opening. */
function identityOf(db: Sqlite) {
  const meta = metaTable(db);
  return {
    instance: meta.once('instance', () => Buffer.from(randomUUID())).toString(),
    sealKey: meta.once('seal-key', () => randomBytes(32)),
  };
}

const usedKeys = (keys: KeyTable, backlog: Backlog): UsedKeyTable => ({
  ...keys,
  recordUse: (key, use) => backlog.use(key, use),
  lastUse: (key) => backlog.lastUse(key) ?? keys.lastUse(key),
});

function metaTable(db: Statements) {
  const select = db.prepare<[string], { value: Buffer }>('SELECT value FROM meta WHERE name = ?');
  const upsert = db.prepare<[string, Buffer]>('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  const read = (name: string) => select.get(name)?.value;
  const write = (name: string, value: Buffer) => void upsert.run(name, value);
  return {
    read,
    write,
    once(name: string, make: () => Buffer): Buffer {
      const found = read(name);
      if (found !== undefined) return found;
      const made = make();
      write(name, made);
      return made;
    },
  };
}
