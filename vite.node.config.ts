import { builtinModules } from 'node:module';
import { defineConfig } from 'vite';

/** Native code cannot be bundled; Electron is there when the program runs. */
const outside = ['electron', 'better-sqlite3', 'pkcs11js', '@node-rs/argon2'];

/** The programs of the desktop: main process, core, HSM bridge, practice KMS. */
export default defineConfig({
  ssr: { noExternal: true, external: outside },
  build: {
    ssr: true,
    outDir: 'dist/node',
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: false,
    rolldownOptions: {
      input: {
        main: 'electron/main.ts',
        core: 'electron/hosts/core-process/main.ts',
        'hsm-bridge': 'electron/core/hsm/bridge/main.ts',
        'practice-kms': 'electron/practice/kms/main.ts',
      },
      external: [...outside, ...builtinModules, ...builtinModules.map((name) => `node:${name}`)],
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
      },
    },
  },
});
