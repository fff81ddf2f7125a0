import { defineConfig } from 'vitest/config';

const environment = { NODE_OPTIONS: '' };

/**
 * KEYREEVE_SHIM=boringssl takes away what Electron's crypto lacks. npm test runs unit and pure a second
 * time so, where they do cryptography.
 */
const shim = process.env['KEYREEVE_SHIM'] === 'boringssl';
const setupFiles = shim ? ['electron/core/crypto/boringssl-shim.fixture.ts'] : [];
const unit = shim
  ? [
      'electron/core/{audit,cloud,crypto,hsm,keystore,store,xks}/**/*.test.ts',
      'electron/practice/kms/{actions,auth,material,model,state,wire,xks}/**/*.test.ts',
      'electron/practice/kms/sdk.test.ts',
    ]
  : ['{shared,electron,scripts}/**/*.test.ts'];

/**
 * Tests of code that keeps nothing outside of what it is given. They share workers: to load the same
 * modules anew for each file took as long as the tests themselves.
 */
const pureWithCryptography = [
  'electron/core/{audit,cloud,crypto,keystore,store,xks}/**/*.test.ts',
  'electron/practice/kms/{actions,auth,material,model,state,wire}/**/*.test.ts',
];
const pure = [
  ...pureWithCryptography,
  'shared/**/*.test.ts',
  'electron/core/{jobs,kernel,operations}/**/*.test.ts',
  'electron/practice/kms/{control,history,mischief,open-points,policy,principals,quota,sts}/**/*.test.ts',
];

/** What these look at is done in other processes, which the shim does not reach. */
const elsewhere = [
  'electron/core/hsm/bridge/**/*.test.ts',
  'electron/practice/kms/xks/process.test.ts',
];
const notUnit = [...pure, ...(shim ? elsewhere : [])];

/** Far beyond what anything takes: a loaded computer fails no test, and one that hangs ends. */
const patience = {
  testTimeout: 180_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 30_000 } },
};

/**
 * The window's tests beside its code. They share a worker and its page: to load jsdom, React and the
 * components anew for every file took as long as the tests themselves.
 */
const renderer = {
  name: 'renderer',
  include: ['renderer/**/*.test.{ts,tsx}'],
  setupFiles: ['renderer/testing/setup.fixture.ts'],
  isolate: false,
  ...patience,
};

/** What drives a page. It takes as long as all else that crosses processes. */
const pages = [
  'e2e/window/**/*.spec.ts',
  'e2e/console/{browser,lock,takeover}.spec.ts',
  'e2e/desktop/built.spec.ts',
  'e2e/desktop.spec.ts',
];
const acrossProcesses = {
  setupFiles: ['e2e/support/tell-failures.ts'],
  // What is tried runs in processes of its own; the next file finds loaded what starts them.
  isolate: false,
  // Each test starts several processes, which are busy while it waits.
  maxWorkers: 2,
  sequence: { groupOrder: 1 },
  ...patience,
  // A test that needs it is named at the end of npm test.
  retry: 1,
};

/**
 * `unit`, `pure` and `renderer` sit beside the code; `e2e` and `window` cross processes and run two files at a
 * time, whichever is next.
 */
export default defineConfig({
  test: {
    env: environment,
    // Left to itself, vitest keeps one of two processors for nobody.
    maxWorkers: '100%',
    projects: [
      { test: { name: 'unit', include: unit, exclude: notUnit, setupFiles, ...patience } },
      {
        test: {
          name: 'pure',
          include: shim ? pureWithCryptography : pure,
          setupFiles,
          isolate: false,
          ...patience,
        },
      },
      { test: renderer },
      { test: { name: 'e2e', include: ['e2e/**/*.spec.ts'], exclude: pages, ...acrossProcesses } },
      { test: { name: 'window', include: pages, ...acrossProcesses } },
    ],
  },
});
