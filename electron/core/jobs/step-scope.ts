import { AsyncLocalStorage } from 'node:async_hooks';

/** The step on whose behalf code runs just now. */
export interface CurrentStep {
  readonly jobId: string;
  readonly jobNumber: number;
  readonly kind: string;
  readonly step: string;
  /** Counts every go at this step, from 1. */
  readonly attempt: number;
  /** `act`: the step is being done; `reconcile`: we look at what an earlier go did. */
  readonly phase: 'act' | 'reconcile';
}

const scope = new AsyncLocalStorage<CurrentStep>();

/**
 * Which job step the caller works for; null outside of jobs. Adapters and the crash harness use it
 * to name a moment (`kind`, `step`, before or after sending) without being told by every caller.
 */
export const currentStep = (): CurrentStep | null => scope.getStore() ?? null;

/** Runs `work` as a part of `step`, everything it awaits included. */
export const withinStep = <T>(step: CurrentStep, work: () => Promise<T>): Promise<T> =>
  scope.run(step, work);
