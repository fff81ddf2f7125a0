import { closeSync, lstatSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';

export type Sqlite = Database.Database;
/** What the tables need of it. */
export type Statements = Pick<Sqlite, 'prepare' | 'exec'>;

/** 'KRPK': marks our own data files, so that another program's database is never written to. */
const applicationId = 0x4b52504b;
const schemaVersion = 7;

const schema = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE keys (
  account TEXT NOT NULL, region TEXT NOT NULL, key_id TEXT NOT NULL, arn TEXT NOT NULL,
  created_at INTEGER NOT NULL, spec TEXT NOT NULL, usage TEXT NOT NULL, origin TEXT NOT NULL,
  multi_region INTEGER NOT NULL, state TEXT NOT NULL, description TEXT NOT NULL,
  policy TEXT NOT NULL, tags TEXT NOT NULL, delete_at INTEGER, visible_at INTEGER NOT NULL,
  PRIMARY KEY (account, region, key_id)
) STRICT;
CREATE INDEX keys_due ON keys (delete_at) WHERE delete_at IS NOT NULL;
CREATE TABLE materials (
  account TEXT NOT NULL, region TEXT NOT NULL, key_id TEXT NOT NULL, material_id TEXT NOT NULL,
  seq INTEGER NOT NULL, state TEXT NOT NULL, bytes BLOB, description TEXT, expiration_model TEXT,
  valid_to INTEGER, first_imported_at INTEGER NOT NULL, rotated_at INTEGER, rotation_type TEXT,
  PRIMARY KEY (account, region, key_id, material_id)
) STRICT;
CREATE INDEX materials_due ON materials (valid_to) WHERE bytes IS NOT NULL AND valid_to IS NOT NULL;
CREATE TABLE aliases (
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, target TEXT,
  shown_target TEXT, visible_at INTEGER NOT NULL, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, PRIMARY KEY (account, region, name)
) STRICT;
CREATE INDEX aliases_target ON aliases (account, region, target, name);
CREATE INDEX aliases_shown ON aliases (account, region, shown_target, name)
  WHERE shown_target IS NOT NULL;
CREATE TABLE grants (
  account TEXT NOT NULL, region TEXT NOT NULL, key_id TEXT NOT NULL, grant_id TEXT NOT NULL,
  grant_token TEXT NOT NULL, name TEXT, created_at INTEGER NOT NULL, grantee TEXT NOT NULL,
  retiring TEXT, issuing_account TEXT NOT NULL, operations TEXT NOT NULL, constraints TEXT,
  PRIMARY KEY (account, region, key_id, grant_id)
) STRICT;
CREATE TABLE key_usage (
  account TEXT NOT NULL, region TEXT NOT NULL, key_id TEXT NOT NULL, operation TEXT NOT NULL,
  at INTEGER NOT NULL, request_id TEXT NOT NULL, PRIMARY KEY (account, region, key_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE wrapping_pairs (
  pair_id TEXT PRIMARY KEY, pkcs8 BLOB NOT NULL, spki BLOB NOT NULL, expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX wrapping_pairs_due ON wrapping_pairs (expires_at);
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL
) STRICT;
`;

/** What versions after the first added, by the version that they lead to. */
const additions: Readonly<Record<number, string>> = {
  2: `
CREATE TABLE rotations (
  account TEXT NOT NULL, region TEXT NOT NULL, key_id TEXT NOT NULL, days INTEGER,
  next_at INTEGER, started_at INTEGER, ends_at INTEGER, on_demand INTEGER NOT NULL,
  PRIMARY KEY (account, region, key_id)
) STRICT;
CREATE INDEX rotations_next ON rotations (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX rotations_end ON rotations (ends_at) WHERE ends_at IS NOT NULL;
CREATE INDEX grants_token ON grants (grant_token);
CREATE INDEX grants_retiring ON grants (account, region, retiring) WHERE retiring IS NOT NULL;
`,
  3: `
ALTER TABLE keys ADD COLUMN role TEXT;
ALTER TABLE keys ADD COLUMN settles_at INTEGER;
ALTER TABLE keys ADD COLUMN settles_to TEXT;
ALTER TABLE keys ADD COLUMN window_days INTEGER;
UPDATE keys SET role = 'PRIMARY' WHERE multi_region = 1;
CREATE INDEX keys_family ON keys (account, key_id) WHERE role IS NOT NULL;
CREATE INDEX keys_settling ON keys (settles_at) WHERE settles_at IS NOT NULL;
`,
  4: `
CREATE TABLE key_stores (
  account TEXT NOT NULL, region TEXT NOT NULL, store_id TEXT NOT NULL, name TEXT NOT NULL,
  created_at INTEGER NOT NULL, connectivity TEXT NOT NULL, endpoint TEXT NOT NULL,
  path TEXT NOT NULL, vpc_service TEXT, vpc_owner TEXT, access_key_id TEXT NOT NULL,
  secret TEXT NOT NULL, state TEXT NOT NULL, error_code TEXT, settles_at INTEGER, settles_to TEXT,
  PRIMARY KEY (account, region, store_id)
) STRICT;
CREATE INDEX key_stores_settling ON key_stores (settles_at) WHERE settles_at IS NOT NULL;
ALTER TABLE keys ADD COLUMN store_id TEXT;
ALTER TABLE keys ADD COLUMN xks_key_id TEXT;
CREATE INDEX keys_store ON keys (account, region, store_id, xks_key_id)
  WHERE store_id IS NOT NULL;
`,
  5: `
CREATE INDEX grants_grantee ON grants (account, region, key_id, grantee);
`,
  6: `
CREATE TABLE spent_tokens (
  digest TEXT PRIMARY KEY, expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_tokens_due ON spent_tokens (expires_at);
`,
  7: `
CREATE TABLE newest_tokens (
  key_arn TEXT PRIMARY KEY, digest TEXT NOT NULL, expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX newest_tokens_due ON newest_tokens (expires_at);
`,
};

/** Brings an older data file up to date, all at once or not at all. */
function migrate(db: Sqlite, from: number): void {
  db.transaction(() => {
    for (let version = from + 1; version <= schemaVersion; version += 1) {
      db.exec(additions[version] ?? '');
    }
    db.pragma(`user_version = ${schemaVersion}`);
  })();
}

/** The data file cannot be used. The message says what to do; nothing was changed. */
export class DataFileError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DataFileError';
  }
}

/**
 * Opens the practice data, or an empty in-memory one when `file` is null.
 *
 * A reply is sent only after its transaction committed. In WAL mode with synchronous=NORMAL a
 * commit has reached the operating system, which is what surviving SIGKILL takes; surviving a
 * power cut would take FULL, and practice data is not worth an fsync per call.
 *
 * @throws DataFileError for a foreign, newer or locked file, a folder or a symbolic link.
 */
export function openDatabase(file: string | null): Sqlite {
  if (file === null) return prepare(new Database(':memory:'), ':memory:');
  requirePlainFile(file);
  let db: Sqlite;
  try {
    closeSync(openSync(file, 'a', 0o600));
    db = new Database(file);
  } catch (error) {
    throw new DataFileError(`cannot open the data file ${file}`, error);
  }
  try {
    return prepare(db, file);
  } catch (error) {
    db.close();
    if (error instanceof DataFileError) throw error;
    const locked = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
    const why = locked ? 'another practice KMS uses it' : 'it is not a readable data file';
    throw new DataFileError(`cannot use the data file ${file}: ${why}`, error);
  }
}

function requirePlainFile(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) {
    throw new DataFileError(`${file} is not a plain file`);
  }
}

function prepare(db: Sqlite, file: string): Sqlite {
  db.pragma('busy_timeout = 0');
  db.pragma('locking_mode = EXCLUSIVE');
  const tables = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get();
  const fresh = tables?.n === 0;
  if (!fresh && db.pragma('application_id', { simple: true }) !== applicationId) {
    throw new DataFileError(`${file} was not made by a practice KMS; it was left as it is`);
  }
  const version = fresh ? 1 : Number(db.pragma('user_version', { simple: true }));
  if (version < 1 || version > schemaVersion) {
    throw new DataFileError(`${file} was made by a newer version; start with a new --data file`);
  }
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  // The pages that every call writes go into the file seldom: that is when the disk is waited for.
  db.pragma('wal_autocheckpoint = 4000');
  db.pragma('trusted_schema = OFF');
  db.pragma('temp_store = MEMORY');
  // Deleted key material must not stay readable in free pages.
  db.pragma('secure_delete = ON');
  if (fresh) {
    db.transaction(() => {
      db.exec(schema);
      db.pragma(`application_id = ${applicationId}`);
    })();
    migrate(db, 1);
  } else {
    // Takes the exclusive lock now, not at the first call.
    db.transaction(() => undefined).immediate();
    if (version < schemaVersion) migrate(db, version);
  }
  return db;
}
