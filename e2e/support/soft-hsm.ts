import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { AttachTarget } from '../../electron/core/hsm/bridge/bridge.ts';
import { prepareSoftToken } from '../../electron/hosts/demo/soft-token.ts';
import type { Desk } from './desk.ts';

export const tokenLabel = 'BYOK-A';

/** A SoftHSM token of a desk's own, and what can be done to it behind the console's back. */
export class SoftHsm {
  readonly folder: string;
  readonly configuration: string;
  readonly module: string;
  readonly pin = Buffer.from('4711-and-some-more');

  /** Sets SOFTHSM2_CONF for this process: one token per spec file at a time. */
  constructor(folder: string) {
    const token = prepareSoftToken(folder);
    if (!token) throw new Error('SoftHSM is not installed: npm run setup');
    this.folder = join(folder, 'softhsm-tokens');
    this.configuration = token.configuration;
    this.module = token.module;
  }

  /** Sets the empty token up, probes it and makes its master key. */
  async attach(desk: Pick<Desk, 'call'>): Promise<void> {
    await desk.call('hsm.attach', {
      module: this.module,
      label: tokenLabel,
      pin: Uint8Array.from(this.pin),
      soPin: Uint8Array.from(this.pin),
      initializeToken: true,
      createMaster: true,
    });
  }

  async login(desk: Pick<Desk, 'call'>, pin = this.pin): Promise<void> {
    await desk.call('hsm.login', { pin: Uint8Array.from(pin) });
  }

  async target(desk: Desk): Promise<AttachTarget> {
    const { token } = await desk.call('hsm.status', {});
    return {
      driver: 'pkcs11',
      module: this.module,
      environment: { SOFTHSM2_CONF: this.configuration },
      tokenSerial: token?.serial ?? '',
      tokenLabel,
    };
  }

  /** Pulls the token out: its files are elsewhere until `putBack`. */
  pullOut(): void {
    renameSync(this.folder, `${this.folder}.away`);
  }
  putBack(): void {
    renameSync(`${this.folder}.away`, this.folder);
  }

  get files(): readonly string[] {
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' });
  }
}
