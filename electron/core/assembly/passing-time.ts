import type { DueDeeds } from './due-deeds.ts';
import { Timer } from '../jobs/timer.ts';
import { Service } from '../kernel/service.ts';
import type { KeyEndings } from '../keystore/key-endings.ts';
import type { Clock } from '../ports.ts';
import { endTransportKeys, type TransportKeyEndsParts } from './transport-key-ends.ts';

/** Looked at as often as this (ms): nobody reads a nearer hour than that. */
const lookEvery = 60_000;
const day = 86_400_000;
/** What a window shows ahead, in days; the first is what is counted as needing somebody. */
const ahead = [30, 90, 365];

export interface PassingTimeParts extends TransportKeyEndsParts {
  readonly clock: Clock;
  readonly endings: KeyEndings;
  readonly due: Pick<DueDeeds, 'counts'>;
  readonly changed: (what: 'key' | 'job' | 'group', ...ids: string[]) => void;
}

/**
 * Tells of what changes although nobody changes anything: a key comes near its end, a rotation waits for a
 * person. Windows read again only what they are told of. Transport keys whose days are over are destroyed.
 */
export class PassingTime extends Service {
  readonly #parts: PassingTimeParts;
  readonly #timer: Timer;
  #endings = '';
  #due = '';

  constructor(parts: PassingTimeParts) {
    super();
    this.#parts = parts;
    this.#timer = new Timer(parts.clock, () => this.#look());
  }

  protected async onStart(): Promise<void> {
    this.#endings = this.#ending();
    this.#due = this.#waiting();
    this.#timer.arm(lookEvery);
  }

  protected async onStop(): Promise<void> {
    this.#timer.stop();
  }

  /** At unlocking too: a process that lives for one command has no minutes. */
  endTransportKeys(): void {
    endTransportKeys(this.#parts);
  }

  #look(): void {
    if (this.stopped) return;
    const { changed } = this.#parts;
    this.endTransportKeys();
    const [endings, due] = [this.#ending(), this.#waiting()];
    if (endings !== this.#endings) changed('key');
    if (due !== this.#due) changed('job');
    this.#endings = endings;
    this.#due = due;
    this.#timer.arm(lookEvery);
  }

  /** How much ends in each time that is shown, and needs somebody. */
  #ending(): string {
    const { clock, endings } = this.#parts;
    const now = clock.now();
    const totals = ahead.map((days) => {
      const until = now + days * day;
      return endings.until({ until, most: 0, after: null }).total;
    });
    return [endings.needing(now), ...totals].join();
  }

  #waiting(): string {
    return JSON.stringify(this.#parts.due.counts());
  }
}
