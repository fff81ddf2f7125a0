// `npm run screenshots`: the tests that open every place and every dialog, and keep what they see.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './camera.ts';
import { indexPage, pictureNames } from './shown.ts';

const root = join(import.meta.dirname, '../../..');
const specs = [
  'axe',
  'copy-key',
  'jobs',
  'xks',
  'entry',
  'six-errors',
  'faults',
  'rehearsals',
  'credential-tls',
].map((name) => `e2e/window/${name}.spec.ts`);

rmSync(folder, { recursive: true, force: true });
const run = spawnSync('vitest', ['run', '--project', 'window', ...specs], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, KEYREEVE_SCREENSHOTS: '1' },
});
writeFileSync(join(folder, 'README.md'), indexPage());
const missing = pictureNames.filter((name) => !existsSync(join(folder, `${name}.dark.png`)));
for (const name of missing) process.stderr.write(`screenshots: ${name} was not taken\n`);
process.stdout.write(`${readdirSync(folder).length - 1} pictures in docs/screenshots\n`);
process.exit(run.status === 0 && missing.length === 0 ? 0 : 1);
