import { Service } from '../kernel/service.ts';
import type { Base, FaultPoints } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { JobChanges } from './changes.ts';
import type { FailureClass, Limits } from './decide.ts';
import type { OnJobEvent } from './events.ts';
import type { JobKind } from './kind.ts';
import { KindTable } from './kinds-table.ts';
import { Ledger } from './ledger.ts';
import { type Designation, JobQueue } from './queue.ts';
import { type JobDetails, JobReader } from './read.ts';
import { JobRunner } from './runner.ts';
import { type WallMemory, WallWatch } from './wall.ts';

/** What the job engine asks of its composition root. */
export interface JobsOptions extends Base {
  readonly store: Store;
  readonly kinds: readonly JobKind[];
  readonly designation: Designation;
  readonly wallMemory: WallMemory;
  readonly faults: FaultPoints;
  /** Runs inside every transaction that changes a job: audit belongs here. */
  readonly onEvent: OnJobEvent;
  readonly classify: (error: unknown) => FailureClass;
  readonly parallel?: number;
  readonly limits?: Limits;
}

/** The durable job engine over one open keystore. */
export class Jobs extends Service {
  readonly changes: JobChanges;
  readonly queue: JobQueue;
  readonly read: JobReader;
  readonly runner: JobRunner;
  readonly wall: WallWatch;

  constructor(options: JobsOptions) {
    super();
    this.changes = new JobChanges(options.store);
    this.wall = new WallWatch(options.clock, options.wallMemory);
    const kinds = new KindTable(options.kinds);
    const ledger = new Ledger({ ...options, changes: this.changes });
    const common = { ...options, kinds, ledger, changes: this.changes, wall: this.wall };
    this.queue = new JobQueue(common);
    this.read = new JobReader(common);
    this.runner = new JobRunner(common);
  }

  /**
   * Resolves when a job has ended or stopped for a person, and where things stand has been read.
   * Rejects with the signal's reason when that is aborted first.
   * @throws OperationError NOT_FOUND.
   */
  async left(reference: string, signal?: AbortSignal): Promise<JobDetails> {
    const id = this.read.idOf(reference);
    return new Promise((resolve, reject) => {
      const give = (): void => {
        unsubscribe();
        reject(signal?.reason as Error);
      };
      const look = (): boolean => {
        const job = this.read.show(id);
        if (!isLeft(job)) return false;
        signal?.removeEventListener('abort', give);
        unsubscribe();
        resolve(job);
        return true;
      };
      const unsubscribe = this.changes.subscribe((change) => {
        if (change.jobId === id) look();
      });
      if (look()) return;
      if (signal?.aborted === true) give();
      else signal?.addEventListener('abort', give, { once: true });
    });
  }

  protected onStart(): Promise<void> {
    return this.runner.start();
  }

  protected onStop(): Promise<void> {
    return this.runner.stop();
  }
}

const isLeft = (job: JobDetails): boolean =>
  (job.endedAt !== null || job.state === 'needs-you') && !job.standingDue;
