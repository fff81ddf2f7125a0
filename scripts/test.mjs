// `npm test`: what `npm run check` looks at, then every test but the long campaigns
// (test:crash, bench). Ends with "N passed, N failed, N skipped".
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
};
let broken = 0;
for (const script of ['typecheck', 'lint', 'format:check', 'layers']) {
  const run = spawnSync('npm', ['run', '-s', script], { cwd: root, stdio: 'inherit', env });
  console.log(`${script}: ${run.status === 0 ? 'ok' : 'FAILED'}`);
  if (run.status !== 0) broken += 1;
}
const tests = spawnSync(
  process.execPath,
  [
    join(root, 'scripts/run-tests.mjs'),
    `--broken=${broken}`,
    'unit,pure,renderer',
    'unit,pure:boringssl',
    'e2e+window',
  ],
  { cwd: root, stdio: 'inherit', env },
);
process.exit(tests.status ?? 1);
