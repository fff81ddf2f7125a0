import type { Handle } from './cryptoki.ts';
import { CryptokiError } from './cryptoki-error.ts';
import type { Scope } from './open-token.ts';

/** Milliseconds after which the token is looked at again before a copy is used. */
const trustedFor = 2_000;
/** Each copy takes memory of the module. */
const most = 2_000;

interface Copy {
  readonly session: Handle;
  /** Null where the module refused: then the token key itself is used. */
  readonly handle: Handle | null;
  readonly lookedAt: number;
}

/**
 * Copies of token keys in the working session, never readable and never on the token. SoftHSM locks
 * and stats the file of a token key about six times for each use, which is most of what a use costs.
 * A copy outlives a change that another process makes to the token key; so the token key is looked
 * at whenever the last look is two seconds old.
 */
export class SessionCopies {
  readonly #copies = new Map<string, Copy>();
  readonly #now: () => number;
  #held = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** What to use if the token was looked at a moment ago: a copy, or null for the token key itself. */
  recent({ session }: Scope, name: string): { readonly handle: Handle | null } | null {
    const known = this.#copies.get(name);
    if (known?.session !== session) return null;
    return this.#now() - known.lookedAt < trustedFor ? known : null;
  }

  /** A copy of `key`, which has just been looked at on the token; or `key` where there is none. */
  take(scope: Scope, name: string, key: Handle): Handle {
    const { session } = scope;
    const known = this.#copies.get(name);
    const handle = known?.session === session ? known.handle : this.#copyOf(scope, key);
    this.#copies.set(name, { session, handle, lookedAt: this.#now() });
    return handle ?? key;
  }

  /** Ends all copies; those of a session that is gone went with it. */
  forgetAll(destroy: (session: Handle, handle: Handle) => void): void {
    for (const { session, handle } of this.#copies.values()) {
      if (handle === null) continue;
      try {
        destroy(session, handle);
      } catch (error) {
        if (!(error instanceof CryptokiError)) throw error;
      }
    }
    this.#copies.clear();
    this.#held = 0;
  }

  #copyOf({ cryptoki, session }: Scope, key: Handle): Handle | null {
    if (this.#held >= most) return null;
    try {
      const handle = cryptoki.copy(session, key, { TOKEN: false });
      this.#held++;
      return handle;
    } catch (error) {
      // a key that may not be copied, or a module that cannot: the token key serves
      if (error instanceof CryptokiError) return null;
      throw error;
    }
  }
}
