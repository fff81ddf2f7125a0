import { notFound } from '../../../shared/errors/operation-error.ts';
import type { Caller } from '../core.ts';
import { type DueRow, Schedule, type HeldRow, type ScheduleOptions } from '../jobs/schedule.ts';
import type { DomainModel } from '../keystore/domain.ts';
import type { JobsPort } from '../operations/context.ts';

interface DueParts extends Omit<ScheduleOptions, 'due' | 'start'> {
  readonly domain: Pick<DomainModel, 'groups' | 'keys' | 'renewals'>;
  readonly host: string;
  /** False in a process that lives for one command: what is due there came due unseen. */
  readonly longLived: boolean;
  readonly jobs: () => Pick<JobsPort, 'startRotation' | 'startRenewal'>;
  readonly idOf: (number: number) => string;
}

/** What comes due by the calendar: rotations of groups, and renewals of what AWS would delete. */
export class DueDeeds {
  readonly #parts: DueParts;
  readonly #rotations: Schedule;
  readonly #renewals: Schedule;

  constructor(parts: DueParts) {
    this.#parts = parts;
    const { domain } = parts;
    const by: Caller = {
      trusted: true,
      actor: 'schedule',
      host: parts.host,
      channel: 'scheduler',
    };
    this.#rotations = new Schedule({
      ...parts,
      due: (at) => domain.groups.due(at),
      start: this.#rotateFor(by),
    });
    this.#renewals = new Schedule({
      ...parts,
      due: (at) => domain.renewals.due(at),
      start: this.#renewFor(by),
      // the same material once more harms nothing, and waiting for a person could
      atOnce: Number.POSITIVE_INFINITY,
    });
  }

  async start(): Promise<void> {
    await this.#rotations.start();
    await this.#renewals.start();
  }

  async stop(): Promise<void> {
    await this.#rotations.stop();
    await this.#renewals.stop();
  }

  /** How many wait for a person, as far as they are known. */
  counts(): { readonly due: number; readonly renewals: number } {
    const { longLived } = this.#parts;
    if (longLived) return { due: this.#rotations.held, renewals: this.#renewals.held };
    const { rotations, renewals } = this.pending();
    return { due: rotations.length, renewals: renewals.length };
  }

  /** What waits for a person, longest due first. */
  pending(): ReturnType<JobsPort['due']> {
    if (this.#parts.longLived) {
      return { rotations: this.#rotations.pending(), renewals: this.#renewals.pending() };
    }
    const { clock, domain } = this.#parts;
    const now = clock.now();
    const unseen = (rows: readonly { id: string; dueAt: number }[]): readonly HeldRow[] =>
      rows.map((row) => ({ ...row, reason: 'locked' }));
    return {
      rotations: unseen(domain.groups.due(now)),
      renewals: unseen(domain.renewals.due(now)),
    };
  }

  /**
   * Starts those a person chose; inside a change. Whoever starts them has seen the date: the clock is
   * taken to be right. @throws OperationError NOT_FOUND for what is not due: nothing is started.
   */
  startChosen(
    chosen: { readonly groups: readonly string[]; readonly keys: readonly string[] },
    caller: Caller,
  ): readonly string[] {
    const { longLived, wall } = this.#parts;
    wall.confirm();
    if (longLived) {
      // before either forgets what it starts, for what a refusal takes back is due as before
      this.#rotations.require(chosen.groups);
      this.#renewals.require(chosen.keys);
      const numbers = [
        ...this.#rotations.startPending(chosen.groups, this.#rotateFor(caller)),
        ...this.#renewals.startPending(chosen.keys, this.#renewFor(caller)),
      ];
      return numbers.map((number) => this.#parts.idOf(number));
    }
    const { rotations, renewals } = this.pending();
    const [groups, keys] = [dueOf(chosen.groups, rotations), dueOf(chosen.keys, renewals)];
    return [...groups.map(this.#rotateFor(caller)), ...keys.map(this.#renewFor(caller))].map(
      ({ jobId }) => jobId,
    );
  }

  /** Whose the jobs are: those of a person who chose them, or of nobody. */
  #rotateFor(caller: Caller): (row: DueRow) => ReturnType<JobsPort['startRotation']> {
    const { domain, jobs } = this.#parts;
    return ({ id, dueAt }) => jobs().startRotation(domain.groups.get(id), caller, dueAt);
  }

  #renewFor(caller: Caller): (row: DueRow) => ReturnType<JobsPort['startRenewal']> {
    const { domain, jobs } = this.#parts;
    return ({ id, dueAt }) => {
      const { key } = domain.keys.get(id);
      return jobs().startRenewal(domain.groups.get(key.groupId), key, caller, dueAt);
    };
  }
}

/** @throws OperationError NOT_FOUND for one that is not due */
function dueOf(ids: readonly string[], rows: readonly HeldRow[]): readonly DueRow[] {
  const due = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = due.get(id);
    if (row === undefined) throw notFound('due');
    return row;
  });
}
