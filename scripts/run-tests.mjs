// Runs the vitest projects one after the other and ends with one line that adds them up:
// "N passed, N failed, N skipped". Arguments: project names; `unit:boringssl` runs unit under the
// shim that takes away what Electron's BoringSSL lacks.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const results = join(root, '.test-results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const broken = Number(/^--broken=(\d+)$/.exec(process.argv[2] ?? '')?.[1] ?? 0);
// Checks that failed before the tests count as failures of this run.
const total = { passed: 0, failed: broken, skipped: 0 };
let sound = true;

for (const name of names) {
  const [project, variant] = name.split(':');
  const output = join(results, `${name.replace(':', '-')}.json`);
  const started = performance.now();
  const run = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${output}`,
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...(variant === 'boringssl' ? { KEYREEVE_SHIM: 'boringssl' } : {}) },
    },
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  try {
    const report = JSON.parse(readFileSync(output, 'utf8'));
    total.passed += report.numPassedTests;
    total.failed +=
      report.numFailedTests +
      report.testResults.filter(
        (file) => file.status === 'failed' && file.assertionResults.length === 0,
      ).length;
    total.skipped += report.numPendingTests + report.numTodoTests;
    console.log(`${name}: ${report.numPassedTests} passed in ${seconds} s`);
    for (const file of report.testResults) {
      for (const test of file.assertionResults) {
        if (test.status === 'pending' || test.status === 'skipped')
          console.log(`  skipped: ${test.fullName}`);
      }
    }
  } catch (error) {
    console.log(`${name}: no report (${error instanceof Error ? error.message : String(error)})`);
    total.failed += 1;
  }
  if (run.status !== 0) sound = false;
}

if (!sound && total.failed === 0) total.failed = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
