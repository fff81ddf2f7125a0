import type { Jobs } from '../jobs/jobs.ts';
import type { Device } from '../keystore/device.ts';
import type { Groups } from '../keystore/groups.ts';
import type { JobsPort } from '../operations/context.ts';
import type { Clock } from '../ports.ts';

/** Rotations by schedule. */
export class Schedule {
  readonly #parts: { clock: Clock; groups: Groups; jobs: Jobs; device: Device };
  constructor(parts: { clock: Clock; groups: Groups; jobs: Jobs; device: Device }) {
    this.#parts = parts;
  }
  start(): void {}
  stop(): void {}
  held(): ReturnType<JobsPort['due']> {
    return { due: this.#parts.groups.due(this.#parts.clock.now()), held: null };
  }
}
