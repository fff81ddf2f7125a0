// Puts the command line of a package together for this system: the bundle, the native modules, a
// pinned Node, and a launcher that knows the sums of what it starts. electron-builder copies the
// folder beside the desktop (extraResources). Run as a program it writes to dist/cli/<system>.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { nativePackages } from './native-packages.mjs';

const here = import.meta.dirname;
const { platform, arch } = process;
const windows = platform === 'win32';
const program = windows ? 'node.exe' : 'node';

const sumOf = (path, algorithm) => createHash(algorithm).update(readFileSync(path)).digest('hex');

const { version, sha512 } = JSON.parse(readFileSync(join(here, 'node-binaries.json'), 'utf8'));

/** SHA-512 of the Node that a package for `system` carries. */
export const pinnedNode = (system) => sha512[system];

export async function assembleCli({
  root,
  out = join(root, 'dist', 'cli', `${platform}-${arch}`),
  window = join(root, 'dist', 'renderer'),
}) {
  rmSync(out, { recursive: true, force: true });
  const app = join(out, 'app');
  await build({
    root,
    configFile: join(root, 'vite.cli.config.ts'),
    logLevel: 'error',
    build: { outDir: app },
  });
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const manifest = { name: own.name, version: own.version, private: true, type: 'module' };
  writeFileSync(join(app, 'package.json'), `${JSON.stringify(manifest)}\n`);
  copyNative(join(root, 'node_modules'), join(app, 'node_modules'));
  cpSync(window, join(app, 'renderer'), { recursive: true });
  const node = copyNode(root, join(out, 'runtime'));
  const start = writeStart(app);
  writeLauncher(join(out, 'bin'), { node, start });
  return out;
}

function copyNative(from, to) {
  for (const pattern of nativePackages(platform, arch)) {
    const found = globSync(pattern, { cwd: from });
    if (found.length === 0) throw new Error(`nothing to package at node_modules/${pattern}`);
    for (const name of found) cpSync(join(from, name), join(to, name), { dereference: true });
  }
}

/** npm's package fetches the binary outside of package-lock.json: this is what pins it. */
function copyNode(root, to) {
  const from = join(root, 'node_modules', 'node', 'bin', program);
  const wanted = pinnedNode(`${platform}-${arch}`);
  if (wanted === undefined) throw new Error(`no Node is pinned for ${platform} ${arch}`);
  const found = sumOf(from, 'sha512');
  if (found !== wanted) throw new Error(`${from} has the SHA-512 ${found}, not ${wanted}`);
  mkdirSync(to, { recursive: true });
  cpSync(from, join(to, program), { dereference: true });
  chmodSync(join(to, program), 0o755);
  // The licences of all that is built into Node go where it goes; another version has another file.
  cpSync(join(root, 'resources', 'licenses', `node-${version}.txt`), join(to, 'LICENSE'));
  return wanted;
}

/** The entry point knows every other file. Returns its own sum. */
function writeStart(app) {
  const files = globSync('**/*', { cwd: app, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(app, join(entry.parentPath, entry.name)))
    .sort();
  const sums = files.map((name) => [name.split(sep).join('/'), sumOf(join(app, name), 'sha256')]);
  const text = readFileSync(join(here, 'start.mjs'), 'utf8');
  const filled = text.replace("'@packaged@'", () =>
    JSON.stringify(Object.fromEntries(sums), null, 2),
  );
  writeFileSync(join(app, 'start.mjs'), filled);
  return sumOf(join(app, 'start.mjs'), 'sha512');
}

function writeLauncher(to, { node, start }) {
  const text = readFileSync(join(here, windows ? 'keyreeve.cmd' : 'keyreeve.sh'), 'utf8')
    .replace('@node@', node)
    .replace('@start@', start);
  mkdirSync(to, { recursive: true });
  const launcher = join(to, windows ? 'keyreeve.cmd' : 'keyreeve');
  writeFileSync(launcher, windows ? text.replace(/\r?\n/g, '\r\n') : text);
  chmodSync(launcher, 0o755);
  if (windows) cpSync(join(here, 'path.ps1'), join(to, 'path.ps1'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = await assembleCli({ root: join(dirname(here), '..', '..') });
  console.log(`the command line is in ${out}`);
}
