import type { Cryptoki, Handle, Template } from './cryptoki.ts';
import { SessionCopies } from './session-copies.ts';

/** What tells one object of ours from every other. */
export interface ObjectQuery {
  readonly CLASS: number;
  readonly LABEL: string;
  readonly ID: Buffer;
}

/**
 * Handles of token objects by class, label and CKA_ID. A find walks the whole token on SoftHSM
 * (32 microseconds per object), so a found handle is kept until a call says that it is stale. What
 * was not found is not kept: another process may make it.
 */
export class TokenObjects {
  readonly #cryptoki: Cryptoki;
  readonly #handles = new Map<string, Handle>();
  /** Of keys that are used by the thousand. */
  readonly copies = new SessionCopies();

  constructor(cryptoki: Cryptoki) {
    this.#cryptoki = cryptoki;
  }

  /** Every object that matches, read from the token now. */
  all(session: Handle, query: Template): Handle[] {
    return this.#cryptoki.find(session, { TOKEN: true, ...query });
  }

  /**
   * The one object that matches; null when there is none or more than one (see {@link all}). An
   * object that `check` throws on is not kept, so it is looked at again.
   */
  one(
    session: Handle,
    query: ObjectQuery,
    check: (object: Handle) => void = () => undefined,
  ): Handle | null {
    const name = `${query.CLASS}/${query.LABEL}/${query.ID.toString('hex')}`;
    const known = this.#handles.get(name);
    if (known !== undefined) return known;
    // the id first: SoftHSM decrypts what it compares, and stops at the first difference
    const { ID, LABEL, CLASS } = query;
    const [found, ...more] = this.all(session, { ID, LABEL, CLASS });
    if (found === undefined || more.length > 0) return null;
    check(found);
    this.#handles.set(name, found);
    return found;
  }

  forgetAll(): void {
    this.#handles.clear();
    this.copies.forgetAll((session, handle) => this.#cryptoki.destroy(session, handle));
  }
}
