import { defineConfig } from 'vite';

/**
 * The preload script: a sandboxed one must be CommonJS in one file and may require only `electron`
 * (docs/tutorial/sandbox.md of Electron).
 */
export default defineConfig({
  ssr: { noExternal: true, external: ['electron'] },
  build: {
    ssr: true,
    outDir: 'dist/preload',
    emptyOutDir: true,
    target: 'chrome150',
    minify: false,
    sourcemap: false,
    rolldownOptions: {
      input: { preload: 'electron/preload.ts' },
      external: ['electron'],
      output: { format: 'cjs', entryFileNames: '[name].cjs' },
    },
  },
});
