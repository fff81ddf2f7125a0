/** Leaves a transaction that needs an answer from outside before it can go on. */
export class Pause extends Error {
  readonly wait: () => Promise<void>;
  constructor(wait: () => Promise<void>) {
    super('the call waits for an answer from outside');
    this.wait = wait;
  }
}

/**
 * What a call learned so far. A call that meets a question which only somebody outside can answer
 * (the proxy of a key store) stops, its transaction is rolled back, the answer is awaited without
 * one, and the call begins anew with the answer at hand. So every check is made at the moment of
 * the effect, calls that ask nobody pay nothing, and no transaction ever waits.
 *
 * A step is named once per call; its name must say all that its outcome depends on.
 */
export interface Steps {
  /** @throws Pause the first time. */
  ask<T>(step: string, question: () => Promise<T>): T;
  /** Chance that must not change when the call begins anew. */
  once<T>(step: string, make: () => T): T;
}

export function createSteps(): Steps {
  const outcomes = new Map<string, unknown>();
  return {
    ask<T>(step: string, question: () => Promise<T>): T {
      if (outcomes.has(step)) return outcomes.get(step) as T;
      throw new Pause(async () => void outcomes.set(step, await question()));
    },
    once<T>(step: string, make: () => T): T {
      if (!outcomes.has(step)) outcomes.set(step, make());
      return outcomes.get(step) as T;
    },
  };
}
