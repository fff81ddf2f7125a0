import { constants, createCipheriv, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HsmBridge } from '../../electron/core/hsm/bridge/bridge.ts';
import { createHsmBridge } from '../../electron/core/hsm/bridge/client.ts';
import { listTokens } from '../../electron/core/hsm/bridge/one-shot.ts';
import type { KeyBlob } from '../../electron/core/hsm/driver.ts';
import { testPorts } from '../../electron/core/hsm/token.fixture.ts';
import { Secret } from '../../electron/core/kernel/secret.ts';
import { outerKey } from '../../electron/core/store/keys.ts';
import { unlockHeader } from '../../electron/core/store/slots/unlock.ts';
import { lookInto } from '../crash/look.ts';

/** A key of a closed keystore, read in the clear. */
export interface RecoveredKey {
  readonly name: string;
  readonly storage: 'hsm' | 'software';
  readonly clear: Buffer;
  readonly blob: KeyBlob;
}

/** How a person opens the keystore and the token. */
export interface Openers {
  readonly passphrase: Uint8Array;
  readonly pin: Uint8Array;
  readonly label: string;
  readonly module: string;
  readonly environment: Record<string, string>;
}

/**
 * Gets every key of a closed keystore out in the clear: the kept blob is wrapped a second time, under
 * an RSA key of the test, by the product's own bridge and driver. Whoever supplies the wrapping key
 * can open what is wrapped: that is why the product pins AWS's. Works on a copy in `folder`.
 */
export async function recoverKeys(
  keystore: string,
  folder: string,
  openers: Openers,
): Promise<RecoveredKey[]> {
  const copy = copyOf(keystore, folder);
  using passphrase = Secret.copyOf(openers.passphrase);
  const { rootKey } = await unlockHeader(copy, { passphrase });
  try {
    const { keys, blobs } = await lookInto(copy, rootKey);
    const found: RecoveredKey[] = [];
    for (const storage of ['hsm', 'software'] as const) {
      const bridge = createHsmBridge(testPorts);
      try {
        if (storage === 'hsm') await openToken(bridge, openers);
        else await openBuiltIn(bridge, rootKey);
        for (const { key } of keys.filter((each) => each.key.storage === storage)) {
          const blob = blobs.get(key.id);
          if (blob === undefined) throw new Error(`no kept copy of ${key.id}`);
          const name = `${storage} key ${key.version}`;
          found.push({ name, storage, blob, clear: await secondWrap(bridge, storage, blob) });
        }
      } finally {
        await bridge.detach();
      }
    }
    return found;
  } finally {
    rootKey.dispose();
  }
}

function copyOf(keystore: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(dirname(keystore))) {
    const ours = name.startsWith(basename(keystore)) && !name.endsWith('.lock');
    if (ours) cpSync(join(dirname(keystore), name), join(folder, name));
  }
  return join(folder, basename(keystore));
}

async function openToken(bridge: HsmBridge, openers: Openers): Promise<void> {
  const { module, environment, label, pin } = openers;
  const tokens = await listTokens(testPorts, { module, environment });
  const tokenSerial = tokens.find((each) => each.label === label)?.serial ?? '';
  await bridge.attach({ driver: 'pkcs11', module, environment, tokenSerial, tokenLabel: label });
  await bridge.login(Buffer.from(pin));
}

async function openBuiltIn(bridge: HsmBridge, rootKey: Secret): Promise<void> {
  using key = outerKey(rootKey, 'software vault');
  await bridge.attach({ driver: 'software', key });
}

const own = generateKeyPairSync('rsa', { modulusLength: 3072 });

async function secondWrap(
  bridge: HsmBridge,
  storage: 'hsm' | 'software',
  blob: KeyBlob,
): Promise<Buffer> {
  const spki = own.publicKey.export({ type: 'spki', format: 'der' });
  const hash = storage === 'hsm' ? 'SHA_1' : 'SHA_256';
  const wrapped = await bridge.wrapForAws(blob, spki, `RSAES_OAEP_${hash}`);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const options = { key: own.privateKey, padding, oaepHash: storage === 'hsm' ? 'sha1' : 'sha256' };
  return privateDecrypt(options, wrapped.encryptedKeyMaterial);
}

/** KCV as PCI has it for AES, computed here and not by the product: CMAC of a zero block. */
export function kcvOf(key: Buffer): string {
  const encrypt = (block: Buffer): Buffer =>
    createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(block);
  const start = BigInt(`0x${encrypt(Buffer.alloc(16)).toString('hex')}`);
  const doubled = BigInt.asUintN(128, start << 1n) ^ (start >> 127n === 1n ? 0x87n : 0n);
  const subkey = Buffer.from(doubled.toString(16).padStart(32, '0'), 'hex');
  return encrypt(subkey).subarray(0, 5).toString('hex').toUpperCase();
}
