import type { Caller, Core } from '../../core/core.ts';
import type { OutputFor } from '../cli/operations.ts';
import { type Moment, momentOf, sinceMoment, type Watch } from './moment.ts';

/** Where the keystore says nothing else (minutes). */
const usualMinutes = 10;
/** How often it is looked whether the time is over (ms). */
const lookEvery = 10_000;

export interface LastWindowParts {
  readonly core: Core;
  readonly caller: Caller;
  readonly clock: Watch;
  /** Tests shorten it (ms). */
  readonly lookEvery?: number;
}

/**
 * Locks the keystore when no window has been open for its idle time, also where it locks only when
 * told to: nobody is left who could tell. Jobs go on until then, and stop at their next safe step.
 */
export class LastWindow {
  readonly #parts: LastWindowParts;
  readonly #tabs = new Set<string>();
  #nobodySince: Moment;
  #timer: NodeJS.Timeout | null = null;
  #locking = false;

  constructor(parts: LastWindowParts) {
    this.#parts = parts;
    this.#nobodySince = momentOf(parts.clock);
  }

  begin(): void {
    const every = this.#parts.lookEvery ?? lookEvery;
    this.#timer = setInterval(() => void this.#look(), every).unref();
  }

  end(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  opened(tab: string): void {
    this.#tabs.add(tab);
  }

  closed(tab: string): void {
    this.#tabs.delete(tab);
    if (this.#tabs.size === 0) this.#nobodySince = momentOf(this.#parts.clock);
  }

  async #look(): Promise<void> {
    if (this.#tabs.size > 0 || this.#locking) return;
    const { core, caller, clock } = this.#parts;
    const reply = await core.call('setting.show', {}, caller);
    // Locked already, or not yet there: nothing to lock, and the time begins when it is opened.
    if (!reply.ok) {
      this.#nobodySince = momentOf(clock);
      return;
    }
    const { autoLockMinutes } = reply.output as OutputFor<'setting.show'>;
    const limit = (autoLockMinutes ?? usualMinutes) * 60_000;
    if (this.#tabs.size > 0 || sinceMoment(clock, this.#nobodySince) < limit) return;
    this.#locking = true;
    await core.call('keystore.lock', { why: 'no-window' }, caller);
    this.#locking = false;
  }
}
