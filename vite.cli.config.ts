import { builtinModules } from 'node:module';
import { defineConfig } from 'vite';
import { ownPlaces } from './scripts/packaging/cli/own-places.mjs';

/** Native code cannot be bundled; it stands in node_modules beside the bundle. */
const outside = ['better-sqlite3', 'pkcs11js', '@node-rs/argon2'];

/** Each program that the command line starts, by the name of its file in the bundle. */
const programs = {
  keyreeve: 'electron/hosts/cli/run.ts',
  'compile-cache': 'electron/hosts/cli/compile-cache.mjs',
  'console-core': 'electron/hosts/console/core-main.ts',
  'hsm-bridge': 'electron/core/hsm/bridge/main.ts',
  'practice-kms': 'electron/practice/kms/main.ts',
  'xks-proxy': 'electron/hosts/xks/main.ts',
  'parent-watch': 'electron/core/kernel/node-parent-watch.ts',
};

/** The command line of a package. All files in one folder, so that each finds the others. */
export default defineConfig({
  plugins: [
    ownPlaces(programs, {
      'package.json': 'package.json',
      'dist/renderer': 'renderer',
      // What only a checkout has is found to be absent.
      'scripts/build-renderer.mjs': 'no-sources/build-renderer.mjs',
      'renderer/index.html': 'no-sources/index.html',
    }),
  ],
  ssr: { noExternal: true, external: outside },
  build: {
    ssr: true,
    outDir: 'dist/cli/app',
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: false,
    rolldownOptions: {
      input: programs,
      external: [...outside, ...builtinModules, ...builtinModules.map((name) => `node:${name}`)],
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'part-[name]-[hash].js',
      },
    },
  },
});
