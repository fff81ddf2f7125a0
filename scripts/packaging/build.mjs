// `npm run package`: builds every part of a package for this system, then runs electron-builder with
// the words that follow (`-- --config electron-builder.appimage.yml`, `-- --dir`).
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { assembleCli, pinnedNode } from './cli/assemble.mjs';
import { writePackaged } from './packaged-files.mjs';
import { makeSbom } from './sbom.mjs';

const bundles = {
  renderer: 'vite.config.ts',
  node: 'vite.node.config.ts',
  preload: 'vite.preload.config.ts',
};

/** Everything that electron-builder.yml names, into `dist`. */
export async function buildParts(root, dist = join(root, 'dist')) {
  for (const [name, configuration] of Object.entries(bundles)) {
    await build({
      root: name === 'renderer' ? join(root, 'renderer') : root,
      configFile: join(root, configuration),
      logLevel: 'error',
      build: { outDir: join(dist, name), emptyOutDir: true },
    });
  }
  writePackaged(root, join(dist, 'node'));
  mkdirSync(dist, { recursive: true });
  writeFileSync(join(dist, 'sbom.json'), `${JSON.stringify(makeSbom(root), null, 2)}\n`);
  const system = `${process.platform}-${process.arch}`;
  if (pinnedNode(system) === undefined) return;
  await assembleCli({ root, out: join(dist, 'cli', system), window: join(dist, 'renderer') });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(import.meta.dirname, '..', '..');
  await buildParts(root);
  const builder = join(root, 'node_modules', 'electron-builder', 'cli.js');
  const words = [builder, '--publish', 'never', ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
  process.exit(status ?? 1);
}
