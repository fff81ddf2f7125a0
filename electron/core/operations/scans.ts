import type { FoundKey, ScanView } from '../../../shared/contract/scan.ts';
import { type Failure, notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import {
  compareScanMarks,
  type ScanMark,
  type ScanStanding,
  scanStandings,
  type ScanState,
} from '../../../shared/model/scan.ts';
import type { CloudConnection } from '../cloud/cloud.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import type { Base } from '../ports.ts';
import { readKmsKeys } from './scan-reader.ts';
import type { Standings } from './scan-standing.ts';

/** How often those who look on are told, at most (ms). */
const tellEvery = 250;
/** Ended scans that are kept; an earlier one is forgotten. */
const mostKept = 4;

/** What is scanned, and for whom. */
export type ScanSubject = Pick<ScanView, 'group' | 'credential' | 'account' | 'region'>;

export interface ScansParts extends Pick<Base, 'clock' | 'random' | 'log'> {
  readonly changed: (id: string) => void;
}

/** Readings of AWS that were asked for while the keystore is open. Nothing of them is written down. */
export class Scans {
  readonly #parts: ScansParts;
  readonly #all = new Map<string, Scan>();

  constructor(parts: ScansParts) {
    this.#parts = parts;
  }

  /** Begins one, or answers with the one of the same subject that is under way. */
  begin(subject: ScanSubject, connection: CloudConnection, standings: Standings): Scan {
    for (const scan of this.#all.values())
      if (scan.state === 'running' && scan.isOf(subject)) return scan;
    const scan = new Scan(this.#parts, subject);
    this.#all.set(scan.id, scan);
    scan.begin(connection, standings);
    const ended = [...this.#all.values()].filter(({ state }) => state !== 'running');
    for (const { id } of ended.slice(0, Math.max(0, ended.length - mostKept + 1)))
      this.#all.delete(id);
    return scan;
  }

  /** @throws OperationError NOT_FOUND also of one that was forgotten */
  get(id: string): Scan {
    const scan = this.#all.get(id);
    if (!scan) throw notFound('scan', id);
    return scan;
  }

  /** Ends them, and forgets what they found. */
  async close(): Promise<void> {
    const all = [...this.#all.values()];
    this.#all.clear();
    await Promise.all(all.map((scan) => scan.stop()));
  }
}

const noneYet = (): Record<ScanStanding, number> =>
  Object.fromEntries(scanStandings.map((standing) => [standing, 0])) as Record<
    ScanStanding,
    number
  >;

/** One reading of the KMS keys of an account in a Region. */
export class Scan {
  readonly id: string;
  readonly #parts: ScansParts;
  readonly #subject: ScanSubject;
  readonly #stop = new AbortController();
  readonly #beganAt: number;
  readonly #counts = noneYet();
  readonly #listeners = new Set<() => void>();
  #found: FoundKey[] = [];
  #state: ScanState = 'running';
  #listed: number | null = null;
  #read = 0;
  #aliasesFailure: Failure | null = null;
  #failure: Failure | null = null;
  #endedAt: number | null = null;
  #revision = 1;
  #toldAt = Number.NEGATIVE_INFINITY;
  #run: Promise<void> = Promise.resolve();

  constructor(parts: ScansParts, subject: ScanSubject) {
    this.#parts = parts;
    this.#subject = subject;
    this.#beganAt = parts.clock.now();
    this.id = uuidv7(parts);
  }

  get state(): ScanState {
    return this.#state;
  }

  isOf({ group, credential, region }: ScanSubject): boolean {
    const mine = this.#subject;
    return (
      mine.group?.id === group?.id && mine.credential.id === credential.id && mine.region === region
    );
  }

  begin(connection: CloudConnection, standings: Standings): void {
    this.#run = this.#go(connection, standings);
  }

  view(): ScanView {
    return {
      id: this.id,
      ...this.#subject,
      state: this.#state,
      listed: this.#listed,
      read: this.#read,
      counts: { ...this.#counts },
      aliasesFailure: this.#aliasesFailure,
      failure: this.#failure,
      beganAt: this.#beganAt,
      endedAt: this.#endedAt,
      revision: this.#revision,
    };
  }

  /** What it found, once it has ended: nothing moves in a list that a person looks at. */
  page({
    standing,
    find,
    limit,
    after,
  }: {
    readonly standing: ScanStanding | null;
    readonly find: string;
    readonly limit: number;
    readonly after: ScanMark | null;
  }): { readonly keys: readonly FoundKey[]; readonly total: number; readonly more: boolean } {
    if (this.#state === 'running') return { keys: [], total: 0, more: false };
    const wanted = find.trim().toLowerCase();
    const fits = this.#found.filter(
      (key) =>
        (standing === null ? key.standing !== 'aws-managed' : key.standing === standing) &&
        (wanted === '' || holds(key, wanted)),
    );
    const from = after === null ? 0 : fits.findIndex((key) => compareScanMarks(key, after) > 0);
    const keys = from < 0 ? [] : fits.slice(from, from + limit);
    return { keys, total: fits.length, more: from >= 0 && from + limit < fits.length };
  }

  /** Resolves when it has ended; what was read stays. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#run;
  }

  /** Told of each revision. @returns ends it */
  onMove(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #go(connection: CloudConnection, standings: Standings): Promise<void> {
    const { signal } = this.#stop;
    try {
      await readKmsKeys(
        connection,
        standings,
        this.#subject,
        {
          listed: (keys) => {
            this.#listed = keys;
            this.#tell(true);
          },
          aliasesFailed: (failure) => {
            this.#aliasesFailure = failure;
          },
          read: () => {
            this.#read += 1;
            this.#tell(false);
          },
          found: (key) => {
            this.#found.push(key);
            this.#counts[key.standing] += 1;
          },
        },
        { signal },
      );
      this.#state = 'done';
    } catch (error) {
      this.#state = signal.aborted ? 'stopped' : 'failed';
      if (!signal.aborted) this.#failure = this.#failureOf(error);
    }
    this.#found = this.#found.toSorted(compareScanMarks);
    this.#endedAt = this.#parts.clock.now();
    this.#tell(true);
  }

  #failureOf(error: unknown): Failure {
    if (error instanceof OperationError) return error.toFailure();
    const stack = error instanceof Error ? (error.stack ?? error.message) : 'not an error';
    this.#parts.log.log('error', 'scan-failed', { stack });
    return { code: 'INTERNAL', details: { at: 'scan' } };
  }

  #tell(always: boolean): void {
    const now = this.#parts.clock.monotonic();
    if (!always && now - this.#toldAt < tellEvery) return;
    this.#toldAt = now;
    this.#revision += 1;
    this.#parts.changed(this.id);
    for (const listener of this.#listeners) listener();
  }
}

function holds({ keyId, arn, aliases, owner, mark, read }: FoundKey, wanted: string): boolean {
  const texts = [
    keyId,
    arn,
    ...aliases,
    owner?.reference,
    mark?.madeFor?.reference,
    mark?.marker,
    read?.description,
    read?.spec,
    read?.origin,
  ];
  return texts.some((text) => text != null && text.toLowerCase().includes(wanted));
}
