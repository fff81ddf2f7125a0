import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Secret } from '../../core/kernel/secret.ts';
import { RefusedPin } from './refused-pin.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyreeve-refused-pin-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('knows the PIN again that one token refused, and no other, without keeping it', async () => {
  using wrong = Secret.copyOf(Buffer.from('1234-wrong'));
  using right = Secret.copyOf(Buffer.from('1234-right'));
  const refused = new RefusedPin(folder, 'serial');
  expect(await refused.is(wrong)).toBe(false);
  await refused.remember(wrong);
  expect(await new RefusedPin(folder, 'serial').is(wrong)).toBe(true);
  expect(await refused.is(right)).toBe(false);
  expect(await new RefusedPin(folder, 'another').is(wrong)).toBe(false);
  expect(readFileSync(refused.file, 'latin1')).not.toContain('1234');
  expect(statSync(refused.file).mode & 0o777).toBe(0o600);
  await refused.forget();
  expect(await refused.is(wrong)).toBe(false);
});

it('tries nothing while its note cannot be read', async () => {
  using pin = Secret.copyOf(Buffer.from('1234'));
  const refused = new RefusedPin(folder, 'serial');
  for (const spoilt of ['', '{"v":1}', 'null']) {
    writeFileSync(refused.file, spoilt);
    expect(await refused.is(pin)).toBe(true);
  }
  await refused.forget();
});
