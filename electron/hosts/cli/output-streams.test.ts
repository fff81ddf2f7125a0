import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { outputLost } from './output-streams.ts';

const entry = fileURLToPath(new URL('./entry.mjs', import.meta.url));
const keyreeve = (words: readonly string[], stdio: SpawnOptions['stdio'] & object) =>
  spawn(process.execPath, [entry, ...words], { stdio });

it('keeps its own exit code where the reader has left', async () => {
  const child = keyreeve(['no-such-command'], ['ignore', 'ignore', 'pipe']);
  child.stderr?.destroy();
  expect(await once(child, 'exit')).toEqual([64, null]);
});

it.skipIf(!existsSync('/dev/full'))('says that its result could not be written', async () => {
  const full = openSync('/dev/full', 'w');
  const child = keyreeve(['completion', 'bash'], ['ignore', full, 'pipe']);
  closeSync(full);
  const said: Buffer[] = [];
  child.stderr?.on('data', (bytes: Buffer) => said.push(bytes));
  expect(await once(child, 'close')).toEqual([outputLost, null]);
  expect(Buffer.concat(said).toString()).toContain('could not be written (ENOSPC)');
});
