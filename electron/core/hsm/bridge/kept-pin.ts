import { ownMemory, type Secret } from '../../kernel/secret.ts';
import type { Logger } from '../../ports.ts';

/** A PIN that was right once. Its first error ends it for good. */
export class KeptPin {
  readonly #log: Logger;
  #pin: Secret | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Takes a copy of its own. */
  keep(pin: Secret): void {
    this.forget();
    this.#pin = pin.clone();
  }

  /** Bytes for one login, to be zeroed by who asked; null when none is kept. */
  copy(): Buffer | null {
    return this.#pin === null ? null : bytesOf(this.#pin);
  }

  /** The token did not take it any more. */
  refused(code: string): void {
    this.#log.log('warn', 'hsm.kept-pin-refused', { code });
    this.forget();
  }

  forget(): void {
    this.#pin?.dispose();
    this.#pin = null;
  }
}

/** A copy in memory of its own, so that zeroing it zeroes all of it. */
export const bytesOf = (secret: Secret): Buffer =>
  secret.use((bytes) => {
    const copy = ownMemory(bytes.length);
    copy.set(bytes);
    return copy;
  });
