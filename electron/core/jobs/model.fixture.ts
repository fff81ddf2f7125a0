import { expect } from 'vitest';
import { type CallChange, isFinal, type JobState, mayBecome } from '../../../shared/model/job.ts';
import type { FailureClass } from './decide.ts';
import type { JobEvent } from './events.ts';
import {
  done,
  failing,
  type JobsBench,
  kindOf,
  type Life,
  type Payload,
  step,
} from './jobs.fixture.ts';
import type { JobKind, StepContext, StepResult } from './kind.ts';

/** What the outside world does with one call. `die-*`: our process is killed meanwhile. */
export const fates = [
  'ok',
  'slow',
  'slow-after',
  'throttled',
  'lost-before',
  'lost-after',
  'denied',
  'refused',
  'hsm-gone',
  'ok-then-denied',
  'ok-then-refused',
  'ok-then-throttled',
  'ok-then-later',
  'lost-then-refused',
  'later',
  'remark',
  'die-before',
  'die-after',
] as const;
export type Fate = (typeof fates)[number];

interface ModelJob {
  readonly number: number;
  readonly group: string;
  state: JobState;
}

/**
 * The pure model: what the queue must look like, moved only by what was committed, and the outside
 * world, which remembers every effect. Both survive the death of processes.
 */
export class Model {
  readonly jobs = new Map<number, ModelJob>();
  /** Jobs in line, by group, first first. */
  readonly lines = new Map<string, number[]>();
  /** Effects, by `job step`. */
  readonly effects = new Map<string, number>();
  readonly aliasMoves = new Map<string, number[]>();
  readonly trace: string[] = [];
  /** What did not hold. The engine catches what steps throw, so it is kept here. */
  readonly violations: unknown[] = [];
  /** Steps with an intent whose outcome was not committed, by `job step`. */
  readonly unsure = new Set<string>();
  readonly inside = new Map<string, number>();
  paused = false;
  wellBehaved = false;
  #calls = 0;
  readonly #fates: readonly Fate[];

  constructor(script: readonly Fate[]) {
    this.#fates = script;
  }

  nextFate(): Fate {
    if (this.wellBehaved || this.#fates.length === 0) return 'ok';
    return this.#fates[this.#calls++ % this.#fates.length] ?? 'ok';
  }

  enqueued(number: number, group: string): void {
    this.jobs.set(number, { number, group, state: 'waiting' });
    this.#line(group).push(number);
  }

  /** Every committed event is a move of the model; an impossible one is a violation. */
  heard(event: JobEvent): void {
    this.#check(() => this.#move(event));
  }

  #move(event: JobEvent): void {
    if (event.type === 'enqueued') return;
    const job = this.jobs.get(event.jobNumber);
    if (job === undefined) throw new Error(`event of unknown job ${event.jobNumber}`);
    if (event.type === 'intent') this.unsure.add(`${job.number} ${event.step}`);
    if (event.type === 'outcome') {
      this.trace.push(`${job.number} ${event.step} ${event.fate}`);
      if (event.fate !== 'unsure') this.unsure.delete(`${job.number} ${event.step}`);
    }
    if (event.type === 'retried') this.#line(job.group).push(job.number);
    if (event.type !== 'state') return;
    this.trace.push(`${job.number} ${event.from}>${event.to}`);
    expect(event.from).toBe(job.state);
    expect(mayBecome(event.from, event.to)).toBe(true);
    job.state = event.to;
    if (isFinal(event.to)) {
      const line = this.#line(job.group);
      expect(line).toContain(job.number);
      line.splice(line.indexOf(job.number), 1);
    }
  }

  /** A step is about to act: everything that must hold at this moment. */
  acting(at: JobsBench, context: StepContext<Payload>, name: string): void {
    this.#check(() => this.#mayAct(at, context, name));
  }

  #mayAct(at: JobsBench, { jobNumber, payload, intent }: StepContext<Payload>, name: string): void {
    const job = this.jobs.get(jobNumber);
    expect(job?.state).toBe('running');
    expect(this.paused).toBe(false);
    expect(this.#line(payload.group)[0]).toBe(jobNumber);
    expect(this.inside.get(payload.group) ?? jobNumber).toBe(jobNumber);
    expect(this.unsure.has(`${jobNumber} ${name}`)).toBe(true);
    expect(at.store.db.inTransaction).toBe(false);
    const row = at.store.db
      .prepare<[number, string], { intent: string; unsure: number }>(
        'select intent, unsure from job_step where job = ? and name = ? order by run desc limit 1',
      )
      .get(jobNumber, name);
    expect(row).toEqual({ intent: JSON.stringify(intent), unsure: 1 });
  }

  effect(jobNumber: number, name: string): void {
    const key = `${jobNumber} ${name}`;
    this.effects.set(key, (this.effects.get(key) ?? 0) + 1);
    const group = this.jobs.get(jobNumber)?.group ?? '';
    if (name === 'alias') {
      const moves = this.aliasMoves.get(group) ?? [];
      if (moves.at(-1) !== jobNumber) this.aliasMoves.set(group, [...moves, jobNumber]);
    }
  }

  has(jobNumber: number, name: string): boolean {
    return this.effects.has(`${jobNumber} ${name}`);
  }

  #check(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.violations.push(error);
    }
  }

  #line(group: string): number[] {
    const line = this.lines.get(group) ?? [];
    this.lines.set(group, line);
    return line;
  }
}

const thrown: Partial<Record<Fate, FailureClass>> = {
  throttled: 'retry',
  'lost-before': 'ambiguous',
  'lost-after': 'ambiguous',
  denied: 'park',
  refused: 'stop',
  'hsm-gone': 'wait-for-hsm',
  'ok-then-denied': 'park',
  'ok-then-refused': 'stop',
  'ok-then-throttled': 'retry',
  'lost-then-refused': 'stop',
};

/** What a call really did, and what its record says of it. */
function worldOf(fate: Fate): { takesEffect: boolean; changed: CallChange } {
  const ok = fate.startsWith('ok') || fate.startsWith('slow');
  const unheard = ['lost-after', 'lost-then-refused', 'die-after'].includes(fate);
  const changed = ok ? 'yes' : fate.startsWith('lost') ? 'maybe' : 'no';
  return { takesEffect: ok || unheard, changed };
}

/** A rotation whose steps meet the fates of the script, and whose looking tells the truth. */
export function modelKind(model: Model, life: Life, bench: () => JobsBench): JobKind {
  const call = async (context: StepContext<Payload>, name: string): Promise<StepResult> => {
    await life.outside();
    const at = bench();
    model.acting(at, context, name);
    const { jobNumber: number, payload, signal } = context;
    model.inside.set(payload.group, number);
    const fate = model.nextFate();
    model.trace.push(`${number} ${name} ${fate}`);
    try {
      await at.clock.settle(1);
      await life.outside();
      if (fate === 'slow') await at.clock.sleep(5_000, signal);
      await life.outside();
      if (fate === 'die-before') life.die();
      const { takesEffect, changed } = worldOf(fate);
      if (takesEffect) model.effect(number, name);
      context.note({
        call: name,
        parameters: {},
        requestId: null,
        took: 1,
        result: fate,
        changed: name === 'check' ? 'no' : changed,
      });
      if (fate === 'slow-after') {
        await at.clock.sleep(5_000, signal);
        await life.outside();
      }
      if (fate === 'die-after') life.die();
      const as = thrown[fate];
      if (as !== undefined) throw failing(as);
      if (fate === 'later' || fate === 'ok-then-later')
        return { type: 'later', until: at.clock.now() + 20_000, why: 'x' };
      if (fate === 'remark' && name === 'tidy') return { type: 'remark', error: failing('park') };
      if (!takesEffect) model.effect(number, name);
      return done(`${name} of ${number}`);
    } finally {
      model.inside.delete(payload.group);
    }
  };
  const look = async (context: StepContext<Payload>, name: string): Promise<StepResult | 'act'> => {
    await life.outside();
    const fate = model.nextFate();
    model.trace.push(`${context.jobNumber} look at ${name} ${fate}`);
    if (fate === 'throttled' || fate === 'hsm-gone') throw failing(thrown[fate] ?? 'retry');
    if (fate === 'die-before' || fate === 'die-after') life.die();
    return model.has(context.jobNumber, name) ? done(`${name} of ${context.jobNumber}`) : 'act';
  };
  const make = (name: string, changes: 'nothing' | 'here' | 'aws', repeatable: boolean) =>
    step(name, (context) => call(context, name), {
      changes,
      repeatable,
      intent: ({ jobNumber }) => `kr-${jobNumber}-${name}`,
      reconcile: (context) => look(context, name),
    });
  return kindOf(
    [
      make('check', 'nothing', true),
      make('create', 'aws', false),
      make('alias', 'aws', true),
      make('tidy', 'here', true),
    ],
    { commitStep: 'alias' },
  );
}
