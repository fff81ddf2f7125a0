import { constants, createHash, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { aeskwp } from '@noble/ciphers/aes.js';
import { createHsmBridge } from '../../electron/core/hsm/bridge/client.ts';
import type { HsmBridge } from '../../electron/core/hsm/bridge/bridge.ts';
import type { KeyBlob } from '../../electron/core/hsm/driver.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { nodeLauncher } from '../../electron/core/kernel/node-launcher.ts';
import { softwareDevice } from '../../electron/core/assembly/xks-device.ts';
import { outerKey } from '../../electron/core/store/keys.ts';
import { keySpecs } from '../../shared/model/key-specs.ts';
import { tokenLabel, type Stage } from './stage.ts';
import { tokenSerial } from './token-look.ts';

const ownPairBytes = 512;

/** What a device is opened with. */
type Place = Pick<Stage, 'token' | 'pin' | 'scenery' | 'rootKey'>;

/** A wrapping key of the harness's own: what it wraps can be read outside of the HSM. */
const ownPair = generateKeyPairSync('rsa', {
  modulusLength: ownPairBytes * 8,
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
  readonly #hash: 'sha256' | 'sha1';

  private constructor(bridge: HsmBridge, hash: 'sha256' | 'sha1') {
    this.#bridge = bridge;
    this.#hash = hash;
  }

  static async open(stage: Place): Promise<MaterialReader> {
    const bridge = createHsmBridge(bridgePorts);
    try {
      await attach(bridge, stage);
      if (stage.pin) await bridge.login(Buffer.from(stage.pin));
      return new MaterialReader(bridge, stage.token ? 'sha1' : 'sha256');
    } catch (error) {
      await bridge.detach();
      throw error;
    }
  }

  async read(blob: KeyBlob): Promise<Buffer> {
    const secret = keySpecs[blob.spec].secretBytes !== null;
    const hash = this.#hash === 'sha1' ? 'SHA_1' : 'SHA_256';
    const algorithm = secret
      ? (`RSAES_OAEP_${hash}` as const)
      : (`RSA_AES_KEY_WRAP_${hash}` as const);
    const sent = await this.#bridge.wrapForAws(blob, ownPair.publicKey, algorithm);
    const wrapped = Buffer.from(sent.encryptedKeyMaterial);
    const opened = privateDecrypt(
      {
        key: ownPair.privateKey,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: this.#hash,
      },
      wrapped.subarray(0, ownPairBytes),
    );
    // a private key travels under an AES key, which stands before it
    return secret ? opened : Buffer.from(aeskwp(opened).decrypt(wrapped.subarray(ownPairBytes)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bridge.detach();
  }
}

async function attach(bridge: HsmBridge, stage: Place): Promise<void> {
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
