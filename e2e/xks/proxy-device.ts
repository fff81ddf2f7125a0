import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHsmBridge, type HsmBridge } from '../../electron/core/hsm/bridge/client.ts';
import { type BridgePorts, initializeToken } from '../../electron/core/hsm/bridge/one-shot.ts';
import { prepareSoftToken, softTokenEnvironment } from '../../electron/core/hsm/soft-token.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { nodeLauncher } from '../../electron/core/kernel/node-launcher.ts';
import { Secret } from '../../electron/core/kernel/secret.ts';
import type { DeviceKey, ServedKey } from '../../electron/core/xks/serving/serving-set.ts';
import type { ConfigurationInput } from '../../electron/hosts/xks/configuration.ts';

type Device = ConfigurationInput['device'];

const ports: BridgePorts = {
  clock: nodeClock,
  launcher: nodeLauncher,
  faults: { reach: () => undefined },
  log: { log: () => undefined },
};

/** The keys that are made, by what they may do. */
export interface MadeKeys {
  readonly canary: DeviceKey;
  readonly keys: readonly ServedKey[];
  readonly names: Readonly<Record<'both' | 'encryptOnly' | 'decryptOnly' | 'none', string>>;
}

/** A device of its own in `folder`: a new SoftHSM token, or the built-in one where there is none. */
export async function makeDevice(folder: string): Promise<Device> {
  const token = prepareSoftToken(folder);
  if (token === null) {
    const keyFile = join(folder, 'device.key');
    writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });
    return { driver: 'software', keyFile };
  }
  const [pin, soPin] = [newPin(), newPin()];
  const pinFile = join(folder, 'pin');
  writeFileSync(pinFile, pin, { mode: 0o600 });
  const environment = { ...softTokenEnvironment(folder) };
  const choice = { module: token.module, environment };
  const made = await initializeToken(ports, choice, { label: 'keyreeve-xks', pin, soPin });
  pin.fill(0);
  soPin.fill(0);
  return {
    driver: 'pkcs11',
    ...choice,
    tokenSerial: made.serial,
    tokenLabel: made.label,
    pinFile,
  };
}

const newPin = (): Buffer => Buffer.from(randomBytes(12).toString('base64url'));

/** Makes the canary and four keys on the device, through a bridge that ends right after. */
export async function makeKeys(
  device: Device,
  secretOf: (file: string) => Buffer,
): Promise<MadeKeys> {
  const bridge = createHsmBridge(ports);
  try {
    await open(bridge, device, secretOf);
    const master = await bridge.createMaster(randomBytes(16).toString('hex'));
    const make = async (): Promise<DeviceKey> => {
      const id = randomBytes(16).toString('hex');
      const blob = await bridge.generateKey(master.id, 'SYMMETRIC_DEFAULT');
      await bridge.installServiceKey(id, blob);
      if (device.driver === 'pkcs11') return { id, sealed: null };
      const { mechanism, masterId, kcv } = blob;
      const wrapped = Buffer.from(blob.wrapped).toString('base64');
      return { id, sealed: { wrapped, mechanism, masterId, kcv } };
    };
    const served = async (encrypt: boolean, decrypt: boolean): Promise<ServedKey> => ({
      id: `xks-${randomBytes(8).toString('hex')}`,
      usage: { encrypt, decrypt },
      enabled: true,
      blocked: false,
      current: 1,
      versions: [{ number: 1, state: 'usable', device: await make() }],
      binding: 'any',
      kmsKeyArns: [],
      rules: { mode: 'enforce', rules: [] },
    });
    const both = await served(true, true);
    const encryptOnly = await served(true, false);
    const decryptOnly = await served(false, true);
    const none = await served(false, false);
    return {
      canary: await make(),
      keys: [both, encryptOnly, decryptOnly, none],
      names: {
        both: both.id,
        encryptOnly: encryptOnly.id,
        decryptOnly: decryptOnly.id,
        none: none.id,
      },
    };
  } finally {
    await bridge.detach();
  }
}

async function open(
  bridge: HsmBridge,
  device: Device,
  secretOf: (file: string) => Buffer,
): Promise<void> {
  if (device.driver === 'software') {
    using key = Secret.adopt(secretOf(device.keyFile));
    await bridge.attach({ driver: 'software', key });
    return;
  }
  const { module, environment = {}, tokenSerial, tokenLabel } = device;
  await bridge.attach({ driver: 'pkcs11', module, environment, tokenSerial, tokenLabel });
  const pin = secretOf(device.pinFile);
  await bridge.login(pin);
  pin.fill(0);
}
