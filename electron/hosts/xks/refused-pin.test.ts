import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../core/kernel/secret.ts';
import { RefusedPin } from './refused-pin.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-refused-pin-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const pinOf = (text: string): Secret => Secret.copyOf(Buffer.from(text));
/** As a process does that starts with this PIN. */
const start = (pin: Secret, serial = 'serial'): RefusedPin => new RefusedPin(folder, serial, pin);

it('knows the PIN again that one token refused, and no other, without keeping it', async () => {
  using wrong = pinOf('1234-wrong');
  using right = pinOf('1234-right');
  const first = start(wrong);
  expect(await first.begin()).toBeNull();
  await first.refused();
  expect(await start(wrong).begin()).toBe('refused');
  expect(readFileSync(first.file, 'latin1')).not.toContain('1234');
  expect(statSync(first.file).mode & 0o777).toBe(0o600);
  const elsewhere = start(wrong, 'another');
  expect(await elsewhere.begin()).toBeNull();
  await elsewhere.takeBack();
  expect(await start(wrong).begin()).toBe('refused');
  const second = start(right);
  expect(await second.begin()).toBeNull();
  await second.forget();
  expect(await start(wrong).begin()).toBeNull();
});

it('tries a PIN once more, and not again, of which nobody learned what the token said', async () => {
  using pin = pinOf('1234');
  expect(await start(pin).begin()).toBeNull();
  expect(await start(pin).begin()).toBeNull();
  expect(await start(pin).begin()).toBe('unanswered');
  using other = pinOf('5678');
  const answered = start(other);
  expect(await answered.begin()).toBeNull();
  await answered.forget();
  expect(await start(pin).begin()).toBeNull();
});

it('counts no try that the token was not asked for', async () => {
  using pin = pinOf('1234');
  for (let starts = 0; starts < 3; starts += 1) {
    const before = start(pin);
    expect(await before.begin()).toBeNull();
    await before.takeBack();
  }
});

it('tries nothing while its note cannot be read, or written', async () => {
  using pin = pinOf('1234');
  const { file } = start(pin);
  for (const spoilt of ['', '{"v":1}', 'null']) {
    writeFileSync(file, spoilt);
    expect(await start(pin).begin()).toBe('refused');
  }
  rmSync(file);
  mkdirSync(join(folder, '.refused-pin.new'));
  await expect(start(pin).begin()).rejects.toThrow('EISDIR');
});
