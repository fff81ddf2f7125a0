// Runs the vitest projects one after the other and ends with one line that adds them up:
// "N passed, N failed, N skipped". Arguments: project names; `unit,renderer` runs two as one;
// `unit:boringssl` runs it under the shim that takes away what Electron's BoringSSL lacks. Before the last
// line stands each test that passed only when it was tried again, and what the first two that failed saw.
// Files of `e2e` and `window` in which a test failed are run once more, on new ground: what a test left
// behind when it failed would be in the way of its second try, and of the tests after it.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

/** Projects whose failed files are run again; more of them at once is no hiccup. */
const storied = new Set(['e2e', 'window']);
const mostAgain = 4;

/** Each failed try leaves what it saw here (e2e/support/tell-failures.ts). */
const words = join(results, 'last-words');
mkdirSync(words);
/** So many of them are told again at the end. */
const mostTold = 2;

const fileOf = (name, kind) => join(results, `${name.replaceAll(/[:,]/g, '-')}.${kind}`);

/** Resolves with the exit status and how long it took. */
function run(name, { files = [], as = name } = {}) {
  const [projects, variant] = name.split(':');
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...files,
    ...projects.split(',').flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--reporter=${join(root, 'scripts/errors-beside-tests.mjs')}`,
    `--outputFile.json=${fileOf(as, 'json')}`,
  ];
  const env = {
    ...process.env,
    ...compiled,
    KEYREEVE_LAST_WORDS: words,
    KEYREEVE_ERRORS_BESIDE_TESTS: fileOf(as, 'errors'),
    ...(variant === 'boringssl' ? { KEYREEVE_SHIM: variant } : {}),
  };
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ status: String(error), seconds: 0 }));
    child.once('close', (status) =>
      resolve({ status, seconds: ((performance.now() - started) / 1000).toFixed(0) }),
    );
  });
}

const reportOf = (name) => JSON.parse(readFileSync(fileOf(name, 'json'), 'utf8')).testResults;
/** Of a file, too: it could not be loaded, or a hook around its tests failed. */
const hasFailed = (file) =>
  file.status === 'failed' || file.assertionResults.some(({ status }) => status === 'failed');

/** Runs the files that failed once more. Resolves with what holds of all files then. */
async function onNewGround(name, { status, seconds }) {
  const files = reportOf(name);
  const failed = files.filter(hasFailed);
  const beside = Number(readFileSync(fileOf(name, 'errors'), 'utf8'));
  const whole = { files, status, seconds };
  const again = failed.length > 0 && failed.length <= mostAgain && beside === 0;
  if (!again || !name.split(',').every((project) => storied.has(project))) return whole;
  const as = `${name}-again`;
  console.log(`${name}: ${failed.length} failed, and run again on new ground`);
  const ended = await run(name, { files: failed.map((file) => relative(root, file.name)), as });
  const second = new Map(reportOf(as).map((file) => [file.name, file]));
  for (const file of failed)
    for (const test of file.assertionResults)
      if (test.status === 'failed' && passes(second.get(file.name), test)) noteSecond(file, test);
  return {
    ...whole,
    status: ended.status,
    files: files.map((file) => second.get(file.name) ?? file),
  };
}

/** Whether a test passes in this run of its file at the first try; one that took two is noted of itself. */
const passes = (file, { fullName }) =>
  file?.assertionResults.some(
    (test) =>
      test.fullName === fullName && test.status === 'passed' && test.failureMessages.length === 0,
  ) === true;

function noteSecond(file, test) {
  const [first] = (test.failureMessages[0] ?? '').split('\n');
  triedAgain.push(`${relative(root, file.name)} > ${test.fullName}: ${first}`);
}

async function addUp(name, ended) {
  try {
    const { files, status, seconds } = await onNewGround(name, ended);
    let passed = 0;
    for (const file of files) {
      if (file.status === 'failed' && file.assertionResults.length === 0) total.failed += 1;
      for (const test of file.assertionResults) {
        if (test.status === 'failed') total.failed += 1;
        else if (test.status === 'passed') {
          passed += 1;
          // vitest keeps what a first try failed with.
          if (test.failureMessages.length > 0) noteSecond(file, test);
        } else {
          total.skipped += 1;
          if (test.status !== 'todo') console.log(`  skipped: ${test.fullName}`);
        }
      }
    }
    total.passed += passed;
    console.log(`${name}: ${passed} passed in ${seconds} s`);
    if (status !== 0) sound = false;
  } catch (error) {
    console.log(`${name}: no report (${error instanceof Error ? error.message : String(error)})`);
    total.failed += 1;
    sound = false;
  }
}

for (const name of names) await addUp(name, await run(name));

// Where only the end of all this is kept, it is all that there is.
for (const file of readdirSync(words).toSorted().slice(0, mostTold))
  console.log(readFileSync(join(words, file), 'utf8'));
for (const line of triedAgain) console.log(`needed a second try: ${line}`);
if (!sound && total.failed === 0) total.failed = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
