import {
  constants,
  createCipheriv,
  createHash,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
} from 'node:crypto';
import type { AttachTarget } from '../../electron/core/hsm/bridge/bridge.ts';
import { createHsmBridge } from '../../electron/core/hsm/bridge/client.ts';
import type { KeyBlob } from '../../electron/core/hsm/driver.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { nodeLauncher } from '../../electron/core/kernel/node-launcher.ts';
import { Secret } from '../../electron/core/kernel/secret.ts';
import { createDomain } from '../../electron/core/keystore/domain.ts';
import { openKeystore } from '../../electron/core/store/keystore-file.ts';
import type { Desk } from './desk.ts';

/** A kept key in the clear, as a test can say it: never used outside of tests. */
export interface OwnCopy {
  readonly version: number;
  /** Of the 32 bytes; the practice KMS tells the same of what it holds. */
  readonly sha256: string;
  /** CMAC over a zero block, first five bytes, computed here and not by the product. */
  readonly kcv: string;
}

/** A wrapping key of the test's own: what is wrapped under it can be read outside of the HSM. */
const ownPair = generateKeyPairSync('rsa', {
  modulusLength: 3072,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/**
 * Locks the desk, reads every kept copy by a second wrap under the test's key in the same kind of
 * device, and unlocks it again.
 */
export async function ownCopies(
  desk: Desk,
  token: { readonly target: AttachTarget; readonly pin: Uint8Array } | null = null,
): Promise<readonly OwnCopy[]> {
  await desk.lock();
  const bridge = createHsmBridge({
    clock: nodeClock,
    launcher: nodeLauncher,
    faults: { reach: () => undefined },
    log: { log: () => undefined },
  });
  try {
    const { blobs, vault } = await keptIn(desk);
    using key = vault;
    await bridge.attach(token?.target ?? { driver: 'software', key });
    if (token) await bridge.login(Buffer.from(token.pin));
    const { wrappingAlgorithms } = await bridge.probe();
    const copies: OwnCopy[] = [];
    for (const [version, blob] of blobs) {
      const algorithm = wrappingAlgorithms[0];
      if (!algorithm) throw new Error('the device wraps nothing');
      const wrapped = await bridge.wrapForAws(blob, ownPair.publicKey, algorithm);
      const raw = unwrap(wrapped.encryptedKeyMaterial, algorithm);
      const sha256 = createHash('sha256').update(raw).digest('hex');
      copies.push({ version, sha256, kcv: kcvOf(raw) });
    }
    return copies;
  } finally {
    await bridge.detach();
    await desk.unlock();
  }
}

async function keptIn(desk: Desk): Promise<{ blobs: [number, KeyBlob][]; vault: Secret }> {
  using passphrase = Secret.copyOf(desk.passphrase);
  const ports = { clock: nodeClock, random: randomBytes };
  const { store } = await openKeystore({ path: desk.keystore, unlock: { passphrase }, ...ports });
  try {
    const { keys } = createDomain({ ...ports, store });
    const all = keys.list({ groupId: null, find: '', limit: 500, after: null }).keys;
    return {
      blobs: all.map(({ key }) => [key.version, keys.blob(key.id)]),
      vault: store.derive('software vault'),
    };
  } finally {
    store.close();
  }
}

function unwrap(wrapped: Uint8Array, algorithm: string): Buffer {
  const oaepHash = algorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256';
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return privateDecrypt({ key: ownPair.privateKey, padding, oaepHash }, wrapped);
}

/** RFC 4493 for a message of one whole block of zeros: E(K1), where K1 is E(0) doubled. */
function kcvOf(key: Buffer): string {
  const block = (input: Buffer): Buffer =>
    createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(input);
  const l = BigInt(`0x${block(Buffer.alloc(16)).toString('hex')}`);
  const doubled = BigInt.asUintN(128, l << 1n) ^ (l >> 127n === 1n ? 0x87n : 0n);
  const k1 = Buffer.from(doubled.toString(16).padStart(32, '0'), 'hex');
  return block(k1).subarray(0, 5).toString('hex').toUpperCase();
}
