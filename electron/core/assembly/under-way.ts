import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Effect } from '../../../shared/contract/op.ts';
import type { Clock } from '../ports.ts';

/**
 * The calls that work with one open keystore, from its opening to its lock. A lock lets changes
 * that are under way end, for a while; what is left then is answered KEYSTORE_LOCKED, and whatever
 * becomes of it behind that answer is nobody's any more.
 */
export class UnderWay {
  readonly #path: string;
  readonly #changes = new Set<Promise<unknown>>();
  readonly #answers = new Set<(error: OperationError) => void>();
  #leaving = false;
  #ended = false;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Runs a call. Reads are served until `end`, changes until `leave`.
   * @throws OperationError KEYSTORE_LOCKED besides what the call throws
   */
  run<T>(effect: Effect, work: () => Promise<T>): Promise<T> {
    const read = effect === 'read';
    if (this.#ended || (this.#leaving && !read)) return Promise.reject(this.#locked());
    const going = work();
    if (!read) this.#changes.add(going);
    return new Promise<T>((resolve, reject) => {
      this.#answers.add(reject);
      going.then(resolve, reject).finally(() => {
        this.#answers.delete(reject);
        this.#changes.delete(going);
      });
    });
  }

  /** Takes no more changes, and resolves when those under way have ended, or after `ms`. */
  async leave(clock: Clock, ms: number): Promise<void> {
    this.#leaving = true;
    if (this.#changes.size === 0) return;
    const enough = new AbortController();
    const drained = Promise.allSettled(this.#changes).then(() => enough.abort());
    const over = clock.sleep(ms, enough.signal).catch((error: unknown) => {
      if (!enough.signal.aborted) throw error;
    });
    await Promise.race([drained, over]);
  }

  /** Takes nothing more, and answers what is left. */
  end(): void {
    this.#leaving = true;
    this.#ended = true;
    for (const answer of this.#answers) answer(this.#locked());
    this.#answers.clear();
  }

  #locked(): OperationError {
    return new OperationError('KEYSTORE_LOCKED', { path: this.#path });
  }
}
