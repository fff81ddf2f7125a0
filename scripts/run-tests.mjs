// Runs the vitest projects one after the other and ends with one line that adds them up:
// "N passed, N failed, N skipped". Arguments: project names; `unit,renderer` runs two as one;
// `unit:boringssl` runs it under the shim that takes away what Electron's BoringSSL lacks;
// `e2e+window` runs two side by side, and shows what the second said after the first. Before the last
// line stands each test that passed only when it was tried again.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
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
// What failed and then passed: a fault to mend, and never a silent one.
const triedAgain = [];

/**
 * Where workers, and the programs that tests start, keep compiled code from one start to the next, as the
 * command line does: up to a third of what a test takes that starts bridges.
 */
const compiled = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/keyreeve-tests') };

const fileOf = (name, kind) => join(results, `${name.replaceAll(/[:,]/g, '-')}.${kind}`);

/** Resolves with the exit status and how long it took; a quiet one writes to a file. */
function run(name, quiet) {
  const [projects, variant] = name.split(':');
  const words = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...projects.split(',').flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${fileOf(name, 'json')}`,
  ];
  const env = {
    ...process.env,
    ...compiled,
    ...(variant === 'boringssl' ? { KEYREEVE_SHIM: variant } : {}),
  };
  const started = performance.now();
  const child = spawn(process.execPath, words, {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    env,
  });
  if (quiet) {
    const text = createWriteStream(fileOf(name, 'txt'));
    for (const stream of [child.stdout, child.stderr]) stream.pipe(text, { end: false });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ status: String(error), seconds: 0 }));
    child.once('close', (status) =>
      resolve({ status, seconds: ((performance.now() - started) / 1000).toFixed(0) }),
    );
  });
}

function addUp(name, { status, seconds }) {
  try {
    const report = JSON.parse(readFileSync(fileOf(name, 'json'), 'utf8'));
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
        // vitest keeps what a first try failed with.
        else if (test.status === 'passed' && test.failureMessages.length > 0) {
          const [first] = test.failureMessages[0].split('\n');
          triedAgain.push(`${relative(root, file.name)} > ${test.fullName}: ${first}`);
        }
      }
    }
  } catch (error) {
    console.log(`${name}: no report (${error instanceof Error ? error.message : String(error)})`);
    total.failed += 1;
  }
  if (status !== 0) sound = false;
}

for (const step of names) {
  const together = step.split('+');
  const ended = await Promise.all(together.map((name, at) => run(name, at > 0)));
  for (const [at, name] of together.entries()) {
    if (at > 0) process.stdout.write(readFileSync(fileOf(name, 'txt')));
    addUp(name, ended[at]);
  }
}

for (const line of triedAgain) console.log(`needed a second try: ${line}`);
if (!sound && total.failed === 0) total.failed = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
