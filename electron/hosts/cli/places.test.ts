import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const entry = fileURLToPath(new URL('./entry.mjs', import.meta.url));

it.skipIf(!existsSync('/proc/self')).each([
  ['keystore status', 0],
  ['keystore create --practice --json', 78],
  ['daemon --json', 78],
])('ends where no home can be: %s', (words, exit) => {
  const child = spawnSync(process.execPath, [entry, ...words.split(' ')], {
    encoding: 'utf8',
    env: { HOME: '/proc/self/nowhere', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  expect([child.signal, child.status, child.stderr]).toEqual([
    null,
    exit,
    exit === 0 ? '' : expect.stringContaining('/proc/self/nowhere'),
  ]);
});
