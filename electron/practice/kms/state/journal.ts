import type { TrailEntry } from '../history/trail.ts';
import { type Backlog, keptEntries, type NumberedText } from './backlog.ts';
import type { Statements } from './database.ts';

/** Something a call changed, in the words of the journal. */
export type Effect =
  | { readonly kind: 'key-created'; readonly keyId: string; readonly arn: string }
  | {
      readonly kind: 'key-state';
      readonly keyId: string;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'key-deleted'; readonly keyId: string; readonly aliases: readonly string[] }
  | {
      readonly kind: 'alias';
      readonly alias: string;
      readonly from: string | null;
      readonly to: string | null;
    }
  | {
      readonly kind: 'parameters-issued';
      readonly keyId: string;
      /** SHA-256 of the SPKI that really belongs to the token. */
      readonly wrappingKeyFingerprint: string;
      /** SHA-256 of the SPKI in the reply: differs only under the swapWrappingKey mischief. */
      readonly sentWrappingKeyFingerprint: string;
    }
  | {
      readonly kind: 'material-imported';
      readonly keyId: string;
      readonly materialId: string;
      readonly materialSha256: string;
      readonly importType: string;
      readonly materialState: string;
      readonly wrappingKeyFingerprint: string;
    }
  | {
      readonly kind: 'material-deleted';
      readonly keyId: string;
      readonly materialId: string;
      readonly reason: 'request' | 'expired';
    }
  | {
      readonly kind: 'material-rotated';
      readonly keyId: string;
      readonly from: string | null;
      readonly to: string;
      readonly rotationType: 'ON_DEMAND' | 'AUTOMATIC';
    }
  | {
      readonly kind: 'primary-moved';
      readonly keyId: string;
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly kind: 'key-store';
      readonly storeId: string;
      /** Connection states; null: not there. */
      readonly from: string | null;
      readonly to: string | null;
      readonly errorCode: string | null;
    }
  | { readonly kind: 'policy-put'; readonly keyId: string; readonly policySha256: string }
  | {
      readonly kind: 'grant';
      readonly keyId: string;
      readonly grantId: string;
      readonly made: boolean;
    };

/** One call, or one event of the service itself (operation names as CloudTrail has them). */
export interface JournalEntry {
  readonly time: string;
  readonly requestId: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly principal: string | null;
  readonly service: 'kms' | 'sts';
  readonly operation: string;
  readonly parameters: unknown;
  /** Null: it worked. */
  readonly error: string | null;
  readonly message: string | null;
  readonly effects: readonly Effect[];
  /** Which rehearsed fault struck, e.g. `response lost`. */
  readonly mischief: string | null;
  /** What only the event history tells; null for what is no call, or of nobody. */
  readonly trail: TrailEntry | null;
}

export type NumberedEntry = JournalEntry & { readonly seq: number };

export interface Journal {
  append(entry: JournalEntry): void;
  /** Entries with a number above `since`, oldest first. */
  since(since: number, limit: number): NumberedEntry[];
  /** Entries with a number below `before`, newest first. */
  latest(before: number, limit: number): NumberedEntry[];
  /** How many are kept. */
  size(): number;
  /** Within a transaction. */
  clear(): void;
  /** Called before entries are forgotten at once. */
  beforeClear(work: () => void): void;
  /** Where it stands, and back there after a rollback; a backlog does that by itself. */
  mark(): number;
  rewind(mark: number): void;
}

/** Without a data file there is nothing to survive; entries are kept as text, which is small. */
export function journalInMemory(): Journal {
  let entries: string[] = [];
  let before = (): void => undefined;
  /** Number of the first entry that is kept. */
  let first = 1;
  return {
    size: () => entries.length,
    append(entry) {
      entries.push(JSON.stringify(entry));
      if (entries.length < 2 * keptEntries) return;
      first += entries.length - keptEntries;
      entries = entries.slice(-keptEntries);
    },
    since(since, limit) {
      const start = Math.max(0, entries.length - keptEntries, since + 1 - first);
      return entries
        .slice(start, start + limit)
        .map((entry, at) => ({ seq: first + start + at, ...(JSON.parse(entry) as JournalEntry) }));
    },
    latest(below, limit) {
      const end = Math.max(0, Math.min(entries.length, below - first));
      return entries
        .slice(Math.max(0, end - limit), end)
        .map((entry, at, all) => ({
          seq: first + end - all.length + at,
          ...(JSON.parse(entry) as JournalEntry),
        }))
        .reverse();
    },
    beforeClear: (work) => void (before = work),
    clear() {
      before();
      first += entries.length;
      entries = [];
    },
    mark: () => first + entries.length,
    rewind(mark) {
      entries.length = Math.min(entries.length, Math.max(0, mark - first));
    },
  };
}

/** The table, and what is on its way there. */
export function journalTable(db: Statements, backlog: Backlog): Journal {
  const since = db.prepare<[number, number], NumberedText>(
    'SELECT seq, entry FROM journal WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const latest = db.prepare<[number, number], NumberedText>(
    'SELECT seq, entry FROM journal WHERE seq < ? ORDER BY seq DESC LIMIT ?',
  );
  const count = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM journal');
  const read = ({ seq, entry }: NumberedText): NumberedEntry => {
    const whole = JSON.parse(entry) as JournalEntry;
    // Entries of older versions have none.
    return { seq, ...whole, trail: whole.trail ?? null };
  };
  let before = (): void => undefined;
  return {
    size: () => (count.get()?.n ?? 0) + backlog.entries().length,
    append: (entry) => backlog.note(JSON.stringify(entry)),
    since(number, limit) {
      const stored = since.all(number, limit);
      const coming = backlog.entries().filter(({ seq }) => seq > number);
      return [...stored, ...coming.slice(0, limit - stored.length)].map(read);
    },
    latest(below, limit) {
      const coming = backlog.entries().filter(({ seq }) => seq < below);
      const newest = coming.reverse().slice(0, limit);
      return [...newest, ...latest.all(below, limit - newest.length)].map(read);
    },
    beforeClear: (work) => void (before = work),
    // Numbers go on after a clear, so that a reader's `since` never skips new entries.
    clear() {
      before();
      db.exec('DELETE FROM journal');
    },
    mark: () => 0,
    rewind: () => undefined,
  };
}
