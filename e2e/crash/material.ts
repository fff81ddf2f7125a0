import { constants, createHash, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { createHsmBridge } from '../../electron/core/hsm/bridge/client.ts';
import type { HsmBridge } from '../../electron/core/hsm/bridge/bridge.ts';
import type { KeyBlob } from '../../electron/core/hsm/driver.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { nodeLauncher } from '../../electron/core/kernel/node-launcher.ts';
import { softwareDevice } from '../../electron/core/assembly/xks-device.ts';
import { outerKey } from '../../electron/core/store/keys.ts';
import type { WrappingAlgorithm } from '../../shared/model/key-specs.ts';
import { tokenLabel, type Stage } from './stage.ts';
import { tokenSerial } from './token-look.ts';

/** A wrapping key of the harness's own: what it wraps can be read outside of the HSM. */
const ownPair = generateKeyPairSync('rsa', {
  modulusLength: 4096,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const bridgePorts = {
  clock: nodeClock,
  launcher: nodeLauncher,
  faults: { reach: () => undefined },
  log: { log: () => undefined },
};

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * Reads kept copies in the clear: a second wrap, under the harness's key, by the same bridge and
 * driver that wrapped for AWS. Only a test can do so, and only because it brings its own RSA key.
 */
export class MaterialReader implements AsyncDisposable {
  readonly #bridge: HsmBridge;
  readonly #algorithm: WrappingAlgorithm;

  private constructor(bridge: HsmBridge, algorithm: WrappingAlgorithm) {
    this.#bridge = bridge;
    this.#algorithm = algorithm;
  }

  static async open(stage: Stage): Promise<MaterialReader> {
    const bridge = createHsmBridge(bridgePorts);
    try {
      await attach(bridge, stage);
      if (stage.pin) await bridge.login(Buffer.from(stage.pin));
      return new MaterialReader(bridge, stage.token ? 'RSAES_OAEP_SHA_1' : 'RSAES_OAEP_SHA_256');
    } catch (error) {
      await bridge.detach();
      throw error;
    }
  }

  async read(blob: KeyBlob): Promise<Buffer> {
    const wrapped = await this.#bridge.wrapForAws(blob, ownPair.publicKey, this.#algorithm);
    return privateDecrypt(
      {
        key: ownPair.privateKey,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: this.#algorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256',
      },
      wrapped.encryptedKeyMaterial,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bridge.detach();
  }
}

async function attach(bridge: HsmBridge, stage: Stage): Promise<void> {
  const { token } = stage;
  if (token) {
    const environment = { SOFTHSM2_CONF: token.configuration };
    const found = await tokenSerial(token);
    await bridge.attach({
      driver: 'pkcs11',
      module: token.module,
      environment,
      tokenSerial: found,
      tokenLabel,
    });
    return;
  }
  const purpose = stage.scenery === 'external-store' ? softwareDevice : 'software vault';
  using key = outerKey(stage.rootKey, purpose);
  await bridge.attach({ driver: 'software', key });
}
