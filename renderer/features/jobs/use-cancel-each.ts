import { useRef, useState } from 'react';
import { ofOneJob } from '../../../shared/errors/of-one-job.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { Dialog } from '../../state/dialogs.ts';
import { failureOf, useAsk } from '../../state/reads.ts';

/** One job that is to be cancelled, and what becomes of the KMS key that it made. */
export interface ToCancel {
  readonly job: string;
  readonly leftover: 'leave' | 'schedule-deletion';
}

/** How far it came; what was asked for is told of also after a lock took it off the screen. */
interface HowFar {
  readonly of: number;
  readonly asked: number;
  readonly cancelled: number;
  /** Why single jobs were not cancelled, by their ids. */
  readonly refused: ReadonlyMap<string, Failure>;
  /** Why those that were still to come were not even asked for. */
  readonly stopped: Failure | null;
}

export interface CancelEach extends HowFar {
  readonly busy: boolean;
  /** True when all of them were cancelled, or are after the step under way. */
  readonly run: (jobs: readonly ToCancel[]) => Promise<boolean>;
}

const notBegun: HowFar = { of: 0, asked: 0, cancelled: 0, refused: new Map(), stopped: null };
const reached = new WeakMap<Dialog, HowFar>();

/** Cancels jobs one after the other. What is so of one keeps no other from it; all else ends it. */
export function useCancelEach(dialog: Dialog): CancelEach {
  const ask = useAsk();
  const [busy, setBusy] = useState(false);
  const [far, setFar] = useState(() => reached.get(dialog) ?? notBegun);
  // At once: what is drawn lags behind, and a second press may come before it.
  const underWay = useRef(false);
  const tell = (now: HowFar): void => {
    reached.set(dialog, now);
    setFar(now);
  };
  const each = async (jobs: readonly ToCancel[]): Promise<boolean> => {
    let now: HowFar = { ...notBegun, of: jobs.length };
    for (const one of jobs) {
      tell(now);
      try {
        await ask('job.cancel', one);
        now = { ...now, asked: now.asked + 1, cancelled: now.cancelled + 1 };
      } catch (error) {
        const failure = failureOf(error);
        if (!ofOneJob.has(failure.code)) {
          now = { ...now, stopped: failure };
          break;
        }
        const refused = new Map(now.refused).set(one.job, failure);
        now = { ...now, asked: now.asked + 1, refused };
      }
    }
    tell(now);
    return now.cancelled === jobs.length;
  };
  return {
    ...far,
    busy,
    run: async (jobs) => {
      if (underWay.current) return false;
      underWay.current = true;
      setBusy(true);
      try {
        return await each(jobs);
      } finally {
        underWay.current = false;
        setBusy(false);
      }
    },
  };
}
