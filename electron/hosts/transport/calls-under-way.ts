/**
 * The calls of one caller that are not answered yet, by the caller's numbers, so that it can give them up: one by
 * one, or all of them by going away.
 */
export class CallsUnderWay {
  readonly #calls = new Set<{ readonly id: number; readonly control: AbortController }>();

  get count(): number {
    return this.#calls.size;
  }

  /** Runs a call; its signal is aborted once nobody waits for the answer. */
  async run<T>(id: number, work: (givenUp: AbortSignal) => Promise<T>): Promise<T> {
    const call = { id, control: new AbortController() };
    this.#calls.add(call);
    try {
      return await work(call.control.signal);
    } finally {
      this.#calls.delete(call);
    }
  }

  /** One that was answered meanwhile is nobody's any more. */
  giveUp(id: number): void {
    for (const call of this.#calls) if (call.id === id) call.control.abort();
  }

  giveUpAll(): void {
    for (const { control } of this.#calls) control.abort();
  }
}
