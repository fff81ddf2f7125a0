#!/usr/bin/env node
// Sets up what a command needs and is missing: `node scripts/setup.mjs demo|test|bench`.
// Depends on nothing but Node 18 or newer, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const offline = process.env.KEYREEVE_OFFLINE === '1';
const say = (text) => process.stderr.write(`setup: ${text}\n`);

const libraryPlaces = [
  '/usr/lib',
  '/usr/lib64',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/local/lib',
];
const libraryThere = (...names) =>
  names.some((name) => libraryPlaces.some((place) => existsSync(join(place, name))));

function commandThere(name) {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

// Debian package, how to see that it is there, and what is lost without it.
const packages = {
  softhsm2: {
    there: () => libraryThere('softhsm/libsofthsm2.so'),
    without: 'no PKCS#11 module: the built-in software driver is used and marked so',
  },
  'g++': {
    there: () => commandThere('g++') || commandThere('c++'),
    without: 'pkcs11js cannot be built: the built-in software driver is used and marked so',
  },
  make: { there: () => commandThere('make'), without: 'pkcs11js cannot be built' },
  python3: { there: () => commandThere('python3'), without: 'pkcs11js cannot be built' },
  libnss3: {
    there: () => libraryThere('libsoftokn3.so', 'nss/libsoftokn3.so'),
    without: 'the HSM conformance suite does not run against NSS softokn',
  },
  openssl: { there: () => commandThere('openssl'), without: 'checks with openssl do not run' },
  awscli: { there: () => commandThere('aws'), without: 'checks with the AWS CLI do not run' },
  strace: { there: () => commandThere('strace'), without: 'system call fault tests do not run' },
  chromium: {
    there: () => ['chromium', 'chromium-browser', 'google-chrome'].some(commandThere),
    without: 'tests in a real browser do not run (reported as skipped)',
  },
  'fonts-dejavu-core': {
    there: () => existsSync('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'),
    without: 'pictures of the window may lack glyphs',
  },
  wrk: { there: () => commandThere('wrk'), without: 'HTTP load benchmarks do not run' },
};
const demo = ['softhsm2', 'g++', 'make', 'python3'];
const sets = {
  demo,
  test: [...demo, 'libnss3', 'openssl', 'awscli', 'strace', 'chromium', 'fonts-dejavu-core'],
  bench: [...demo, 'openssl', 'awscli', 'wrk', 'chromium', 'fonts-dejavu-core'],
};

function run(command, args, env = {}) {
  // What setup prints must not mix with a command's own output (`--json`), so all goes to stderr.
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env },
  });
  return result.status === 0;
}

function installPackages(wanted) {
  const missing = wanted.filter((name) => !packages[name].there());
  if (missing.length === 0) return;
  const mayInstall = !offline && process.getuid?.() === 0 && commandThere('apt-get');
  if (mayInstall) {
    say(`installing ${missing.join(', ')}`);
    const args = ['install', '-y', '--no-install-recommends', ...missing];
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    if (!run('apt-get', args, env)) {
      run('apt-get', ['update'], env);
      run('apt-get', args, env);
    }
  }
  for (const name of missing) {
    if (packages[name].there()) continue;
    say(`${name} is missing, so: ${packages[name].without}`);
    if (!mayInstall) say(`  on Debian or Ubuntu: sudo apt-get install ${name}`);
  }
}

/** What loads a PKCS#11 module; npm leaves it out without a word where it cannot be built. */
const binding = join(root, 'node_modules/pkcs11js/build/Release/pkcs11.node');

/**
 * Headers of the project's own Node, out of npm's package of it, so that pkcs11js needs nothing from
 * nodejs.org: many networks let npm's registry through and nothing else. The packages for other
 * systems have them elsewhere, or not.
 */
const headers = join(root, `node_modules/node/node_modules/node-linux-${process.arch}`);

function buildEnvironment() {
  const chosen = Object.keys(process.env).some((name) => /^npm_config_nodedir$/i.test(name));
  return process.platform === 'linux' && !chosen ? { npm_config_nodedir: headers } : {};
}

function npmCi(environment) {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  if (run('npm', ['ci', ...quiet], environment)) return;
  say('npm ci failed');
  process.exit(69);
}

/** Said in the mark, under what was installed: a compiler that comes later is tried. */
const noCompiler = 'no compiler';

function installModules() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const compiler = ['g++', 'make', 'python3'].every((name) => packages[name].there());
  const mark = join(root, 'node_modules', '.keyreeve-lock');
  const [present, without] = existsSync(mark) ? readFileSync(mark, 'utf8').split('\n') : [];
  if (present !== wanted || (without === noCompiler && compiler && !offline)) {
    if (offline) {
      say('node_modules is missing or stale, and KEYREEVE_OFFLINE=1 forbids downloads');
      process.exit(69);
    }
    say('installing node modules (npm ci)');
    npmCi(buildEnvironment());
    const headersMissing = !existsSync(join(headers, 'include'));
    if (compiler && !existsSync(binding) && headersMissing) npmCi({});
    writeFileSync(mark, `${wanted}\n${compiler ? '' : `${noCompiler}\n`}`);
  }
  if (!existsSync(binding)) {
    say('pkcs11js is not built, so no HSM can be used: the built-in software driver is, marked so');
    if (compiler) say('  why: npm ci --foreground-scripts');
  }
  const node = join(root, 'node_modules', '.bin', 'node');
  const version = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  if (version.status !== 0 || Number(version.stdout.split('.')[0]) < 24) {
    say('the Node 24 binary of the project is not usable; remove node_modules and run again');
    process.exit(69);
  }
}

const set = sets[process.argv[2] ?? ''];
if (!set) {
  say('name the set: demo, test or bench');
  process.exit(64);
}
installPackages(set);
installModules();
