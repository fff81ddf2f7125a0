/**
 * Every long-lived thing starts and stops the same way: `start` may fail and is shared by
 * concurrent callers, `stop` waits, may be called twice, before start, or after a failed start.
 */
export abstract class Service {
  #starting: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;
  #abort = new AbortController();

  start(): Promise<void> {
    this.#starting ??= this.onStart(this.#abort.signal);
    return this.#starting;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  get stopped(): boolean {
    return this.#stopping !== null;
  }

  protected abstract onStart(signal: AbortSignal): Promise<void>;
  protected abstract onStop(): Promise<void>;

  async #stop(): Promise<void> {
    this.#abort.abort(new Error('stopped'));
    if (this.#starting === null) return;
    await this.#starting.catch(() => undefined);
    await this.onStop();
  }
}
