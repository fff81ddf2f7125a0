import type { Clock } from '../ports.ts';
import type { Dossier } from './dossier.ts';
import { Quota } from './load.ts';

/** Records per second that requests without a valid credential may cause. */
const listedPerSecond = 50;

/**
 * Whoever knows no credential must not be able to fill the disk, for a full disk ends the service.
 * Above a rate their refusals are counted, and the next record of one says how many were not listed.
 */
export class Strangers {
  readonly #budget: Quota;
  #unlisted = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#budget = new Quota(clock);
  }

  /** Whether the request gets a record of its own. */
  isListed(dossier: Dossier): boolean {
    if (dossier.accessKeyId !== null) return true;
    if (!this.#budget.take(listedPerSecond)) {
      this.#unlisted++;
      return false;
    }
    if (this.#unlisted > 0) dossier.detail ??= `${this.#unlisted} more were not listed`;
    this.#unlisted = 0;
    return true;
  }
}
