// Runs the real electron-builder where no Electron can be had: on a stand-in for Electron's files with
// a fuse wire in it, and with dpkg-deb behind a stand-in for fpm. Shows everything up to the finished
// deb but a program that runs. Linux only. As a program: rehearse.mjs <empty folder>.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { buildParts } from './build.mjs';

const here = import.meta.dirname;
/** How Electron's binary begins its fuses, and what it ships with. */
const wire = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101100011'),
]);

/** A copy of the project with everything built, so that nothing of the checkout is touched. */
export async function prepareProject(root, project) {
  for (const name of [
    'package.json',
    'package-lock.json',
    'electron-builder.yml',
    'electron-builder.appimage.yml',
    'resources',
    'scripts',
    'docs/xks-production.md',
  ]) {
    cpSync(join(root, name), join(project, name), { recursive: true });
  }
  copyModules(root, project);
  await buildParts(root, join(project, 'dist'));
  const electron = join(project, 'electron');
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'),
  );
  const files = {
    electron: Buffer.concat([Buffer.alloc(4096, 1), wire, Buffer.alloc(4096, 2)]),
    'chrome-sandbox': 'stand-in',
    LICENSE: 'stand-in',
    'LICENSES.chromium.html': 'stand-in',
    version,
    'locales/en-US.pak': 'stand-in',
    'locales/de.pak': 'stand-in',
  };
  mkdirSync(join(electron, 'locales'), { recursive: true });
  mkdirSync(join(electron, 'resources'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(electron, name), content);
  chmodSync(join(electron, 'electron'), 0o755);
}

/** What is installed for use; through a link electron-builder does not find all of it. */
function copyModules(root, project) {
  const words = ['ls', '--omit', 'dev', '--all', '--parseable'];
  const listed = execFileSync('npm', words, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  // The hook that burns the fuses runs from there too.
  const wanted = [
    ...listed.trim().split('\n').slice(1),
    join(root, 'node_modules/@electron/fuses'),
  ];
  for (const path of wanted) {
    const target = join(project, relative(root, path));
    cpSync(path, target, { recursive: true, filter: (from) => basename(from) !== 'node_modules' });
  }
}

export function rehearse(project, { config = 'electron-builder.yml', targets = ['dir'] } = {}) {
  const builder = createRequire(import.meta.url).resolve('electron-builder/cli.js');
  const words = [
    builder,
    '--linux',
    ...targets,
    '--publish',
    'never',
    '--config',
    config,
    `-c.electronDist=${join(project, 'electron')}`,
  ];
  const run = spawnSync(process.execPath, words, {
    cwd: project,
    encoding: 'utf8',
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      CUSTOM_FPM_PATH: join(here, 'fpm-stand-in.mjs'),
      // Nothing may be fetched: an address that answers nobody.
      ELECTRON_MIRROR: 'http://127.0.0.1:9/',
      ELECTRON_BUILDER_BINARIES_MIRROR: 'http://127.0.0.1:9/',
    },
  });
  const said = `${run.stdout}${run.stderr}`;
  if (run.status !== 0) throw new Error(`electron-builder ended with ${run.status}\n${said}`);
  const packages = join(project, 'dist', 'packages');
  return { packages, unpacked: join(packages, 'linux-unpacked'), said };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const project = resolve(process.argv[2] ?? '');
  await prepareProject(join(here, '..', '..'), project);
  console.log(rehearse(project, { targets: ['deb'] }).said);
}
