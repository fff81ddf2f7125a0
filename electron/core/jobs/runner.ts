import { OperationError } from '../../../shared/errors/operation-error.ts';
import { heldText } from '../../../shared/text/jobs.ts';
import { Service } from '../kernel/service.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import type { Base, FaultPoints } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { JobChanges } from './changes.ts';
import { defaultLimits, type FailureClass, type Limits } from './decide.ts';
import { Journal, RecordFailed, type Settled, type Went } from './journal.ts';
import type { KindTable } from './kinds-table.ts';
import type { Ledger } from './ledger.ts';
import type { Designation } from './queue.ts';
import { ReadyJobs } from './ready.ts';
import { Recovery } from './recovery.ts';
import { Rounds } from './rounds.ts';
import { Standings } from './standings.ts';
import { StepAges } from './step-ages.ts';
import { goAt } from './step-go.ts';
import { Fenced } from './step-writer.ts';
import { type Taken, toFailure } from './taking.ts';
import { Timer } from './timer.ts';
import type { WallWatch } from './wall.ts';

export interface RunnerOptions extends Base {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly kinds: KindTable;
  readonly changes: JobChanges;
  readonly designation: Designation;
  readonly wall: WallWatch;
  readonly faults: FaultPoints;
  /** What an error thrown by a step means. Unknown ones are `ambiguous`. */
  readonly classify: (error: unknown) => FailureClass;
  /** How many jobs may run at once; 8 unless told otherwise. */
  readonly parallel?: number;
  readonly limits?: Limits;
}

/** What `pause` answers: how many jobs are still at a step, and when the last of them has ended it. */
export interface Pausing {
  readonly stopping: number;
  readonly quiet: Promise<void>;
}

/** Why waiting inside a step was ended: jobs pause, and nothing more is to be sent. */
class JobsPause extends Error {}

const standingsAtOnce = 4;

/**
 * Runs jobs: one after the other within a line, lines side by side. Start it when the store is
 * verified. The intent of a step is durable before the step acts, its outcome is durable before
 * anything follows from it; whatever a dead process left open is looked at before it is acted on.
 */
export class JobRunner extends Service {
  readonly #options: RunnerOptions;
  readonly #journal: Journal;
  readonly #ready: ReadyJobs;
  readonly #recovery: Recovery;
  readonly #standings: Standings;
  readonly #ages: StepAges;
  readonly #rounds = new Rounds();
  readonly #timer: Timer;
  readonly #parallel: number;
  readonly #active = new Map<number, Promise<void>>();
  /** Since when (monotonic) the present step of a job fails. */
  readonly #trying = new Map<number, number>();
  /** Jobs whose outcome could not be written when jobs paused, and why. */
  readonly #stranded = new Map<Taken, unknown>();
  #reading = 0;
  /** Nothing is taken before this time (monotonic): the last taking failed, the disk may be full. */
  #heldUntil = 0;
  #hold = 0;
  #interrupt = new AbortController();
  #paused = true;
  #begun = false;
  #foundLeft = false;
  #pumping = false;
  #waiters: (() => void)[] = [];
  #unsubscribe = (): void => undefined;

  constructor(options: RunnerOptions) {
    super();
    this.#options = options;
    const limits = options.limits ?? defaultLimits;
    const life = uuidv7(options);
    this.#journal = new Journal({ ...options, limits, life });
    this.#ready = new ReadyJobs(options);
    this.#recovery = new Recovery({ ...options, limits });
    this.#standings = new Standings(options);
    this.#ages = new StepAges(options.clock);
    this.#timer = new Timer(options.clock, () => this.#wake());
    this.#parallel = options.parallel ?? 8;
  }

  protected async onStart(): Promise<void> {
    const { store, changes } = this.#options;
    this.findLeft();
    store.change(() => this.#recovery.forgetWaits());
    this.#begun = true;
    this.#unsubscribe = changes.afterCommit(() => this.#pumpSoon());
    this.resume();
  }

  protected async onStop(): Promise<void> {
    await this.pause().quiet;
    this.#unsubscribe();
  }

  /** Puts down what a dead process left running. A process that runs no jobs must not show it so. */
  findLeft(): void {
    if (this.#foundLeft) return;
    const { store, log } = this.#options;
    const died = store.change(() => this.#recovery.findLeft());
    this.#foundLeft = true;
    if (died > 0) log.log('warn', 'jobs.found-running', { jobs: died });
  }

  /** Does this process run jobs? One that only looks at the keystore does not. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Numbers of the jobs that are at a step. */
  get active(): readonly number[] {
    return [...this.#active.keys()];
  }

  /** Begins no further step. What runs ends its step; waiting inside steps is interrupted. */
  pause(): Pausing {
    this.#paused = true;
    this.#timer.stop();
    const stopping = this.#active.size;
    this.#interrupt.abort(new JobsPause('jobs pause'));
    const quiet = Promise.all(this.#active.values()).then(() => this.#tellIdle());
    return { stopping, quiet };
  }

  resume(): void {
    if (!this.#paused || this.stopped) return;
    this.#paused = false;
    this.#interrupt = new AbortController();
    for (const [taken, why] of this.#stranded) {
      this.#track(taken.row.number, this.#rescue(taken, why));
    }
    this.#stranded.clear();
    this.#wake();
  }

  /** What jobs waited for is there (the HSM is back, this device was designated): they go on. */
  open(gate: string): void {
    this.#options.store.change(() => this.#ready.open(gate));
  }

  /** The HSM bridge died: counts against the jobs that were running, all if not told which. */
  noteCrash(numbers: readonly number[] = [...this.#active.keys()]): void {
    this.#options.store.change(() => this.#recovery.blame(numbers));
  }

  /** Resolves when nothing runs and nothing can be begun before time passes or somebody acts. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    if (this.#paused || !this.#options.store.db.open) return;
    try {
      this.#ready.wake();
    } catch (error) {
      this.#holdOff(error, {});
    }
    this.#pumpSoon();
  }

  /** A write failed: whatever the reason, nothing is begun for a while. */
  #holdOff(error: unknown, about: { job?: number }): void {
    const { log, clock, changes } = this.#options;
    this.#hold = Math.min(60_000, Math.max(1_000, this.#hold * 2));
    this.#heldUntil = clock.monotonic() + this.#hold;
    const name = error instanceof OperationError ? error.code : nameOf(error);
    log.log('error', 'jobs.held-off', { ...about, error: name, ms: this.#hold });
    changes.held = toFailure(error).code;
  }

  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
      this.#tellIdle();
    });
  }

  #pump(): void {
    if (this.#paused || !this.#options.store.db.open) return;
    const held = this.#heldUntil - this.#options.clock.monotonic();
    if (held > 0) {
      this.#timer.arm(held);
      return;
    }
    if (this.#active.size < this.#parallel) {
      for (const number of this.#ready.first(this.#parallel)) {
        if (this.#active.size >= this.#parallel) break;
        if (!this.#active.has(number)) this.#track(number, this.#work(number));
      }
    }
    for (const number of this.#standings.next(standingsAtOnce - this.#reading)) this.#read(number);
    this.#timer.arm(this.#ready.untilNext());
  }

  #track(number: number, work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#holdOff(error, { job: number }))
      .finally(() => {
        this.#active.delete(number);
        this.#pumpSoon();
      });
    this.#active.set(number, tracked);
  }

  #read(number: number): void {
    this.#reading++;
    void this.#standings.read(number).then((kept) => {
      this.#reading--;
      if (!kept) this.#holdOff(new Error('standing not kept'), { job: number });
      this.#pumpSoon();
    });
  }

  async #work(number: number): Promise<void> {
    const { store, ledger, kinds } = this.#options;
    const row = ledger.rows.job(number);
    const first = row && kinds.find(row.kind)?.steps[row.at_step];
    if (first && row.state === 'waiting') this.#reach(row.kind, first.name, 'before-intent');
    let taken = await store.changeSoon(() => this.#journal.take(number));
    this.#hold = 0;
    this.#options.changes.held = null;
    while (taken !== null) {
      if (taken.phase === 'act') this.#reach(taken.kind.name, taken.spec.name, 'after-intent');
      taken = await this.#step(taken);
    }
  }

  async #step(taken: Taken): Promise<Taken | null> {
    const { clock } = this.#options;
    const number = taken.row.number;
    const { ending, calls } = await goAt(taken, {
      ...this.#options,
      ages: this.#ages,
      signal: this.#interrupt.signal,
    });
    const since = this.#trying.get(number);
    const went: Went = {
      ending,
      calls,
      tryingFor: since === undefined ? 0 : clock.monotonic() - since,
      rounds: this.#rounds.of(number, taken.step.n),
      mustYield: () => this.#paused,
    };
    const closes =
      ending.type === 'result' && (ending.result.type === 'done' || ending.result.type === 'skip');
    const next = taken.kind.steps[taken.step.n + 1];
    if (closes && next) this.#reach(taken.kind.name, next.name, 'before-intent');
    let settled: Settled;
    try {
      settled = await this.#options.store.changeSoon(() => this.#journal.settle(taken, went));
    } catch (error) {
      await this.#unwritten(taken, error);
      return null;
    }
    if (closes) this.#reach(taken.kind.name, taken.spec.name, 'after-outcome');
    return this.#after(taken, settled);
  }

  #after({ row: { number }, step }: Taken, settled: Settled): Taken | null {
    const { to } = settled.decision.move;
    if (to === 'end') this.#ages.forget(number);
    if (to === 'end' || to === 'park') this.#rounds.forget(number);
    if (to === 'back') this.#rounds.count(number, step.n);
    if (to !== 'retry' && to !== 'look') this.#trying.delete(number);
    else if (!this.#trying.has(number)) {
      this.#trying.set(number, this.#options.clock.monotonic());
    }
    if (settled.type === 'go') return settled.taken;
    if (settled.rest !== null) this.#ready.rest(number, settled.rest);
    return null;
  }

  /** The step ended, but that could not be kept. */
  async #unwritten(taken: Taken, error: unknown): Promise<void> {
    const { store, log } = this.#options;
    const about = { job: taken.row.number, step: taken.spec.name };
    if (error instanceof Fenced) {
      log.log('warn', 'job.fenced', about);
      return;
    }
    if (!(error instanceof RecordFailed)) return this.#rescue(taken, error);
    const failure = toFailure(error.cause);
    log.log('error', 'job.record-failed', { ...about, code: failure.code });
    try {
      await store.changeSoon(() => this.#journal.parkOpen(taken, failure));
      this.#rounds.forget(taken.row.number);
    } catch (again) {
      if (!(again instanceof Fenced)) await this.#rescue(taken, again);
    }
  }

  /** Tries to put a job down until the disk takes it; what it did is then found out by looking. */
  async #rescue(taken: Taken, why: unknown): Promise<void> {
    const { changes } = this.#options;
    const text = heldText(toFailure(why).code);
    const tell = (): void =>
      changes.setProgress(taken.row, { text, until: null, done: null, ahead: null });
    try {
      await this.#putDown(taken, why, tell);
    } finally {
      changes.setProgress(taken.row, null);
    }
  }

  async #putDown(taken: Taken, why: unknown, tell: () => void): Promise<void> {
    const { store, clock, log } = this.#options;
    const { signal } = this.#interrupt;
    for (let wait = 1_000; ; wait = Math.min(wait * 2, 60_000)) {
      tell();
      try {
        await clock.sleep(wait, signal);
        await store.changeSoon(() => this.#journal.putDown(taken));
        return;
      } catch (error) {
        if (error instanceof Fenced) return;
        if (signal.aborted) {
          this.#stranded.set(taken, why);
          return;
        }
        log.log('error', 'job.outcome-not-written', { job: taken.row.number });
      }
    }
  }

  #reach(kind: string, step: string, moment: string): void {
    this.#options.faults.reach(`${kind}:${step}:${moment}`);
  }

  #isIdle(): boolean {
    if (this.#active.size > 0 || this.#reading > 0 || this.#pumping) return false;
    if (this.#paused || !this.#options.store.db.open) return true;
    if (this.#heldUntil > this.#options.clock.monotonic()) return true;
    return this.#ready.first(1).length === 0 && this.#standings.next(1).length === 0;
  }

  #tellIdle(): void {
    if (this.#waiters.length === 0 || !this.#isIdle()) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const tell of waiters) tell();
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
