import type { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { HsmDriver, TokenStatus } from '../driver.ts';
import type { ModuleFile } from '../module-file.ts';

/** A module and how it finds its configuration. */
export interface ModuleChoice {
  /** Absolute path. */
  readonly module: string;
  /** NSS softokn only: `configdir='sql:…' …`. */
  readonly libraryParameters?: string;
  /** For the bridge process alone, e.g. SOFTHSM2_CONF. */
  readonly environment?: Readonly<Record<string, string>>;
}

export type AttachTarget =
  | (ModuleChoice & {
      readonly driver: 'pkcs11';
      /** Refuse any other file; what `attach` returned before. */
      readonly moduleSha256?: string;
      readonly tokenSerial: string;
      readonly tokenLabel: string;
    })
  | {
      readonly driver: 'software';
      /** 32 bytes. Copied; the caller keeps its own. */
      readonly key: Secret;
    };

export interface Attached {
  /** Null for the built-in device. */
  readonly module: ModuleFile | null;
  readonly status: TokenStatus;
}

/**
 * - `none`: nothing attached. `ready`: logged in.
 * - `pin-needed`: the token is there, a person must log in.
 * - `unavailable`, `wrong-token`: being looked for, by a new process each time.
 */
export type BridgeState = 'none' | 'ready' | 'pin-needed' | 'unavailable' | 'wrong-token';

export type BridgeEvent =
  | { readonly type: 'lost'; readonly failure: OperationError }
  | { readonly type: 'back'; readonly status: TokenStatus }
  | { readonly type: 'pin-needed'; readonly status: TokenStatus };

/**
 * The attached device, and the process behind it. Driver methods reject with HSM_UNAVAILABLE,
 * HSM_TIMEOUT, HSM_PIN_NEEDED or HSM_NOT_ATTACHED beside what the driver itself throws.
 */
export interface HsmBridge extends HsmDriver {
  readonly state: BridgeState;
  /** As last read; null while nothing is attached or before the first reading. */
  readonly lastStatus: TokenStatus | null;
  readonly module: ModuleFile | null;
  /** Process id of the bridge; null while there is none. */
  readonly pid: number | null;

  /**
   * Starts a bridge and binds it to one token. The built-in device is logged in at once. With
   * `keepTrying`, a token that is away is looked for in the background, although this call rejects.
   * @throws OperationError BAD_INPUT, HSM_MODULE_UNUSABLE, HSM_UNAVAILABLE, HSM_WRONG_TOKEN
   */
  attach(target: AttachTarget, options?: { readonly keepTrying?: boolean }): Promise<Attached>;
  /** Ends the bridge and forgets target and PIN. May be called twice. */
  detach(): Promise<void>;
  /**
   * One C_Login for one human entry, never repeated. While the token reports that few tries are
   * left, only with `confirmed`. A PIN that succeeds is kept until logout, detach or its first
   * error, and used for one login of each new bridge process.
   * @throws OperationError HSM_PIN_REFUSED, HSM_PIN_LAST_TRY, HSM_PIN_LOCKED
   */
  login(pin: Uint8Array, options?: { readonly confirmed?: boolean }): Promise<TokenStatus>;
  /** Wipes the kept PIN; the present login stays until the process ends. */
  forgetPin(): void;
  /** Ends the process and starts a fresh one, logged in with the kept PIN. */
  respawn(): Promise<TokenStatus>;
  /** Returns the unsubscriber. */
  onEvent(listener: (event: BridgeEvent) => void): () => void;
}
