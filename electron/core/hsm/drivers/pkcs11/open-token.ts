import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { TokenStatus } from '../../driver.ts';
import type { Cryptoki, Handle } from './cryptoki.ts';
import { CryptokiError, failureOf } from './cryptoki-error.ts';
import { CKF, CKM, CKU, userStates } from './numbers.ts';
import { TokenObjects } from './token-objects.ts';
import { has, type TokenInSlot, tokenBound, tokenStatus } from './token-list.ts';

/** One piece of work in one session; session objects it makes are destroyed at its end. */
export interface Scope {
  readonly session: Handle;
  readonly cryptoki: Cryptoki;
  readonly objects: TokenObjects;
  /** The longest RSA key that the module says it makes. Only ever held against it. */
  mostRsaBits(): number;
  /** Marks a session object for destruction when the work ends, also when it fails. */
  temporary(object: Handle): Handle;
}

const sessionLost: readonly string[] = ['CKR_SESSION_HANDLE_INVALID', 'CKR_SESSION_CLOSED'];
const handleLost: readonly string[] = [
  'CKR_KEY_HANDLE_INVALID',
  'CKR_OBJECT_HANDLE_INVALID',
  'CKR_WRAPPING_KEY_HANDLE_INVALID',
  'CKR_UNWRAPPING_KEY_HANDLE_INVALID',
];

const rsaMake = CKM.RSA_PKCS_KEY_PAIR_GEN;

/**
 * One token of one loaded module. Two sessions: a read-only one that keeps the login alive (the
 * login belongs to token and process, and ends with the last session), and a read-write one for
 * the work, which may be replaced. Calls are synchronous, so more would never be in use at once.
 */
export class OpenToken {
  readonly cryptoki: Cryptoki;
  readonly #slot: Handle;
  readonly #loginRequired: boolean;
  readonly #keeper: Handle;
  readonly objects: TokenObjects;
  readonly serial: string;
  #working: Handle | null = null;

  private constructor(cryptoki: Cryptoki, token: TokenInSlot) {
    this.cryptoki = cryptoki;
    this.#slot = token.slot;
    this.serial = token.status.serial;
    this.#loginRequired = has(token.flags, CKF.LOGIN_REQUIRED);
    this.objects = new TokenObjects(cryptoki);
    this.#keeper = this.#openSession(CKF.SERIAL_SESSION);
  }

  /** @throws OperationError HSM_UNAVAILABLE, HSM_WRONG_TOKEN; CryptokiError */
  static bind(cryptoki: Cryptoki, wanted: { serial: string; label: string }): OpenToken {
    return new OpenToken(cryptoki, tokenBound(cryptoki, wanted));
  }

  status(): TokenStatus {
    return tokenStatus(this.cryptoki.tokenInfo(this.#slot), this.#loggedIn());
  }

  /**
   * Exactly one C_Login, none when a user is logged in already.
   * @throws OperationError HSM_PIN_REFUSED, HSM_PIN_LOCKED with the PIN state read afterwards
   */
  login(pin: Uint8Array): TokenStatus {
    if (this.#loginRequired && this.#loggedIn()) return this.status();
    // pkcs11js takes the PIN as a string only: that copy lives until this process ends.
    const text = Buffer.from(pin).toString('utf8');
    try {
      this.cryptoki.call('C_Login', (m) => m.C_Login(this.#keeper, CKU.USER, text));
    } catch (error) {
      if (!(error instanceof CryptokiError)) throw error;
      if (error.is('CKR_USER_ALREADY_LOGGED_IN')) return this.status();
      const { pin: state, label, serial } = this.status();
      throw failureOf(error, { details: { pin: state, label, serial } });
    }
    return this.status();
  }

  logout(): void {
    this.objects.forgetAll();
    if (!this.#loggedIn()) return;
    this.cryptoki.call('C_Logout', (m) => m.C_Logout(this.#keeper));
  }

  /**
   * Runs `run` in the working session. When the session or a cached handle turns out to be stale,
   * both are renewed, and `run` is tried once more if it may be repeated.
   * @throws OperationError HSM_PIN_NEEDED; whatever `run` throws
   */
  work<T>(run: (scope: Scope) => T, options: { repeatable?: boolean } = {}): T {
    this.#requireLogin();
    try {
      return this.#once(run);
    } catch (error) {
      if (!(error instanceof CryptokiError)) throw error;
      if (!error.is(...sessionLost, ...handleLost)) throw error;
      this.objects.forgetAll();
      if (error.is(...sessionLost)) this.#working = null;
      this.#requireLogin();
      if (options.repeatable === false) throw error;
    }
    return this.#once(run);
  }

  #once<T>(run: (scope: Scope) => T): T {
    this.#working ??= this.#openSession(CKF.SERIAL_SESSION | CKF.RW_SESSION);
    const session = this.#working;
    const temporaries: Handle[] = [];
    const temporary = (object: Handle): Handle => {
      temporaries.push(object);
      return object;
    };
    const { cryptoki, objects } = this;
    try {
      const mostRsaBits = (): number => cryptoki.mechanism(this.#slot, rsaMake).maxKeySize;
      return run({ session, cryptoki, objects, temporary, mostRsaBits });
    } finally {
      this.#destroyAll(session, temporaries);
    }
  }

  /** Clear keys must not stay behind: when one cannot be destroyed, its session goes. */
  #destroyAll(session: Handle, objects: readonly Handle[]): void {
    let left = false;
    for (const object of objects.toReversed()) {
      try {
        this.cryptoki.destroy(session, object);
      } catch (error) {
        if (!(error instanceof CryptokiError)) throw error;
        left ||= !error.is(...sessionLost);
      }
    }
    if (!left) return;
    this.#working = null;
    this.cryptoki.call('C_CloseSession', (m) => m.C_CloseSession(session));
  }

  #openSession(flags: number): Handle {
    return this.cryptoki.call('C_OpenSession', (m) => m.C_OpenSession(this.#slot, flags));
  }

  #loggedIn(): boolean {
    const info = this.cryptoki.call('C_GetSessionInfo', (m) => m.C_GetSessionInfo(this.#keeper));
    return userStates.includes(info.state);
  }

  /** Without it a logged-out token looks like an empty one, and a master key like a lost one. */
  #requireLogin(): void {
    if (!this.#loginRequired || this.#loggedIn()) return;
    const external = { name: 'CKR_USER_NOT_LOGGED_IN', at: 'C_GetSessionInfo' };
    throw new OperationError('HSM_PIN_NEEDED', {}, { external });
  }
}
