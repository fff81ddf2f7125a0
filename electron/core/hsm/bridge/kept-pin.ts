import type { Secret } from '../../kernel/secret.ts';

/** A PIN that was right once. Its first error ends it for good. */
export class KeptPin {
  #pin: Secret | null = null;

  /** Takes a copy of its own. */
  keep(pin: Secret): void {
    this.forget();
    this.#pin = pin.clone();
  }

  /** Bytes for one login, to be zeroed by who asked; null when none is kept. */
  copy(): Buffer | null {
    return this.#pin?.use((bytes) => Buffer.from(bytes)) ?? null;
  }

  forget(): void {
    this.#pin?.dispose();
    this.#pin = null;
  }
}
