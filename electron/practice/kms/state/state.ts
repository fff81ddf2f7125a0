import { randomBytes, randomUUID } from 'node:crypto';
import { type AliasTable, aliasTable } from './aliases.ts';
import { type Commits, createCommits } from './commits.ts';
import { openDatabase, type Sqlite } from './database.ts';
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

/** Everything the practice KMS remembers, in one SQLite database (a file, or memory). */
export interface State extends Commits {
  readonly keys: KeyTable;
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
  /** When something falls due next by the practice clock; Infinity for never. */
  nextDue(): number;
  readText(name: string): string | undefined;
  writeText(name: string, value: string): void;
  /** Removes keys, key stores, aliases, grants, pairs and the journal. */
  clear(): void;
  close(): void;
}

export function openState(file: string | null): State {
  const db = openDatabase(file);
  const meta = metaTable(db);
  const journal = file === null ? journalInMemory() : journalTable(db);
  const remembered = remembering(dueTimes(db));
  const commits = createCommits(db, {
    mark: () => journal.mark(),
    rolledBack(mark) {
      journal.rewind(mark);
      remembered.forget();
    },
  });
  return {
    ...remembered.tables({
      keys: keyTable(db),
      materials: materialTable(db),
      rotations: rotationTable(db),
      keyStores: keyStoreTable(db),
      pairs: wrappingPairTable(db),
    }),
    aliases: aliasTable(db),
    grants: grantTable(db),
    spentTokens: spentTokenTable(db),
    journal,
    nextDue: remembered.nextDue,
    instance: meta.once('instance', () => Buffer.from(randomUUID())).toString(),
    sealKey: meta.once('seal-key', () => randomBytes(32)),
    ...commits,
    readText: (name) => meta.read(name)?.toString(),
    writeText: (name, value) => meta.write(name, Buffer.from(value)),
    clear() {
      for (const table of ['keys', 'materials', 'aliases', 'grants', 'key_usage', 'rotations']) {
        db.exec(`DELETE FROM ${table}`);
      }
      for (const table of ['key_stores', 'wrapping_pairs', 'spent_tokens', 'newest_tokens']) {
        db.exec(`DELETE FROM ${table}`);
      }
      journal.clear();
      remembered.forget();
    },
    close() {
      commits.settle();
      db.close();
    },
  };
}

function metaTable(db: Sqlite) {
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
