import { type BenchOptions, done, JobsBench, kindOf, type Payload } from './jobs.fixture.ts';
import type { JobKind, StepResult, StepSpec } from './kind.ts';

/** The benches of one file: each started when it is opened, all put away by `close` after a test. */
export function benches() {
  const opened: JobsBench[] = [];

  async function bench(
    options: BenchOptions | JobKind,
    more: Partial<BenchOptions> = {},
  ): Promise<JobsBench> {
    const usual = 'kinds' in options ? options : { kinds: () => [options] };
    const made = new JobsBench({ ...usual, ...more });
    opened.push(made);
    await made.start();
    return made;
  }

  /** Runs one job of one kind to the end of what it can do without a person. */
  async function runOne(steps: readonly StepSpec<Payload>[], more: Partial<JobKind<Payload>> = {}) {
    const kind = kindOf(steps, more);
    const at = await bench(kind);
    const { id } = at.add(kind, { group: 'g', deed: 'd' });
    await at.drain();
    return { at, kind, id, show: () => at.jobs.read.show(id) };
  }

  /** What was warned of on them, for a test that expects nothing of it. */
  function close(): readonly string[] {
    return opened.splice(0).flatMap((each) => {
      each.dispose();
      return each.warnings;
    });
  }

  return { bench, runOne, close };
}

/** Steps that wait until the test lets them go, and how many are inside at once. */
export class Doors {
  readonly order: string[] = [];
  inside = 0;
  most = 0;
  readonly #open = new Map<string, (result: StepResult) => void>();

  enter(name: string): Promise<StepResult> {
    this.order.push(name);
    this.inside++;
    this.most = Math.max(this.most, this.inside);
    return new Promise((resolve) => this.#open.set(name, resolve));
  }

  leave(name: string, result: StepResult = done()): void {
    this.inside--;
    this.#open.get(name)?.(result);
  }
}
