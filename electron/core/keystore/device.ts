import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { uuidv7 } from '../kernel/uuid.ts';
import type { HostPorts } from '../ports.ts';
import { onDisk } from '../store/disk-errors.ts';
import { makePrivateFolder, standingAt, writeDurably } from '../store/durable-file.ts';
import type { Settings } from './settings.ts';

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * Which device may rotate. The device's own id lies outside the keystore, so that a copied, cloned
 * or restored keystore is not designated elsewhere.
 */
export interface Device {
  readonly id: string;
  readonly designated: boolean;
  readonly designatedDevice: string | null;
  readonly designatedAt: number | null;
  designate(): void;
  /** After a restore: nobody is designated until a person says so. */
  forget(): void;
}

/**
 * Reads this device's id, or makes it at first use (0600, in the host's private state folder). A
 * file that holds no id is replaced: the device is then a new one, which rotates nothing unasked.
 * @throws OperationError DISK_*, which names that folder
 */
export function deviceId(ports: Pick<HostPorts, 'paths' | 'clock' | 'random'>): string {
  const { state } = ports.paths;
  const file = join(state, 'device-id');
  const readOrMake = (): string => {
    const there = standingAt(file);
    if (there?.isFile() && there.size <= 64) {
      const id = readFileSync(file, 'utf8').trim();
      if (pattern.test(id)) return id;
    }
    const id = uuidv7(ports);
    makePrivateFolder(state);
    writeDurably(file, Buffer.from(`${id}\n`), ports.random);
    return id;
  };
  return onDisk('device id', readOrMake, state);
}

export function createDevice(
  settings: Settings,
  ports: Pick<HostPorts, 'paths' | 'clock' | 'random'>,
): Device {
  const id = deviceId(ports);
  const note = () => settings.read('designated') as { device: string; at: number } | null;
  return {
    id,
    get designated() {
      return note()?.device === id;
    },
    get designatedDevice() {
      return note()?.device ?? null;
    },
    get designatedAt() {
      return note()?.at ?? null;
    },
    designate: () => settings.write('designated', { device: id, at: ports.clock.now() }),
    forget: () => settings.write('designated', null),
  };
}
