import type { KeyRecord, KeyUsageRecord } from '../model/records.ts';
import type { CallLog } from './call-log.ts';
import { DataFileError, type Sqlite } from './database.ts';

type KeyRef = Pick<KeyRecord, 'account' | 'region' | 'keyId'>;

/** An entry of the journal as text, or a use of a key. */
type Item =
  | { readonly seq: number; readonly entry: string }
  | { readonly seq: null; readonly key: KeyRef; readonly use: KeyUsageRecord };

export interface NumberedText {
  readonly seq: number;
  readonly entry: string;
}

/**
 * What nearly every call leaves - its entry, and which key it used - until it goes into the tables,
 * many calls at once. Until then it is in memory and, once its call is acknowledged, in the call log.
 */
export interface Backlog {
  /** Puts an entry behind all others. */
  note(entry: string): void;
  use(key: KeyRef, use: KeyUsageRecord): void;
  /** The last use that is not in its table yet. */
  lastUse(key: KeyRef): KeyUsageRecord | undefined;
  /** Entries that are not in their table yet, oldest first. */
  entries(): NumberedText[];
  mark(): number;
  rewind(mark: number): void;
  /** Puts into the tables, within a transaction, what came before the mark, or all. */
  store(mark?: number): void;
  /** The transaction was committed. */
  stored(): void;
  /** The transaction was rolled back. */
  unstored(): void;
  /** Writes to the log what is not there yet. @throws the error of the file. */
  write(): void;
  isFull(): boolean;
  /** Puts all into the tables, in a transaction of its own. */
  empty(): void;
}

/** So many items are stored at once; a call waits for them now and then, a millisecond or two. */
const mostItems = 512;
/** Older entries are dropped, so that a long-running practice KMS does not grow without end. */
export const keptEntries = 200_000;
const trimEvery = 1000;

const useLine = ({ account, region, keyId }: KeyRef, use: KeyUsageRecord): string =>
  `use ${account} ${region} ${keyId} ${use.operation} ${use.at} ${use.requestId}\n`;

const lineOf = (item: Item): string =>
  item.seq === null ? useLine(item.key, item.use) : `${item.seq} ${item.entry}\n`;

/** Reads what `lineOf` wrote. */
function itemOf(line: string): Item {
  if (line.startsWith('use ')) {
    const [, account = '', region = '', keyId = '', operation = '', at = '', requestId = ''] =
      line.split(' ');
    const use = { operation, at: Number(at), requestId };
    return { seq: null, key: { account, region, keyId }, use };
  }
  const space = line.indexOf(' ');
  return { seq: Number(line.slice(0, space)), entry: line.slice(space + 1) };
}

/** Puts items into their tables. */
function storing(db: Sqlite) {
  const insert = db.prepare<[number, string]>('INSERT INTO journal (seq, entry) VALUES (?, ?)');
  const trim = db.prepare<[number]>('DELETE FROM journal WHERE seq <= ?');
  const use = db.prepare('INSERT OR REPLACE INTO key_usage VALUES (?, ?, ?, ?, ?, ?)');
  return (items: readonly Item[]): void => {
    const uses = new Map<string, Item & { seq: null }>();
    for (const item of items) {
      if (item.seq === null) {
        const { account, region, keyId } = item.key;
        uses.set(`${account} ${region} ${keyId}`, item);
        continue;
      }
      insert.run(item.seq, item.entry);
      if (item.seq % trimEvery === 0) trim.run(item.seq - keptEntries);
    }
    for (const { key, use: last } of uses.values()) {
      use.run(key.account, key.region, key.keyId, last.operation, last.at, last.requestId);
    }
  };
}

/** The number of the last entry that ever was in the table. */
function lastStored(db: Sqlite): number {
  const select = db.prepare<[], { seq: number }>(
    "SELECT seq FROM sqlite_sequence WHERE name = 'journal'",
  );
  return select.get()?.seq ?? 0;
}

/** A line that was written whole: what could not be read later must not get into the tables. */
function isReadable(item: Item): boolean {
  if (item.seq === null) return Number.isSafeInteger(item.use.at) && item.use.requestId !== '';
  try {
    return Number.isSafeInteger(item.seq) && typeof JSON.parse(item.entry) === 'object';
  } catch {
    return false;
  }
}

/**
 * Puts into the tables what a killed process had only in its log. @throws DataFileError when that
 * was damaged since.
 */
export function storeLeft(db: Sqlite, lines: readonly string[]): void {
  const known = lastStored(db);
  const items = lines.map(itemOf);
  if (!items.every(isReadable)) {
    throw new DataFileError(
      'the file of the last calls, -calls beside the data file, is damaged; without it the practice KMS starts without them',
    );
  }
  const from = items.findLastIndex(({ seq }) => seq !== null && seq <= known);
  if (from + 1 === items.length) return;
  db.transaction(() => storing(db)(items.slice(from + 1)))();
}

/** `log` null: without a data file there is nothing to survive. */
export function createBacklog(db: Sqlite, log: CallLog | null): Backlog {
  const store = storing(db);
  let nextSeq = lastStored(db) + 1;
  let items: Item[] = [];
  /** How many left before the first of the items. */
  let gone = 0;
  /** How many of the items are in the transaction under way, and in the log. */
  let inTables = 0;
  let inLog = 0;

  function stored(): void {
    gone += inTables;
    items = items.slice(inTables);
    const isLogged = inLog > 0 || log?.isBroken === true;
    inTables = 0;
    inLog = 0;
    if (isLogged) log?.empty();
  }

  return {
    note(entry) {
      items.push({ seq: nextSeq, entry });
      nextSeq += 1;
    },
    use(key, use) {
      const last = items.at(-1);
      // One call may note one use more than once.
      if (last?.seq === null && last.key === key && last.use.requestId === use.requestId) return;
      items.push({ seq: null, key, use });
    },
    lastUse({ account, region, keyId }) {
      const found = items.findLast(
        (item, at) =>
          at >= inTables &&
          item.seq === null &&
          item.key.keyId === keyId &&
          item.key.account === account &&
          item.key.region === region,
      );
      return found?.seq === null ? found.use : undefined;
    },
    entries: () => items.slice(inTables).filter((item) => item.seq !== null),
    mark: () => gone + items.length,
    rewind(mark) {
      const left = Math.max(0, mark - gone);
      for (const { seq } of items.slice(left)) if (seq !== null) nextSeq -= 1;
      items.length = Math.min(items.length, left);
    },
    store(mark = gone + items.length) {
      const end = mark - gone;
      if (end <= inTables) return;
      store(items.slice(inTables, end));
      inTables = end;
    },
    stored,
    unstored: () => void (inTables = 0),
    write() {
      if (log === null || inLog === items.length) return;
      let text = '';
      for (let at = inLog; at < items.length; at += 1) text += lineOf(items[at] as Item);
      log.append(text);
      inLog = items.length;
    },
    isFull: () => items.length >= mostItems || log?.isBroken === true,
    empty() {
      db.transaction(() => store(items))();
      inTables = items.length;
      stored();
    },
  };
}
