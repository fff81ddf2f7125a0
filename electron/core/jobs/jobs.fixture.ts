import { z } from 'zod';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import type { Clock } from '../ports.ts';
import { temporaryStore, type TemporaryStore } from '../store/store.fixture.ts';
import type { Store } from '../store/store.ts';
import type { FailureClass } from './decide.ts';
import type { JobEvent } from './events.ts';
import { Jobs, type JobsOptions } from './jobs.ts';
import type { JobKind, Standing, StepContext, StepResult, StepSpec } from './kind.ts';
import type { Enqueued } from './queue.ts';

/** What a test does at the moment a process dies: nothing after it runs. */
class ProcessDied extends Error {}

const neverSettles = new Promise<never>(() => undefined);

/**
 * One life of a process. Once it is dead, nothing it still had in hand reaches the disk, the clock
 * or the outside world, as after a SIGKILL.
 */
export class Life {
  dead = false;
  /** While set, every change of the store fails with it, as on a full disk. */
  refuses: Error | null = null;
  readonly reached: string[] = [];
  readonly #dieAt: string | null;

  constructor(dieAt: string | null) {
    this.#dieAt = dieAt;
  }

  die(): never {
    this.dead = true;
    throw new ProcessDied('killed');
  }

  reach = (point: string): void => {
    if (this.dead) throw new ProcessDied('killed');
    this.reached.push(point);
    if (point === this.#dieAt) this.die();
  };

  /** For what steps do to the outside world. */
  async outside(): Promise<void> {
    if (this.dead) await neverSettles;
  }

  clock(real: Clock): Clock {
    const alive = async (wait: Promise<void>): Promise<void> => {
      await wait;
      await this.outside();
    };
    return {
      now: () => real.now(),
      monotonic: () => real.monotonic(),
      elapsed: () => real.elapsed(),
      sleep: (ms, signal) => alive(real.sleep(ms, signal)),
      yield: () => alive(real.yield()),
    };
  }

  store(real: Store): Store {
    const guard = <T>(work: () => T): T => {
      if (this.dead) throw new ProcessDied('killed');
      if (this.refuses !== null) throw this.refuses;
      return work();
    };
    return new Proxy(real, {
      get: (target, name) => {
        if (name === 'change') return <T>(work: () => T) => guard(() => target.change(work));
        if (name === 'changeSoon') {
          return async <T>(work: () => T): Promise<T> => {
            try {
              return await target.changeSoon(() => guard(work));
            } catch (error) {
              if (this.dead) return neverSettles;
              throw error;
            }
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }
}

export interface BenchOptions {
  /** Made anew for every life, so that steps can stop with their process. */
  readonly kinds: (life: Life, store: Store) => readonly JobKind[];
  readonly classify?: (error: unknown) => FailureClass;
  readonly parallel?: number;
  readonly designated?: () => boolean;
  readonly random?: (length: number) => Buffer;
}

/** A keystore, a job engine on it, and the means to kill one and start the next. */
export class JobsBench {
  readonly clock: TestClock;
  readonly temporary: TemporaryStore;
  readonly events: JobEvent[] = [];
  readonly warnings: string[] = [];
  readonly #options: BenchOptions;
  life: Life = new Life(null);
  device = 'device-a';
  jobs: Jobs;
  highestWall: number | null = null;

  constructor(options: BenchOptions) {
    this.#options = options;
    this.clock = new TestClock();
    this.temporary = temporaryStore({ clock: this.clock });
    this.jobs = this.prepare();
  }

  get store(): Store {
    return this.temporary.store;
  }

  /** Begins a life on the keystore as it is; the engine is not started yet. */
  prepare(dieAt: string | null = null): Jobs {
    this.life = new Life(dieAt);
    const { life } = this;
    const store = life.store(this.temporary.store);
    const options: JobsOptions = {
      clock: life.clock(this.clock),
      random: this.#options.random ?? this.temporary.random,
      log: {
        log: (level, event) => void (level === 'error' && !life.dead && this.warnings.push(event)),
      },
      store,
      kinds: this.#options.kinds(life, store),
      designation: {
        deviceId: this.device,
        isDesignated: () => this.#options.designated?.() ?? true,
      },
      wallMemory: { read: () => this.highestWall, write: (at) => (this.highestWall = at) },
      faults: { reach: life.reach },
      onEvent: (event) => this.events.push(event),
      classify: this.#options.classify ?? classifyByCode,
      ...(this.#options.parallel === undefined ? {} : { parallel: this.#options.parallel }),
    };
    this.jobs = new Jobs(options);
    return this.jobs;
  }

  async start(dieAt: string | null = null): Promise<Jobs> {
    this.prepare(dieAt);
    await this.jobs.start();
    return this.jobs;
  }

  /** The process is killed now (if it is not dead yet), the next one opens the file and starts. */
  async restart(dieAt: string | null = null): Promise<Jobs> {
    this.life.dead = true;
    this.jobs.runner.pause();
    await this.temporary.reopen();
    await this.temporary.store.verify();
    return this.start(dieAt);
  }

  /** Lets everything run that can run without time passing, or until the process died. */
  async settle(): Promise<void> {
    const { life } = this;
    let idle = false;
    void this.jobs.runner.idle().then(() => (idle = true));
    let commit = this.store.commitNumber;
    // a step that waits for the clock is not idle, but it commits nothing either
    for (let still = 0; !idle && !life.dead && still < 40; still++) {
      await this.clock.settle(1);
      if (this.store.commitNumber !== commit) still = 0;
      commit = this.store.commitNumber;
    }
  }

  /** Moves time until nothing is left to wait for, at most `steps` times. */
  async drain(steps = 200): Promise<void> {
    await this.settle();
    for (let n = 0; n < steps && !this.life.dead; n++) {
      const next = this.clock.nextDue;
      if (next === null) return;
      await this.clock.advance(next);
      await this.settle();
    }
  }

  add(kind: JobKind, payload: unknown, options: { notBefore?: number } = {}): Enqueued {
    const by = { actor: 'custodian-1', channel: 'test' };
    return this.jobs.queue.enqueue(kind, payload, {
      title: kind.name,
      subjects: {},
      by,
      ...options,
    });
  }

  dispose(): void {
    this.life.dead = true;
    this.jobs.runner.pause();
    this.temporary.dispose();
  }
}

/** What the tests' steps throw says in its details how it is meant. */
export const failing = (as: FailureClass, code: 'AWS_FAILED' | 'AWS_THROTTLED' = 'AWS_FAILED') =>
  new OperationError(code, { as });

export const classifyByCode = (error: unknown): FailureClass =>
  error instanceof OperationError && typeof error.details['as'] === 'string'
    ? (error.details['as'] as FailureClass)
    : 'ambiguous';

export const by = { actor: 'custodian-1', channel: 'test' };

type Act = (context: StepContext<Payload>) => Promise<StepResult> | StepResult;

/** A step for tests: does what `act` says; looking answers `act` unless told otherwise. */
export function step(
  name: string,
  act: Act,
  more: Partial<Omit<StepSpec<Payload>, 'name' | 'act' | 'reconcile'>> & {
    reconcile?: (context: StepContext<Payload>) => Promise<StepResult | 'act'> | StepResult | 'act';
  } = {},
): StepSpec<Payload> {
  const { reconcile, ...rest } = more;
  return {
    title: name,
    changes: 'nothing',
    repeatable: true,
    ...rest,
    name,
    act: async (context) => act(context),
    reconcile: async (context) => reconcile?.(context) ?? 'act',
  };
}

export const done = (output?: string): StepResult =>
  output === undefined
    ? { type: 'done', proof: [{ text: 'read back' }] }
    : { type: 'done', output, proof: [{ text: 'read back' }] };

export const payload = z.strictObject({ group: z.string(), deed: z.string() });
export type Payload = z.output<typeof payload>;

export const allIsWell = (at: number): Standing => {
  const line = { good: true, text: 'as it was', readAt: at };
  return { copies: line, aws: line, applications: line, data: line };
};

/** A kind for tests: jobs of one group in one line, deeds joined by name. */
export function kindOf(
  steps: readonly StepSpec<Payload>[],
  more: Partial<JobKind<Payload>> = {},
): JobKind {
  const kind: JobKind<Payload> = {
    name: 'test',
    payload,
    steps,
    orderKey: (p) => p.group,
    deedKey: (p) => p.deed,
    needsDesignation: true,
    commitStep: null,
    standing: async () => allIsWell(1),
    leftovers: ({ outputs }) => {
      const left = Object.keys(outputs).join(', ') || 'nothing';
      return { now: `would leave: ${left}`, after: `left: ${left}` };
    },
    ...more,
  };
  return kind as JobKind;
}
