import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Secret } from '../../kernel/secret.ts';
import type {
  HsmDriver,
  Kcv,
  KeyBlob,
  MasterKey,
  ProbeResult,
  TokenStatus,
  WrappedForAws,
  WrappingAlgorithm,
} from '../driver.ts';
import type { ModuleFile } from '../module-file.ts';
import type { Answer, Method } from './protocol.ts';
import type { BridgePorts, ModuleChoice } from './one-shot.ts';
import { BridgeSession } from './session.ts';

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

/** The attached device, and the process behind it. Driver methods reject with HSM_UNAVAILABLE,
 * HSM_TIMEOUT, HSM_PIN_NEEDED or HSM_NOT_ATTACHED beside what the driver itself throws. */
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

/** Makes a bridge with nothing attached. */
export function createHsmBridge(ports: BridgePorts): HsmBridge {
  return new Bridge(ports);
}

class Bridge implements HsmBridge {
  readonly #session: BridgeSession;

  constructor(ports: BridgePorts) {
    this.#session = new BridgeSession(ports);
  }

  get state(): BridgeState {
    return this.#session.state;
  }
  get lastStatus(): TokenStatus | null {
    return this.#session.lastStatus;
  }
  get module(): ModuleFile | null {
    return this.#session.module;
  }
  get pid(): number | null {
    return this.#session.pid;
  }

  attach(target: AttachTarget, options: { keepTrying?: boolean } = {}): Promise<Attached> {
    return this.#session.attach(target, options.keepTrying === true);
  }
  detach(): Promise<void> {
    return this.#session.detach();
  }
  login(pin: Uint8Array, options: { confirmed?: boolean } = {}): Promise<TokenStatus> {
    return this.#session.login(pin, options.confirmed === true);
  }
  logout(): Promise<void> {
    return this.#session.logout();
  }
  forgetPin(): void {
    this.#session.forgetPin();
  }
  respawn(): Promise<TokenStatus> {
    return this.#session.respawn();
  }
  onEvent(listener: (event: BridgeEvent) => void): () => void {
    return this.#session.onEvent(listener);
  }
  status(): Promise<TokenStatus> {
    return this.#session.readStatus();
  }

  probe(): Promise<ProbeResult> {
    return this.#call('probe').then((result) => ({
      ...result,
      findings: result.findings.map(({ external, ...rest }) =>
        external === undefined ? rest : { ...rest, external },
      ),
    }));
  }
  findMasters(): Promise<readonly MasterKey[]> {
    return this.#call('findMasters');
  }
  createMaster(id: string): Promise<MasterKey> {
    return this.#call('createMaster', [id]);
  }
  tryMaster(id: string): Promise<MasterKey> {
    return this.#call('tryMaster', [id]);
  }
  generateAes256(masterId: string): Promise<KeyBlob> {
    return this.#call('generateAes256', [masterId]);
  }
  kcvOf(blob: KeyBlob): Promise<Kcv> {
    return this.#call('kcvOf', [plain(blob)]);
  }
  wrapForAws(
    blob: KeyBlob,
    spki: Uint8Array,
    algorithm: WrappingAlgorithm,
  ): Promise<WrappedForAws> {
    return this.#call('wrapForAws', [plain(blob), spki, algorithm]);
  }
  createSlotKey(id: string): Promise<void> {
    return this.#call('createSlotKey', [id]);
  }
  sealWithSlotKey(id: string, value: Uint8Array, aad: Uint8Array): Promise<Uint8Array> {
    const copy = Buffer.from(value);
    return this.#call('sealWithSlotKey', [id, copy, aad], [copy]);
  }
  openWithSlotKey(id: string, sealed: Uint8Array, aad: Uint8Array): Promise<Uint8Array> {
    return this.#call('openWithSlotKey', [id, sealed, aad]);
  }
  auditPublicKey(id: string, create: boolean): Promise<Uint8Array | null> {
    return this.#call('auditPublicKey', [id, create]);
  }
  signAudit(id: string, message: Uint8Array): Promise<Uint8Array> {
    return this.#call('signAudit', [id, message]);
  }
  writeAnchor(name: string, value: Uint8Array): Promise<void> {
    return this.#call('writeAnchor', [name, value]);
  }
  readAnchor(name: string): Promise<Uint8Array | null> {
    return this.#call('readAnchor', [name]);
  }

  #call<M extends Method>(
    method: M,
    args: readonly unknown[] = [],
    wipe: readonly Uint8Array[] = [],
  ): Promise<Answer<M>> {
    return this.#session.call(method, args, wipe);
  }
}

/** Only what the driver needs travels, whatever else the caller's object carries. */
function plain({ wrapped, mechanism, masterId, kcv }: KeyBlob): KeyBlob {
  return { wrapped, mechanism, masterId, kcv: { method: kcv.method, value: kcv.value } };
}
