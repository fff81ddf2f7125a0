import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { KeySpec } from '../../../shared/model/key-specs.ts';
import type { AuditSigner } from '../audit/signer.ts';
import { spkiFingerprint } from '../crypto/signature.ts';
import type { AttachTarget } from '../hsm/bridge/bridge.ts';
import { type BridgeState, createHsmBridge, type HsmBridge } from '../hsm/bridge/client.ts';
import type { MasterKey, ProbeResult } from '../hsm/driver.ts';
import type { StorageLocation } from '../keystore/rows.ts';
import type { Settings } from '../keystore/settings.ts';
import type { Vault, Vaults } from '../keystore/vaults.ts';
import type { HostPorts } from '../ports.ts';
import type { AnchorPlace } from '../store/anchor.ts';
import type { HsmSeal } from '../store/slots/slot-kinds.ts';
import type { Store } from '../store/store.ts';
import { rememberToken, sealOf } from './opening-token.ts';
import { environmentOf, practicePin } from './practice-token.ts';
import { bindingTitle, type HsmBinding, readBinding, writeBinding } from './hsm-binding.ts';

export interface TokenParts {
  readonly ports: HostPorts;
  readonly store: Store;
  readonly settings: Settings;
  /** A person logged in: compares the keystore with what the token remembers of it. */
  onReady(): Promise<void>;
  /** The bridge process died or had to be ended. */
  onLost(): void;
  /** The token came, went, or wants a PIN. */
  onState(): void;
  /** The built-in software device was lost and answers again. */
  onBuiltInBack(): void;
}

/** What a person chose when attaching. PINs are used once here and not kept by this class. */
export interface AttachChoice {
  readonly module: string;
  readonly libraryParameters?: string | undefined;
  readonly serial: string;
  readonly label: string;
  readonly pin: Uint8Array | null;
  /** A person has seen that few tries are left. */
  readonly confirmLastTry?: boolean;
  readonly createMaster: boolean;
  readonly secondCopy: string | null;
  /** Folder of a practice token that the core made. */
  readonly practiceFolder?: string;
}

/**
 * The attached HSM and the built-in software device of one open keystore, each behind a bridge
 * process that is started when it is first needed.
 */
export class Token implements Vaults {
  readonly #parts: TokenParts;
  readonly #hsm: HsmBridge;
  readonly #software: HsmBridge;
  #binding: HsmBinding | null;
  #attaching: Promise<void> | null = null;
  #softwareVault: Promise<Vault> | null = null;
  /** Bridge process in which the master key was last found to be the one we know. */
  #masterSeenBy: number | null = null;
  #signer: AuditSigner | null = null;
  #ownLogin: Promise<void> | null = null;

  constructor(parts: TokenParts) {
    this.#parts = parts;
    const { clock, faults, launcher, log } = parts.ports;
    this.#hsm = createHsmBridge({ clock, faults, launcher, log });
    this.#software = createHsmBridge({ clock, faults, launcher, log });
    this.#binding = readBinding(parts.settings);
    this.#hsm.onEvent((event) => {
      if (event.type === 'lost') {
        this.#masterSeenBy = null;
        parts.onLost();
      }
      log.log('info', 'hsm-state', { state: event.type });
      parts.onState();
    });
    this.#software.onEvent(({ type }) => {
      if (type === 'lost') parts.onLost();
      if (type === 'back') parts.onBuiltInBack();
    });
  }

  get binding(): HsmBinding | null {
    return this.#binding;
  }
  /** Which keys it takes to AWS unchanged, as it was last probed; null without a token. */
  get specs(): ReadonlySet<KeySpec> | null {
    const sendable = this.#binding?.probe.sendable;
    return sendable === undefined ? null : new Set(sendable.map(({ spec }) => spec));
  }

  get title(): string | null {
    return this.#binding ? bindingTitle(this.#binding) : null;
  }
  get state(): BridgeState {
    return this.#hsm.state;
  }
  get bridge(): HsmBridge {
    return this.#hsm;
  }

  async ready(storage: StorageLocation): Promise<Vault> {
    if (storage === 'software') {
      this.#softwareVault ??= this.#openSoftware();
      try {
        return await this.#softwareVault;
      } catch (error) {
        this.#softwareVault = null;
        throw error;
      }
    }
    const binding = this.#binding;
    if (!binding) throw new OperationError('HSM_NOT_ATTACHED');
    await this.#attachBound(binding);
    await this.#loginByItself(binding);
    if (this.#hsm.state === 'pin-needed') {
      throw new OperationError('HSM_PIN_NEEDED', {
        token: binding.label,
        serial: binding.serial,
        pin: this.#hsm.lastStatus?.pin ?? 'ok',
      });
    }
    await this.#requireMaster(binding.master);
    return {
      storage,
      title: bindingTitle(binding),
      driver: this.#hsm,
      master: binding.master,
      probe: binding.probe,
    };
  }

  /** Starts the bridge for the token this keystore is bound to, unless it runs. */
  async wake(): Promise<void> {
    if (!this.#binding) return;
    await this.#attachBound(this.#binding);
    await this.#loginByItself(this.#binding);
  }

  /**
   * Binds this keystore to a token: probe, then find the master key or, asked to, make it.
   * @throws OperationError HSM_*
   */
  async attach(choice: AttachChoice): Promise<HsmBinding> {
    const former = this.#binding;
    const { practiceFolder } = choice;
    const attached = await this.#hsm.attach(
      this.#target({ ...choice, libraryParameters: choice.libraryParameters ?? null }),
    );
    try {
      const confirmed = choice.confirmLastTry === true;
      if (choice.pin) await this.#hsm.login(choice.pin, { confirmed });
      else if (this.#hsm.state === 'pin-needed')
        throw new OperationError('HSM_PIN_NEEDED', { token: choice.label, serial: choice.serial });
      const probe = await this.#hsm.probe();
      if (probe.wrappingAlgorithms.length === 0 || probe.blobMechanism === null) {
        throw new OperationError('HSM_CANNOT_SEND', {
          vault: choice.label,
          findings: probe.findings.filter((f) => !f.ok).map((f) => f.sentence),
        });
      }
      const master = await this.#master(former, choice.createMaster);
      const binding: HsmBinding = {
        module: attached.module?.resolved ?? choice.module,
        moduleSha256: attached.module?.sha256 ?? '',
        libraryParameters: choice.libraryParameters ?? null,
        serial: choice.serial,
        label: choice.label,
        master,
        secondCopy: choice.secondCopy ?? former?.secondCopy ?? null,
        probe,
        probedAt: this.#parts.ports.clock.now(),
        seen: attached.status,
        ...(practiceFolder === undefined ? {} : { practiceFolder }),
      };
      this.#parts.store.change(() => writeBinding(this.#parts.settings, binding));
      this.#binding = binding;
      if (practiceFolder === undefined) rememberToken(this.#parts.ports, binding);
      await this.#becameReady();
      return binding;
    } catch (error) {
      await this.#hsm.detach();
      throw error;
    }
  }

  async login(pin: Uint8Array, confirmed: boolean): Promise<void> {
    if (!this.#binding) throw new OperationError('HSM_NOT_ATTACHED');
    await this.#attachBound(this.#binding);
    await this.#hsm.login(pin, { confirmed });
    await this.#becameReady();
  }

  async probe(): Promise<HsmBinding> {
    await this.ready('hsm');
    const before = this.#binding;
    if (!before) throw new OperationError('HSM_NOT_ATTACHED');
    const probe: ProbeResult = await this.#hsm.probe();
    const binding = { ...before, probe, probedAt: this.#parts.ports.clock.now() };
    this.#parts.store.change(() => writeBinding(this.#parts.settings, binding));
    this.#binding = binding;
    return binding;
  }

  /** The HSM's audit signing key, once it was logged in; null while it cannot sign. */
  auditSigner(): AuditSigner | null {
    return this.#hsm.state === 'ready' ? this.#signer : null;
  }

  /** Seals and opens this keystore's slots; makes the token's slot key when it is not there. */
  async slotSeal(): Promise<HsmSeal> {
    const vault = await this.ready('hsm');
    if (!vault.probe.aesGcm) {
      throw new OperationError('HSM_CANNOT_SEND', {
        vault: vault.title,
        problem: 'it has no AES-GCM',
      });
    }
    const { id } = this.#parts.store;
    await vault.driver.createSlotKey(id);
    return sealOf(vault.driver, vault.master.tokenSerial, id);
  }

  /** A data object in the HSM that remembers the newest state; null where there cannot be one. */
  anchorPlace(): AnchorPlace | null {
    if (this.#hsm.state !== 'ready' || !this.#binding?.probe.dataObjects) return null;
    const name = `keyreeve ${this.#parts.store.id}`;
    return {
      read: async () => {
        const kept = await this.#hsm.readAnchor(name);
        return kept ? Buffer.from(kept) : null;
      },
      write: (bytes) => this.#hsm.writeAnchor(name, bytes),
    };
  }

  /** Wipes PIN and keys, ends both bridge processes. */
  async close(): Promise<void> {
    await this.#hsm.detach();
    await this.#software.detach();
    this.#softwareVault = null;
  }

  async #becameReady(): Promise<void> {
    const { store } = this.#parts;
    if (this.#binding?.probe.auditSigning) {
      const spki = await this.#hsm.auditPublicKey(store.id, true);
      if (spki) {
        const publicKey = Buffer.from(spki);
        this.#signer = {
          kind: 'hsm',
          publicKey,
          fingerprint: spkiFingerprint(publicKey),
          sign: async (data) => Buffer.from(await this.#hsm.signAudit(store.id, data)),
        };
      }
    }
    await this.#parts.onReady();
    this.#parts.onState();
  }

  #target(
    place: Pick<HsmBinding, 'module' | 'libraryParameters' | 'serial' | 'label' | 'practiceFolder'>,
  ): Extract<AttachTarget, { driver: 'pkcs11' }> {
    const { module, libraryParameters, serial, label } = place;
    const environment = environmentOf(this.#parts.ports, place.practiceFolder);
    return {
      driver: 'pkcs11',
      module,
      ...(libraryParameters === null ? {} : { libraryParameters }),
      ...(environment === undefined ? {} : { environment }),
      tokenSerial: serial,
      tokenLabel: label,
    };
  }

  /** A practice token that the core made is given its PIN by the core: tried once, never again. */
  async #loginByItself(binding: HsmBinding): Promise<void> {
    if (this.#hsm.state !== 'pin-needed') return;
    this.#ownLogin ??= this.#giveOwnPin(binding).finally(() => {
      if (this.#hsm.state === 'ready') this.#ownLogin = null;
    });
    await this.#ownLogin;
  }

  async #giveOwnPin(binding: HsmBinding): Promise<void> {
    const pin = practicePin(this.#parts.store, binding);
    if (pin === null) return;
    try {
      await pin.use((bytes) => this.login(bytes, false));
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      this.#parts.ports.log.log('warn', 'practice-pin-refused', { code: error.code });
    } finally {
      pin.dispose();
    }
  }

  #attachBound(binding: HsmBinding): Promise<void> {
    if (this.#hsm.state !== 'none') return Promise.resolve();
    this.#attaching ??= this.#hsm
      .attach(
        { ...this.#target(binding), moduleSha256: binding.moduleSha256 },
        { keepTrying: true },
      )
      .then(() => undefined)
      .finally(() => {
        this.#attaching = null;
      });
    return this.#attaching;
  }

  /** Once for each bridge process: the master is there and is the one our blobs are under. */
  async #requireMaster(known: MasterKey): Promise<void> {
    const pid = this.#hsm.pid;
    if (pid !== null && pid === this.#masterSeenBy) return;
    const found = (await this.#hsm.findMasters()).find((master) => master.id === known.id);
    if (!found)
      throw new OperationError('HSM_MASTER_MISSING', {
        master: known.id,
        serial: known.tokenSerial,
      });
    requireSameMaster(known, found);
    this.#masterSeenBy = pid;
  }

  /** The master that this keystore knows, else the token's only one, else a new one if asked for. */
  async #master(former: HsmBinding | null, create: boolean): Promise<MasterKey> {
    const masters = await this.#hsm.findMasters();
    if (former) {
      const same = masters.find((master) => master.id === former.master.id);
      if (!same)
        throw new OperationError('HSM_MASTER_MISSING', {
          master: former.master.id,
          serial: former.serial,
        });
      requireSameMaster(former.master, same);
      return this.#tried(same);
    }
    const [only, second] = masters;
    if (only && !second) return this.#tried(only);
    if (second)
      throw new OperationError('HSM_MASTER_DIFFERS', {
        masters: masters.map((master) => master.id),
      });
    if (!create)
      throw new OperationError('HSM_MASTER_MISSING', {
        master: 'none',
        serial: this.#hsm.lastStatus?.serial ?? '',
      });
    const id = this.#parts.ports.random(16).toString('hex');
    return this.#tried(await this.#hsm.createMaster(id));
  }

  /** Before its first blob a master is found again and tried by a fresh process. */
  async #tried(master: MasterKey): Promise<MasterKey> {
    await this.#hsm.respawn();
    const found = await this.#hsm.tryMaster(master.id);
    requireSameMaster(master, found);
    this.#masterSeenBy = this.#hsm.pid;
    return found;
  }

  async #openSoftware(): Promise<Vault> {
    const key = this.#parts.store.derive('software vault');
    try {
      await this.#software.attach({ driver: 'software', key });
    } finally {
      key.dispose();
    }
    const master = await this.#software.createMaster('00');
    const probe = await this.#software.probe();
    return {
      storage: 'software',
      title: 'the built-in software driver',
      driver: this.#software,
      master,
      probe,
    };
  }
}

function requireSameMaster(known: MasterKey, found: MasterKey): void {
  if (known.kcv.method === found.kcv.method && known.kcv.value === found.kcv.value) return;
  throw new OperationError('HSM_MASTER_DIFFERS', {
    master: known.id,
    expected: known.kcv.value,
    found: found.kcv.value,
  });
}
