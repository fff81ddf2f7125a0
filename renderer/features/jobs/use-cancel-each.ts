import { useRef, useState } from 'react';
import { ofOneJob } from '../../../shared/errors/of-one-job.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { failureOf, useAsk } from '../../state/reads.ts';

/** One job that is to be cancelled, and what becomes of the KMS key that it made. */
export interface ToCancel {
  readonly job: string;
  readonly leftover: 'leave' | 'schedule-deletion';
}

export interface CancelEach {
  readonly busy: boolean;
  /** Why single jobs were not cancelled, by their ids. */
  readonly refused: ReadonlyMap<string, Failure>;
  /** Why those that were still to come were not even asked for. */
  readonly stopped: Failure | null;
  /** True when all of them were cancelled, or are after the step under way. */
  readonly run: (jobs: readonly ToCancel[]) => Promise<boolean>;
}

const nothing: ReadonlyMap<string, Failure> = new Map();

/** Cancels jobs one after the other. What is so of one keeps no other from it; all else ends it. */
export function useCancelEach(): CancelEach {
  const ask = useAsk();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(nothing);
  const [stopped, setStopped] = useState<Failure | null>(null);
  // At once: what is drawn lags behind, and a second press may come before it.
  const underWay = useRef(false);
  const each = async (jobs: readonly ToCancel[]): Promise<boolean> => {
    let cancelled = 0;
    const failures = new Map<string, Failure>();
    for (const one of jobs) {
      try {
        await ask('job.cancel', one);
        cancelled += 1;
      } catch (error) {
        const failure = failureOf(error);
        if (!ofOneJob.has(failure.code)) {
          setStopped(failure);
          break;
        }
        failures.set(one.job, failure);
      }
    }
    setRefused(failures);
    return cancelled === jobs.length;
  };
  return {
    busy,
    refused,
    stopped,
    run: async (jobs) => {
      if (underWay.current) return false;
      underWay.current = true;
      setBusy(true);
      setStopped(null);
      try {
        return await each(jobs);
      } finally {
        underWay.current = false;
        setBusy(false);
      }
    },
  };
}
