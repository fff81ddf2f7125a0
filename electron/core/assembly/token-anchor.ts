import { OperationError } from '../../../shared/errors/operation-error.ts';
import { Anchor } from '../store/anchor.ts';
import type { OpenStore } from '../store/open-store.ts';
import type { Token } from './token.ts';

/** How the open keystore stands to what the HSM remembers of it, for as long as it is open. */
export class TokenAnchor {
  readonly #store: OpenStore;
  readonly #token: Token;
  /** `not-read`: the token could not be asked yet. */
  finding: 'none' | 'matches' | 'older' | 'not-read' = 'not-read';

  constructor(store: OpenStore, token: Token) {
    this.#store = store;
    this.#token = token;
  }

  /**
   * Compares as soon as the token can be read, and once. An older or differing keystore becomes
   * read-only.
   */
  async check(): Promise<void> {
    if (this.finding !== 'not-read') return;
    const anchor = this.#anchor();
    if (anchor === null) return;
    const finding = await anchor.check();
    this.finding = finding === 'differs' ? 'older' : finding;
    if (finding === 'none') await anchor.record();
  }

  /** At a lock: the state of now is what the HSM remembers. Nothing where it keeps no such thing. */
  async leave(): Promise<void> {
    await this.#anchor()?.record();
  }

  /**
   * A person decided to go on with this keystore: the numbers of its last change, here and in the HSM.
   * @throws OperationError HSM_PIN_NEEDED, and what the HSM refuses
   */
  async acceptOlder(): Promise<{ readonly store: number; readonly anchor: number | null }> {
    const anchor = this.#anchor();
    if (anchor === null) throw new OperationError('HSM_PIN_NEEDED');
    const numbers = await anchor.acceptOlder();
    this.finding = 'matches';
    return numbers;
  }

  #anchor(): Anchor | null {
    const place = this.#token.anchorPlace();
    return place === null ? null : new Anchor(this.#store, place);
  }
}
