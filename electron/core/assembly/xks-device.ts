import { createHsmBridge, type HsmBridge } from '../hsm/bridge/client.ts';
import type { StorageLocation } from '../keystore/rows.ts';
import type { Vault } from '../keystore/vaults.ts';
import type { HostPorts } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { Token } from './token.ts';

/** What the built-in device of external keys is derived for: no other key opens under it. */
export const softwareDevice = 'xks service device';

/**
 * Where service keys are made and kept. The attached HSM is the one of key groups too; the built-in
 * device is one of its own, because a proxy holds its key and must not be able to open anything else.
 */
export class XksDevice {
  readonly #parts: { readonly ports: HostPorts; readonly store: Store; readonly token: Token };
  #bridge: HsmBridge | null = null;
  #software: Promise<Vault> | null = null;

  constructor(parts: { ports: HostPorts; store: Store; token: Token }) {
    this.#parts = parts;
  }

  /** @throws OperationError HSM_* */
  async ready(storage: StorageLocation): Promise<Vault> {
    if (storage === 'hsm') return this.#parts.token.ready('hsm');
    this.#software ??= this.#open();
    try {
      return await this.#software;
    } catch (error) {
      this.#software = null;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#bridge?.detach();
    this.#bridge = null;
    this.#software = null;
  }

  async #open(): Promise<Vault> {
    const { clock, faults, launcher, log } = this.#parts.ports;
    this.#bridge ??= createHsmBridge({ clock, faults, launcher, log });
    using key = this.#parts.store.derive(softwareDevice);
    await this.#bridge.attach({ driver: 'software', key });
    const master = await this.#bridge.createMaster('00');
    const probe = await this.#bridge.probe();
    const title = 'the built-in software driver';
    return { storage: 'software', title, driver: this.#bridge, master, probe };
  }
}
