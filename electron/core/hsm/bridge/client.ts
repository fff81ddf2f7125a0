import type { KeySpec, WrappingAlgorithm } from '../../../../shared/model/key-specs.ts';
import type {
  Kcv,
  KeyBlob,
  MasterKey,
  ProbeResult,
  ServiceKey,
  TokenStatus,
  TransportKey,
  WrappedForAws,
} from '../driver.ts';
import type { ModuleFile } from '../module-file.ts';
import type { Attached, AttachTarget, BridgeEvent, BridgeState, HsmBridge } from './bridge.ts';
import type { Method } from './methods.ts';
import type { BridgePorts } from './one-shot.ts';
import type { Answer } from './protocol.ts';
import { BridgeSession } from './session.ts';

export type {
  Attached,
  AttachTarget,
  BridgeEvent,
  BridgeState,
  HsmBridge,
  ModuleChoice,
} from './bridge.ts';

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
  generateKey(masterId: string, spec: KeySpec): Promise<KeyBlob> {
    return this.#call('generateKey', [masterId, spec]);
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
  makeTransportKey(masterId: string): Promise<TransportKey> {
    return this.#call('makeTransportKey', [masterId]);
  }
  bringIn({ blob, algorithm }: TransportKey, wrapped: Uint8Array, spec: KeySpec): Promise<KeyBlob> {
    return this.#call('bringIn', [{ blob: plain(blob), algorithm }, wrapped, spec]);
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
  installServiceKey(id: string, blob: KeyBlob): Promise<void> {
    return this.#call('installServiceKey', [id, plain(blob)]);
  }
  createServiceKey(id: string): Promise<void> {
    return this.#call('createServiceKey', [id]);
  }
  removeServiceKey(id: string): Promise<boolean> {
    return this.#call('removeServiceKey', [id]);
  }
  gcmEncrypt(key: ServiceKey, aad: Uint8Array, value: Uint8Array): Promise<Uint8Array> {
    const copy = Buffer.from(value);
    return this.#call('gcmEncrypt', [service(key), aad, copy], [copy]);
  }
  gcmDecrypt(key: ServiceKey, aad: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
    return this.#call('gcmDecrypt', [service(key), aad, sealed]);
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

const service = ({ id, blob }: ServiceKey): ServiceKey => ({
  id,
  blob: blob === null ? null : plain(blob),
});

/** Only what the driver needs travels, whatever else the caller's object carries. */
function plain({ spec, wrapped, mechanism, masterId, kcv, publicKey }: KeyBlob): KeyBlob {
  const { method, value } = kcv;
  return { spec, wrapped, mechanism, masterId, kcv: { method, value }, publicKey };
}
