// What the packaged desktop holds itself against when it starts. Inside the archive, which a fuse
// protects on Windows and macOS; what it lists lies outside of it.
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { FuseV1Options } from '@electron/fuses';
import { nativePackages } from './cli/native-packages.mjs';
import { released } from './fuses.mjs';

const { platform, arch } = process;

/** Writes `packaged.json` beside the bundles and returns where it is. */
export function writePackaged(root, folder = join(root, 'dist', 'node')) {
  const modules = join(root, 'node_modules');
  // macOS's signing changes native code, and its loader takes none that is not signed as the program.
  const names =
    platform === 'darwin'
      ? []
      : nativePackages(platform, arch)
          .flatMap((pattern) => globSync(pattern, { cwd: modules }))
          .filter((name) => name.endsWith('.node'))
          .sort();
  const sums = names.map((name) => [
    `node_modules/${name.split(sep).join('/')}`,
    createHash('sha256')
      .update(readFileSync(join(modules, name)))
      .digest('hex'),
  ]);
  const fuses = Object.entries(released)
    .sort(([one], [other]) => FuseV1Options[one] - FuseV1Options[other])
    .map(([, on]) => (on ? '1' : '0'))
    .join('');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'packaged.json');
  writeFileSync(path, `${JSON.stringify({ native: Object.fromEntries(sums), fuses }, null, 2)}\n`);
  return path;
}
