import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Node's own sampling: it notes how much later than asked for a timer of 1 ms fires. */
const resolution = 1;

/** How late (ms) the event loop of this process came to a timer while this object lived. */
export class LoopDelay implements Disposable {
  readonly #histogram = monitorEventLoopDelay({ resolution });

  constructor() {
    this.#histogram.enable();
  }

  read(): { readonly loopP99: number; readonly loopMost: number } {
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
    return {
      loopP99: late(this.#histogram.percentile(99)),
      loopMost: late(this.#histogram.max),
    };
  }

  [Symbol.dispose](): void {
    this.#histogram.disable();
  }
}
