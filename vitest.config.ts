import { defineConfig } from 'vitest/config';

const environment = { NODE_OPTIONS: '' };

/** KEYREEVE_SHIM=boringssl takes away what Electron's crypto lacks (npm test runs unit both ways). */
const setupFiles =
  process.env['KEYREEVE_SHIM'] === 'boringssl' ? ['electron/core/crypto/boringssl-shim.ts'] : [];

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
            'renderer/**/*.test.{ts,tsx}',
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
