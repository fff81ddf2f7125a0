import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isFinal } from '../../../shared/model/job.ts';
import { by, JobsBench } from './jobs.fixture.ts';
import { type Fate, fates, Model, modelKind } from './model.fixture.ts';

/** More by hand: KEYREEVE_MODEL_RUNS=10000 npx vitest run … */
const numRuns = Number(process.env['KEYREEVE_MODEL_RUNS'] ?? 60);

type Command =
  | { readonly do: 'add'; readonly group: string }
  | { readonly do: 'settle' | 'crash' | 'pause' | 'resume' | 'open-gate' }
  | { readonly do: 'advance' | 'jump'; readonly ms: number }
  | { readonly do: 'cancel' | 'continue' | 'retry'; readonly which: number };

const which = fc.nat(20);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('a', 'b', 'c').map((group) => ({ do: 'add', group }) as const),
  },
  { weight: 5, arbitrary: fc.constant({ do: 'settle' } as const) },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 120_000 }).map((ms) => ({ do: 'advance', ms }) as const),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(-3_600_000, 3_600_000).map((ms) => ({ do: 'jump', ms }) as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('crash', 'pause', 'resume', 'open-gate')
      .map((what) => ({ do: what }) as const),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('cancel' as const, 'continue' as const, 'retry' as const), which)
      .map(([what, n]) => ({ do: what, which: n })),
  },
);
const script = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<Fate>('ok') },
    { weight: 12, arbitrary: fc.constantFrom(...fates) },
  ),
  { maxLength: 30 },
);

/** Numbers that look random and are the same in every run. */
function seeded(seed: number): (length: number) => Buffer {
  let state = seed >>> 0;
  return (length) => {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[at] = state >>> 24;
    }
    return bytes;
  };
}

class Run {
  readonly model: Model;
  readonly bench: JobsBench;
  #deeds = 0;

  constructor(fateScript: readonly Fate[]) {
    this.model = new Model(fateScript);
    this.bench = new JobsBench({
      kinds: (life) => [modelKind(this.model, life, () => this.bench)],
      random: seeded(7),
      parallel: 2,
    });
    this.bench.events.push = (...events) => {
      for (const event of events) this.model.heard(event);
      return 0;
    };
  }

  async revive(): Promise<void> {
    while (this.bench.life.dead) {
      this.model.inside.clear();
      this.model.paused = false;
      await this.bench.restart();
      await this.bench.settle();
    }
  }

  async run(step: Command): Promise<void> {
    const { bench, model } = this;
    switch (step.do) {
      case 'add': {
        const kind = modelKind(model, bench.life, () => bench);
        const { number } = bench.add(kind, { group: step.group, deed: `deed ${++this.#deeds}` });
        model.enqueued(number, step.group);
        break;
      }
      case 'settle':
        await this.bench.settle();
        break;
      case 'advance':
        await bench.clock.advance(step.ms);
        break;
      case 'jump':
        bench.clock.jumpWall(step.ms);
        break;
      case 'crash':
        bench.life.dead = true;
        break;
      case 'pause': {
        const { quiet } = bench.jobs.runner.pause();
        model.paused = true;
        void quiet;
        break;
      }
      case 'resume':
        model.paused = false;
        bench.jobs.runner.resume();
        break;
      case 'open-gate':
        bench.jobs.runner.open('hsm');
        break;
      case 'cancel':
      case 'continue':
      case 'retry':
        this.#ask(step.do, step.which);
        break;
    }
    await bench.clock.settle(2);
    await this.revive();
  }

  /** Whatever happened, with a world that behaves every job comes to an end a person can see. */
  async finish(): Promise<void> {
    const { bench, model } = this;
    model.wellBehaved = true;
    model.paused = false;
    bench.jobs.runner.resume();
    for (let round = 0; round < 40 && this.#moving(); round++) {
      bench.jobs.runner.open('hsm');
      // dates lie at most an hour ahead, when the wall clock was set back
      await bench.clock.advance(round === 3 ? 3_700_000 : 61_000);
      await this.bench.settle();
      await this.revive();
    }
    for (const job of model.jobs.values()) {
      if (!isFinal(job.state)) {
        const head = model.lines.get(job.group)?.[0] ?? 0;
        expect(model.jobs.get(head)?.state).toBe('needs-you');
      }
    }
    for (let round = 0; round < 40 && this.#open().length > 0; round++) {
      for (const number of this.#open()) this.#ask('continue', number - 1001);
      await bench.clock.advance(60_000);
      await this.bench.settle();
    }
    expect(this.#open()).toEqual([]);
    expect(model.violations).toEqual([]);
    this.#checkTheWorld();
  }

  #checkTheWorld(): void {
    const { bench, model } = this;
    for (const { number, state } of model.jobs.values()) {
      expect(bench.jobs.read.show(String(number)).state).toBe(state);
      expect(model.effects.get(`${number} create`) ?? 0).toBeLessThanOrEqual(1);
      const reached = ['create', 'alias'].filter((name) => model.has(number, name));
      if (state === 'done' || state === 'done-with-remark') {
        expect(reached).toEqual(['create', 'alias']);
      }
      if (state === 'stopped-nothing-changed') expect(reached).toEqual([]);
    }
    expect(bench.warnings.filter((event) => event !== 'jobs.held-off')).toEqual([]);
    expect(bench.store.condition).toBe('verified');
  }

  /** Is there a job that no person must send on? */
  #moving(): boolean {
    return [...this.model.lines.values()].some(([head = 0]) => {
      const state = this.model.jobs.get(head)?.state;
      return state !== undefined && state !== 'needs-you';
    });
  }

  #open(): number[] {
    return [...this.model.jobs.values()].filter((job) => !isFinal(job.state)).map((j) => j.number);
  }

  #ask(what: 'cancel' | 'continue' | 'retry', index: number): void {
    const number = 1001 + (index % Math.max(1, this.model.jobs.size));
    const job = this.model.jobs.get(number);
    if (job === undefined) return;
    // what waits for the end of the turn is committed before whatever is asked now
    this.bench.store.change(() => undefined);
    const before = job.state;
    const id = this.bench.jobs.read.idOf(String(number));
    const allowed = {
      cancel: !isFinal(before),
      continue: before === 'needs-you',
      retry: before === 'done-with-remark',
    }[what];
    try {
      this.bench.jobs.queue[what](id, by);
      expect(allowed).toBe(true);
    } catch (error) {
      if (allowed) expect(error).toMatchObject({ code: 'JOB_NOT_CANCELLABLE' });
      expect(job.state).toBe(before);
    }
  }
}

async function play(commands: readonly Command[], fateScript: readonly Fate[]): Promise<Run> {
  const run = new Run(fateScript);
  try {
    await run.bench.start();
    for (const each of commands) await run.run(each);
    await run.finish();
    return run;
  } finally {
    run.bench.dispose();
  }
}

it('keeps every promise whatever happens, in any order', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), script, async (commands, fateScript) => {
      await play(commands, fateScript);
    }),
    {
      numRuns,
      interruptAfterTimeLimit: 500_000,
      markInterruptAsFailure: true,
    },
  );
});

it('does the same again for the same input', async () => {
  const [commands = [], fateScript = []] =
    fc.sample(fc.tuple(fc.array(command, { minLength: 30, maxLength: 30 }), script), {
      seed: 42,
      numRuns: 1,
    })[0] ?? [];
  const first = await play(commands, fateScript);
  const second = await play(commands, fateScript);
  expect(first.model.trace.length).toBeGreaterThan(20);
  expect(second.model.trace).toEqual(first.model.trace);
});
