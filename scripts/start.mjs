// `npm start`: the window of Keyreeve. Electron where its binary is there or can be fetched, else
// the browser console with its one-time link. Options: --console (no Electron), and those of
// `keyreeve console` (--port N, --no-open, --keystore FILE, --json).
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmGone } from '../electron/hosts/npm-gone.mjs';
import { buildRenderer } from './build-renderer.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = join(root, 'node_modules', '.bin', 'node');
const offline = process.env.KEYREEVE_OFFLINE === '1';
const say = (text) => process.stderr.write(`start: ${text}\n`);

const consoleOnly = ['--console', '--port', '--no-open', '--json'];
const words = process.argv.slice(2);

/** Options of the command line stand before its noun, those of the console after it. */
function consoleWords() {
  const before = [];
  const after = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === '--console') continue;
    if (word === '--no-open') after.push(word);
    else if (word === '--port') after.push(word, words[(at += 1)] ?? '');
    else if (word === '--keystore') before.push(word, words[(at += 1)] ?? '');
    else before.push(word);
  }
  return [...before, 'console', ...after];
}

function setUp() {
  const run = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs'), 'demo'], {
    stdio: ['ignore', 2, 2],
  });
  if (run.status !== 0) process.exit(run.status ?? 69);
  const problem = buildRenderer();
  if (problem === null) return;
  say(`the window could not be built:\n${problem}`);
  if (!existsSync(join(root, 'dist/renderer/index.html'))) process.exit(70);
}

/** Where Electron is; null, and why, where the console is to be used. */
async function electron() {
  const wanted = words.find((word) => consoleOnly.includes(word));
  if (wanted !== undefined) return null;
  const display = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (process.platform === 'linux' && !display) {
    say('no display here, so the window opens in a browser');
    return null;
  }
  // Its sandbox needs somebody else, and it is not started without one.
  if (process.platform === 'linux' && process.getuid() === 0) {
    say('Electron does not run as root, so the window opens in a browser');
    return null;
  }
  const finder = join(root, 'scripts/electron-binary.mjs');
  if (!existsSync(finder)) return null;
  const { findElectron } = await import(finder);
  const found = await findElectron({ root, offline, log: say });
  if (found.path === null) say(`${found.reason}; the window opens in a browser`);
  return found.path;
}

/** The programs of the desktop, bundled for Electron. False, and why, when that fails. */
function buildDesktop() {
  for (const configuration of ['vite.node.config.ts', 'vite.preload.config.ts']) {
    if (!existsSync(join(root, configuration))) return false;
    const run = spawnSync(
      node,
      [join(root, 'node_modules/vite/bin/vite.js'), 'build', '-c', configuration, '-l', 'warn'],
      { cwd: root, encoding: 'utf8' },
    );
    if (run.status === 0) continue;
    say(`the desktop could not be built, so the window opens in a browser:\n${run.stderr}`);
    return false;
  }
  return true;
}

/** Terminals of editors leave the first one set, which makes a plain Node of Electron. */
const notForElectron = ['ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS'];

function become(program, args, env = process.env) {
  const child = spawn(program, args, { cwd: process.cwd(), stdio: 'inherit', env });
  let told = false;
  // On a terminal Ctrl+C reaches the child by itself, and a second one would end it at once.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      told = true;
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  void gone.then(() => {
    if (!told) child.kill('SIGTERM');
  });
  child.once('error', (error) => {
    say(error.message);
    process.exit(70);
  });
  child.once('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 0)));
}

// From the beginning: to set up takes a while, in which npm may be told to end.
const gone = npmGone();
setUp();
const binary = await electron();
if (binary !== null && buildDesktop()) {
  const env = { ...process.env };
  for (const name of notForElectron) delete env[name];
  become(binary, [root, ...words], env);
} else if (process.platform === 'win32') {
  const entry = join(root, 'electron/hosts/cli/entry.mjs');
  become(node, ['--disable-sigusr1', entry, ...consoleWords()]);
} else become(join(root, 'bin/keyreeve'), consoleWords());
