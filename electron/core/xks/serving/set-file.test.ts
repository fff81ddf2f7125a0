import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { replaceFile } from './set-file.ts';

it('writes a file that is private although one for all lay where it is prepared', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-set-file-'));
  writeFileSync(join(folder, '.key.new'), 'left by a crash, or by somebody', { mode: 0o666 });
  await replaceFile(join(folder, 'key'), Buffer.from('secret'));
  expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, 'key'), 'utf8')).toBe('secret');
  rmSync(folder, { recursive: true });
});
