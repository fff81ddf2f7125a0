import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import type { LeftoverTexts } from '../../../shared/text/leftovers.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import type { Base } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { JobActor } from './events.ts';
import type { JobKind } from './kind.ts';
import type { KindTable } from './kinds-table.ts';
import { type Ledger, noWait } from './ledger.ts';
import {
  doneNames,
  type JobRow,
  newestRuns,
  outputsBefore,
  readFailure,
  stepStates,
} from './rows.ts';
import { matterOf, type OtherWish, Wishes } from './wishes.ts';
import type { WallWatch } from './wall.ts';

/** What this computer may do with jobs. */
export interface Designation {
  /** Random id of this device, kept outside the keystore. */
  readonly deviceId: string;
  isDesignated(): boolean;
}

export interface EnqueueOptions {
  /** As people read it: `Rotate HSM protected keys: payments-prod`. */
  readonly title: string;
  /** What the job is about, by role: `{ group: id, key: id }`. Jobs are found by these ids. */
  readonly subjects: Readonly<Record<string, string>>;
  readonly by: JobActor;
  readonly plan?: string;
  /** Wall clock ms. Until then the job stands in no line and holds nobody up. */
  readonly notBefore?: number;
  /** What comes due by itself is done by any job at the deed, whatever was asked for behind that. */
  readonly anyWillDo?: boolean;
}

export interface Enqueued {
  readonly id: string;
  readonly number: number;
  /** True when the deed was already under way and this is the job that does it. */
  readonly joined: boolean;
}

export interface CancelAnswer {
  /** `cancelled` at once, or `asked`: at the end of the step that is under way. */
  readonly result: 'cancelled' | 'asked';
  /** What it leaves, or would leave if it were cancelled now. */
  readonly leftovers: string | null;
}

interface QueueDeps extends Base {
  readonly store: Store;
  readonly kinds: KindTable;
  readonly ledger: Ledger;
  readonly designation: Designation;
  readonly wall: WallWatch;
}

const firstNumber = 1001;

/** What a job forgets when a person sends it on. */
const fresh = {
  failure: null,
  standing: null,
  standing_due: 0,
  crash_count: 0,
  repeated: null,
} as const;

/** What callers may do to jobs. Every method joins the caller's transaction or makes its own. */
export class JobQueue {
  readonly #deps: QueueDeps;
  readonly #wishes;
  readonly #newest;
  readonly #insert;
  readonly #subject;
  readonly #resetTries;
  readonly #answer;

  constructor(deps: QueueDeps) {
    this.#deps = deps;
    const { db } = deps.store;
    this.#wishes = new Wishes(deps.store);
    this.#newest = db.prepare<[], { top: number | null }>('select max(number) as top from job');
    this.#insert = db.prepare<[Record<string, string | number | null>]>(
      `insert into job (number, id, kind, title, subjects, order_key, deed_key, matter, payload,
        state, actor, channel, plan, device, incarnation, created_at, not_before, wait, steps)
       values (@number, @id, @kind, @title, @subjects, @order_key, @deed_key, @matter, @payload,
        'waiting', @actor, @channel, @plan, @device, @incarnation, @created_at, @not_before, @wait,
        @steps)`,
    );
    this.#subject = db.prepare<[string, number]>(
      'insert or ignore into job_subject (subject, job) values (?, ?)',
    );
    this.#resetTries = db.prepare<[number, number]>(
      'update job_step set tries = 0 where job = ? and n = ?',
    );
    this.#answer = db.prepare<[string | null, number, number]>(
      'update job_step set answered = ? where job = ? and n = ? and ended_at is null',
    );
  }

  /**
   * Puts a job into the queue, in the caller's transaction if there is one. A deed that is already
   * under way is joined, unless something else was asked for about its matter since: its job is
   * returned, and where it has not begun, it waits for the later date.
   * @throws OperationError BAD_INPUT when the payload is not what the kind takes.
   */
  enqueue<P>(kind: JobKind<P>, payload: P, options: EnqueueOptions): Enqueued {
    const parsed = kind.payload.safeParse(payload);
    if (!parsed.success || this.#deps.kinds.find(kind.name) === null) {
      throw new OperationError('BAD_INPUT', { reason: 'job-payload', kind: kind.name });
    }
    return this.#deps.store.change(() => {
      const running =
        options.anyWillDo === true
          ? this.#wishes.open(kind.name, kind.deedKey(parsed.data))
          : this.#wishes.lastWord(kind, parsed.data);
      if (running !== null) {
        this.#postpone(running.number, options.notBefore ?? null);
        return { id: running.id, number: running.number, joined: true };
      }
      return this.#add(kind, parsed.data, options);
    });
  }

  /** Id of the unfinished job that whoever asks for this deed now would join; null: a new one is made. */
  underWay<P>(kind: JobKind<P>, payload: P): string | null {
    return this.#wishes.lastWord(kind, payload)?.id ?? null;
  }

  /** The number of the plan that a job was started under; null: none was shown to a person. */
  startedUnder(id: string): string | null {
    return this.#find(id).plan;
  }

  /** Number of the newest job of this kind about `subject`, over or not; null: there was none. */
  former(kind: string, subject: string): number | null {
    return this.#wishes.former(kind, subject);
  }

  /** The unfinished job that was last asked for about the matter of this deed, and is another deed. */
  otherwise<P>(kind: JobKind<P>, payload: P): OtherWish | null {
    return this.#wishes.otherwise(kind, payload);
  }

  /**
   * Cancels a job: at once when nothing is in the air, else at the end of the running step.
   * @throws OperationError NOT_FOUND, JOB_NOT_CANCELLABLE when it has ended or its deed is committed.
   */
  cancel(id: string, by: JobActor): CancelAnswer {
    return this.#deps.store.change(() => {
      const row = this.#find(id);
      if (row.ended_at !== null) {
        throw new OperationError('JOB_NOT_CANCELLABLE', { job: row.number, reason: row.state });
      }
      const facts = this.#facts(row);
      if (facts.committed) {
        throw new OperationError('JOB_NOT_CANCELLABLE', { job: row.number, reason: 'committed' });
      }
      this.#deps.ledger.event(row, { type: 'cancel-asked', by });
      if (row.lease !== null || (facts.mustLookFirst && this.#canLook(row))) {
        this.#lookThenCancel(row);
        return { result: 'asked', leftovers: facts.leftovers?.now ?? null };
      }
      const leftovers = facts.leftovers?.after ?? null;
      // what it stopped for is no question any more; the step keeps what it met
      this.#deps.ledger.move(row, 'cancelled', { leftovers, failure: null });
      facts.onEnd?.();
      return { result: 'cancelled', leftovers };
    });
  }

  /**
   * Sends a job on that stopped for a person, from the step where it stopped; or one whose date is
   * over by a clock that was in doubt: by this, a person says that the clock is right.
   * @throws OperationError NOT_FOUND, JOB_NOT_WAITING_FOR_YOU, NOT_DESIGNATED.
   */
  continue(id: string, by: JobActor): void {
    this.#deps.store.change(() => {
      const row = this.#find(id);
      if (row.wait === 'start' && row.state === 'waiting') {
        this.#confirmDate(row, by);
        return;
      }
      if (row.state !== 'needs-you') {
        throw new OperationError('JOB_NOT_WAITING_FOR_YOU', { job: row.number, state: row.state });
      }
      this.#again(row, 'continued', by);
      if (row.position === null && row.not_before === null) {
        this.#deps.ledger.line.enter(row.number, row.order_key);
      }
    });
  }

  /**
   * Does the open remark of a finished job again, at the end of its line.
   * @throws OperationError NOT_FOUND, JOB_NOT_WAITING_FOR_YOU, NOT_DESIGNATED, ALREADY_RUNNING when
   * another job is at the same deed by now.
   */
  retry(id: string, by: JobActor): void {
    this.#deps.store.change(() => {
      const row = this.#find(id);
      if (row.state !== 'done-with-remark') {
        throw new OperationError('JOB_NOT_WAITING_FOR_YOU', { job: row.number, state: row.state });
      }
      const other = this.#wishes.open(row.kind, row.deed_key);
      if (other !== null) throw new OperationError('ALREADY_RUNNING', { job: other.number });
      this.#again(row, 'retried', by);
      this.#deps.ledger.line.enter(row.number, row.order_key);
    });
  }

  #add<P>(kind: JobKind<P>, payload: P, options: EnqueueOptions): Enqueued {
    const { clock, store, ledger, designation } = this.#deps;
    const id = uuidv7(this.#deps);
    const number = Math.max(firstNumber, (this.#newest.get()?.top ?? 0) + 1);
    const now = clock.now();
    const notBefore = options.notBefore ?? null;
    const later = notBefore !== null && notBefore > now;
    this.#insert.run({
      number,
      id,
      kind: kind.name,
      title: options.title,
      subjects: JSON.stringify(options.subjects),
      order_key: kind.orderKey(payload),
      deed_key: kind.deedKey(payload),
      matter: matterOf(kind, payload),
      payload: JSON.stringify(payload),
      actor: options.by.actor,
      channel: options.by.channel,
      plan: options.plan ?? null,
      device: designation.deviceId,
      incarnation: store.incarnation,
      created_at: now,
      not_before: later ? notBefore : null,
      wait: later ? 'start' : null,
      steps: kind.steps.length,
    });
    for (const subject of Object.values(options.subjects)) this.#subject.run(subject, number);
    if (!later) ledger.line.enter(number, kind.orderKey(payload));
    ledger.touch(number);
    ledger.event({ id, number, kind: kind.name }, { type: 'enqueued', by: options.by });
    return { id, number, joined: false };
  }

  /** Who was promised a later day is not served on an earlier one that was promised before. */
  #postpone(number: number, notBefore: number | null): void {
    const { ledger, clock } = this.#deps;
    const row = ledger.rows.job(number);
    if (notBefore === null || notBefore <= clock.now()) return;
    if (row === null || row.lease !== null || (row.not_before ?? 0) >= notBefore) return;
    // one that stopped for a person keeps the day for when it is sent on
    const mayWait = row.state === 'waiting' || row.state === 'needs-you';
    if (!mayWait || this.#facts(row).mustLookFirst) return;
    ledger.line.leave(number);
    ledger.patch(row, { ...noWait, not_before: notBefore, wait: 'start' });
  }

  /**
   * May this device look now? Not behind a closed gate, and not at a job that a person must review
   * first: it was found in a keystore that was restored, or looking itself killed the process.
   */
  #canLook(row: JobRow): boolean {
    if (row.gate !== null) return false;
    if (row.state !== 'needs-you') return true;
    if (readFailure(row.failure)?.code === 'JOB_NEEDS_REVIEW') return false;
    return this.#mayGoOn(row);
  }

  /** It ends after the look, whatever that finds; a deed that turns out committed stays done. */
  #lookThenCancel(row: JobRow): void {
    const { ledger, clock } = this.#deps;
    const asked = { cancel_requested: clock.now() };
    // a job that rests before it looks again looks now
    if (row.lease === null && row.state === 'needs-you') {
      this.#resetTries.run(row.number, row.at_step);
      ledger.move(row, 'waiting', { ...asked, ...noWait, ...fresh });
    } else ledger.patch(row, { ...asked, ...(row.lease === null ? noWait : {}) });
  }

  #mayGoOn(row: JobRow): boolean {
    const { designation, kinds } = this.#deps;
    if (designation.isDesignated()) return true;
    const needed = kinds.find(row.kind)?.needsDesignation ?? true;
    return !needed && row.device === designation.deviceId;
  }

  #again(row: JobRow, type: 'continued' | 'retried', by: JobActor): void {
    const { designation, ledger, store } = this.#deps;
    if (!this.#mayGoOn(row)) {
      throw new OperationError('NOT_DESIGNATED', { job: row.number });
    }
    this.#resetTries.run(row.number, row.at_step);
    this.#answer.run(row.failure, row.number, row.at_step);
    ledger.event(row, { type, by });
    ledger.move(row, 'waiting', {
      // a job whose time has not come keeps its date
      not_before: row.not_before,
      wait: row.wait,
      ...fresh,
      cancel_requested: null,
      device: designation.deviceId,
      incarnation: store.incarnation,
    });
  }

  #confirmDate(row: JobRow, by: JobActor): void {
    const { wall, ledger } = this.#deps;
    if (row.not_before === null || !wall.holdsBack(row.not_before)) {
      throw new OperationError('JOB_NOT_WAITING_FOR_YOU', { job: row.number, state: row.state });
    }
    wall.confirm();
    ledger.event(row, { type: 'continued', by });
    ledger.patch(row, noWait);
    ledger.line.enter(row.number, row.order_key);
  }

  /** What cancelling depends on. A job that cannot be read can always be given up. */
  #facts(row: JobRow): {
    committed: boolean;
    mustLookFirst: boolean;
    leftovers: LeftoverTexts | null;
    onEnd?: () => void;
  } {
    const { kinds, ledger } = this.#deps;
    const runs = ledger.rows.runs(row.number);
    let readable;
    try {
      readable = kinds.read(row, runs);
    } catch (error) {
      if (error instanceof OperationError) {
        return { committed: false, mustLookFirst: false, leftovers: null };
      }
      throw error;
    }
    const { kind, payload } = readable;
    const newest = newestRuns(runs);
    const outputs = outputsBefore(row.steps, newest);
    const open = newest.get(row.at_step);
    return {
      committed: kind.commitStep !== null && doneNames(runs).has(kind.commitStep),
      mustLookFirst: open?.unsure === 1 && kind.steps[row.at_step]?.changes === 'aws',
      leftovers: kind.leftovers({
        payload,
        outputs,
        stepStates: stepStates(kind.steps, newest),
      }),
      onEnd: () => kind.onEnd?.({ jobId: row.id, payload, outputs, state: 'cancelled' }),
    };
  }

  #find(id: string): JobRow {
    const row = this.#deps.ledger.rows.byId(id);
    if (row === null) throw notFound('job');
    return row;
  }
}
