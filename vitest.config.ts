import { defineConfig } from 'vitest/config';

const environment = { NODE_OPTIONS: '' };

/**
 * KEYREEVE_SHIM=boringssl takes away what Electron's crypto lacks. npm test runs unit both ways, but
 * for the window, which does no cryptography.
 */
const shim = process.env['KEYREEVE_SHIM'] === 'boringssl';
const setupFiles = shim ? ['electron/core/crypto/boringssl-shim.ts'] : [];
const window = shim ? [] : ['renderer/**/*.test.{ts,tsx}'];

/** `unit` sits beside the code; `e2e` crosses processes and runs one file at a time. */
export default defineConfig({
  test: {
    env: environment,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'shared/**/*.test.ts',
            'electron/**/*.test.ts',
            'scripts/**/*.test.ts',
            ...window,
          ],
          setupFiles,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.spec.ts'],
          exclude: ['e2e/crash/full.spec.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
