// Builds the window into dist/renderer when its sources are newer than what is there. Run by the
// first start of a console and by tests; `--force` builds anyway.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleSize, sizeLine, tooLarge } from './bundle-size.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const built = join(root, 'dist', 'renderer');
const mark = join(built, '.sources');

/** What the window is made of, as one hash: two checkouts with the same sources agree. */
function sourcesHash() {
  const hash = createHash('sha256');
  const files = ['package-lock.json', 'vite.config.ts'];
  for (const folder of ['renderer', 'shared']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || /\.(?:test|fixture)\.tsx?$/.test(entry.name)) continue;
      files.push(join(entry.parentPath, entry.name).slice(root.length + 1));
    }
  }
  for (const file of files.sort()) {
    hash.update(`${file}\0`);
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

export const isFresh = () =>
  existsSync(mark) && readFileSync(mark, 'utf8').trim() === sourcesHash();

/**
 * Builds beside and renames, so that a console that starts meanwhile never reads half a window.
 * @returns null when there is a window now, else what the build said
 */
export function buildRenderer({ force = false } = {}) {
  if (!force && isFresh()) return null;
  const hash = sourcesHash();
  mkdirSync(join(root, 'dist'), { recursive: true });
  const beside = join(root, 'dist', `renderer.${process.pid}`);
  const run = spawnSync(
    join(root, 'node_modules', '.bin', 'node'),
    [
      join(root, 'node_modules/vite/bin/vite.js'),
      'build',
      '--logLevel',
      'warn',
      '--outDir',
      beside,
      '--emptyOutDir',
    ],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: 'production', FORCE_COLOR: '0' },
    },
  );
  if (run.status !== 0) {
    rmSync(beside, { recursive: true, force: true });
    return `${run.stdout}${run.stderr}`.trim();
  }
  writeFileSync(join(beside, '.sources'), `${hash}\n`);
  const old = `${beside}.old`;
  if (existsSync(built)) renameSync(built, old);
  renameSync(beside, built);
  rmSync(old, { recursive: true, force: true });
  return null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = buildRenderer({ force: process.argv.includes('--force') });
  if (problem !== null) {
    process.stderr.write(`${problem}\nbuild-renderer: the window could not be built\n`);
    process.exit(1);
  }
  if (process.argv.includes('--force')) checkSize();
}

/** A console that starts is not held up by a window that has grown; whoever builds one is. */
function checkSize() {
  const size = bundleSize(built);
  process.stdout.write(`the window: ${sizeLine(size)}\n`);
  const problems = tooLarge(size);
  for (const problem of problems) process.stderr.write(`build-renderer: too large ${problem}\n`);
  if (problems.length > 0) process.exit(1);
}
