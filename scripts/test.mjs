// `npm test`: what `npm run check` looks at, then every test but the long campaigns
// (test:crash, bench). Ends with "N passed, N failed, N skipped".
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
};
let broken = 0;

/** One after the other. What each says is shown when it ends: another one may speak meanwhile. */
async function check(...scripts) {
  for (const script of scripts) {
    const child = spawn('npm', ['run', '-s', script], { cwd: root, stdio: 'pipe', env });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => said.push(text));
    const status = await new Promise((resolve) => {
      child.once('error', resolve);
      child.once('close', resolve);
    });
    process.stdout.write(Buffer.concat(said));
    console.log(`${script}: ${status === 0 ? 'ok' : 'FAILED'}`);
    if (status !== 0) broken += 1;
  }
}

// Types and lint each take more than a gigabyte of memory.
await Promise.all([check('typecheck'), check('format:check', 'layers')]);
await check('lint');
const tests = spawnSync(
  process.execPath,
  [
    join(root, 'scripts/run-tests.mjs'),
    `--broken=${broken}`,
    'unit,pure,renderer',
    'unit,pure:boringssl',
    'e2e,window',
  ],
  { cwd: root, stdio: 'inherit', env },
);
process.exit(tests.status ?? 1);
