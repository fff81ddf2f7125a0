import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Caller } from '../core.ts';
import type { OwnSettings } from '../keystore/own-settings.ts';
import type { SlotView } from '../store/slots/key-slots.ts';
import { slotView } from '../store/slots/key-slots.ts';
import type { UnlockWith } from '../store/slots/slot-kinds.ts';
import { unlockHeader } from '../store/slots/unlock.ts';

/**
 * Who may see an open keystore in the browser console. Its owner's word allows it; the browser still
 * has to show what opens it, unless the word was given before it was opened: a page that waits must
 * not fill with real keys because of a command that somebody typed elsewhere.
 */
export class ConsoleEntry {
  readonly #path: string;
  #entered = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** A keystore was opened, or its settings were changed. */
  opened(own: OwnSettings): void {
    this.#entered = own.consoleAllowed;
  }

  changed(own: OwnSettings): void {
    if (!own.consoleAllowed) this.#entered = false;
  }

  /** `own`: of the open keystore; null where none is open. */
  sees(caller: Caller, own: OwnSettings | null): boolean {
    return caller.channel !== 'console' || own === null || (own.consoleAllowed && this.#entered);
  }

  /** @throws OperationError CONSOLE_NOT_ALLOWED, KEYSTORE_LOCKED (allowed, and not unlocked there) */
  require(caller: Caller, own: OwnSettings | null): void {
    this.requireAllowed(caller, own);
    if (!this.sees(caller, own)) throw new OperationError('KEYSTORE_LOCKED', { path: this.#path });
  }

  /** @throws OperationError CONSOLE_NOT_ALLOWED */
  requireAllowed({ channel }: Caller, own: OwnSettings | null): void {
    if (channel === 'console' && own !== null && !own.consoleAllowed)
      throw new OperationError('CONSOLE_NOT_ALLOWED', { path: this.#path });
  }

  /**
   * A console shows what opens the keystore that is open already.
   * @throws OperationError UNLOCK_REFUSED and what else an unlock says
   */
  async enter(unlock: UnlockWith): Promise<SlotView> {
    const { rootKey, slot } = await unlockHeader(this.#path, unlock);
    rootKey.dispose();
    this.#entered = true;
    return slotView(slot);
  }
}
