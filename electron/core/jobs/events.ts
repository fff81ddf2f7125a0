import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { JobState } from '../../../shared/model/job.ts';
import type { StepFate } from './decide.ts';

/** Who asked for something: an account name, and the way it reached us. */
export interface JobActor {
  readonly actor: string;
  readonly channel: string;
}

interface Subject {
  readonly jobId: string;
  readonly jobNumber: number;
  readonly kind: string;
}

/**
 * What happened to a job, told inside the transaction that makes it so: the composition root turns
 * it into an audit record that stands or falls with the change.
 */
export type JobEvent = Subject &
  (
    | {
        readonly type: 'enqueued' | 'cancel-asked' | 'continued' | 'retried';
        readonly by: JobActor;
      }
    | { readonly type: 'intent'; readonly step: string; readonly attempt: number }
    | {
        readonly type: 'outcome';
        readonly step: string;
        readonly fate: StepFate;
        readonly failure: Failure | null;
      }
    | {
        readonly type: 'state';
        readonly from: JobState;
        readonly to: JobState;
        readonly failure: Failure | null;
      }
  );

export type OnJobEvent = (event: JobEvent) => void;
