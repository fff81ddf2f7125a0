import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDevice, type Device } from './device.ts';
import { type TestKeystore, testKeystore } from './keystore.fixture.ts';

let keystore: TestKeystore;
let folder: string;
beforeEach(() => {
  keystore = testKeystore();
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-device-'));
});
afterEach(() => {
  keystore[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const deviceIn = (state: string): Device =>
  createDevice(keystore.settings, {
    paths: { state: join(folder, state) },
    clock: keystore.clock,
    random: keystore.temporary.random,
  });

it('keeps its id outside the keystore, for its owner alone', () => {
  const { id } = deviceIn('a');
  expect(deviceIn('a').id).toBe(id);
  const file = join(folder, 'a', 'device-id');
  expect(readFileSync(file, 'utf8').trim()).toBe(id);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
});

it('says which folder cannot be made where there is no place for its id', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => deviceIn(join('file', 'state'))).toThrow(
    expect.objectContaining({
      code: 'DISK_READ_ONLY',
      details: { folder: join(folder, 'file', 'state') },
    }),
  );
});

it('says which folder takes no file where its id cannot be written', () => {
  mkdirSync(join(folder, 'a', 'device-id', 'full'), { recursive: true });
  expect(() => deviceIn('a')).toThrow(
    expect.objectContaining({ details: { path: join(folder, 'a') } }),
  );
});

it('is designated by a person, and one device at a time', () => {
  const [here, there] = [deviceIn('a'), deviceIn('b')];
  expect(here.id).not.toBe(there.id);
  expect(here).toMatchObject({ designated: false, designatedDevice: null, designatedAt: null });
  here.designate();
  const at = keystore.clock.now();
  expect(here).toMatchObject({ designated: true, designatedDevice: here.id, designatedAt: at });
  expect(deviceIn('a').designated).toBe(true);
  expect(there).toMatchObject({ designated: false, designatedDevice: here.id, designatedAt: at });
  keystore.clock.jumpWall(60_000);
  there.designate();
  expect([here.designated, there.designated]).toEqual([false, true]);
  expect(here.designatedAt).toBe(at + 60_000);
});

it('is not designated any more after forgetting', () => {
  const device = deviceIn('a');
  device.designate();
  device.forget();
  expect(device).toMatchObject({ designated: false, designatedDevice: null, designatedAt: null });
});

it('is a new device when its file holds no id: it does not take over a designation', () => {
  const first = deviceIn('a');
  first.designate();
  const file = join(folder, 'a', 'device-id');
  for (const content of ['', 'x'.repeat(100_000), `${first.id}0\n`, first.id.toUpperCase()]) {
    writeFileSync(file, content);
    const next = deviceIn('a');
    expect(next.id).not.toBe(first.id);
    expect(next.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(next.designated).toBe(false);
    expect(deviceIn('a').id).toBe(next.id);
  }
  rmSync(file);
  const elsewhere = join(folder, 'elsewhere');
  writeFileSync(elsewhere, `${first.id}\n`);
  symlinkSync(elsewhere, file);
  expect(deviceIn('a').id).not.toBe(first.id);
  expect(readFileSync(elsewhere, 'utf8')).toBe(`${first.id}\n`);
});

it('says plainly when its folder cannot be written', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => deviceIn('file/below')).toThrow('DISK_READ_ONLY');
});
