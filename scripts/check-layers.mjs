// Holds the imports of the checkout against .dependency-cruiser.cjs, and fails when it saw no
// modules (a silent pass is the known trap of this tool) or when a planted violation goes unseen.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folders = ['shared', 'electron', 'renderer', 'e2e', 'bench'].filter((f) =>
  existsSync(join(root, f)),
);

function cruise(targets, cwd = root) {
  const run = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      ...targets,
      '--config',
      join(root, '.dependency-cruiser.cjs'),
      '--no-progress',
      '--output-type',
      'json',
    ],
    { cwd, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (!run.stdout) throw new Error(`dependency-cruiser said nothing: ${run.stderr}`);
  return JSON.parse(run.stdout).summary;
}

const summary = cruise(folders);
for (const v of summary.violations)
  console.error(`${v.rule.severity} ${v.rule.name}: ${v.from} -> ${v.to}`);
if (summary.totalCruised < 20) {
  console.error(`layers: only ${summary.totalCruised} modules seen; the check is blind`);
  process.exit(1);
}

// Not in the checkout: whoever reads it at the same time would meet the violation.
const planted = mkdtempSync(join(tmpdir(), 'keyreeve-planted-'));
try {
  const plant = (path, text) => {
    mkdirSync(dirname(join(planted, path)), { recursive: true });
    writeFileSync(join(planted, path), text);
  };
  plant('tsconfig.json', '{}');
  plant('electron/core/kernel/secret.ts', 'export const secret = 1;\n');
  plant('shared/wrong.ts', "export { secret } from '../electron/core/kernel/secret.ts';\n");
  if (cruise(['shared', 'electron'], planted).error === 0) {
    console.error('layers: a planted wrong import went unseen');
    process.exit(1);
  }
} finally {
  rmSync(planted, { recursive: true, force: true });
}
console.log(`layers: ${summary.totalCruised} modules, ${summary.error} violations`);
process.exit(summary.error === 0 ? 0 : 1);
