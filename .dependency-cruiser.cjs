/** The one statement of who may import whom (docs: ARCHITECTURE.md). */
const core = '^electron/core/';
const test = '\\.(test|spec|fixture)\\.tsx?$';
/** What only tests and measurements load, wherever it stands. */
const forTests = [test, '^(e2e|bench|scripts)/'];

/** Inside the core each folder may import the folders before it in this list, and itself. */
const order = ['kernel', 'crypto', 'store', 'audit', 'hsm', 'cloud', 'xks', 'jobs', 'keystore', 'kinds', 'operations', 'assembly'];
const place = (name) => (name === 'kinds' ? `${core}jobs/kinds/` : name === 'jobs' ? `${core}jobs/(?!kinds/)` : `${core}${name}/`);
const inner = order.map((name, at) => ({
  name: `core-${name}`,
  comment: `core/${name} may import only what stands before it: ${order.slice(0, at).join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: place(name), pathNot: test },
  to: {
    path: core,
    pathNot: [
      `${core}(ports|core)\\.ts$`,
      ...order.slice(0, at + 1).map(place),
    ],
  },
}));

/** The window's folders, by the same rule. `main.tsx` and what stands beside it put them together. */
const windowOrder = ['client', 'state', 'ui', 'features', 'shell'];
const window = windowOrder.map((name, at) => ({
  name: `window-${name}`,
  comment: `renderer/${name} may import only what stands before it: ${windowOrder.slice(0, at).join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^renderer/${name}/`, pathNot: forTests },
  to: {
    path: '^renderer/',
    pathNot: [
      ...windowOrder.slice(0, at + 1).map((each) => `^renderer/${each}/`),
      // the table that names each dialog's parts, as types
      ...(name === 'features' ? ['^renderer/dialogs\\.tsx$'] : []),
    ],
  },
}));

/** Whatever stands elsewhere would be held against no rule. */
const places = [
  ...order.map(place),
  `${core}[a-z-]+(\\.test)?\\.ts$`,
  '^electron/(hosts|plain-http|practice)/',
  '^electron/(main|preload)\\.ts$',
  ...windowOrder.map((each) => `^renderer/${each}/`),
  '^renderer/testing/',
  '^renderer/[a-z-]+\\.tsx?$',
];

module.exports = {
  forbidden: [
    {
      name: 'every-file-has-its-place',
      comment: 'a new folder is named here and in ARCHITECTURE.md before anything stands in it',
      severity: 'error',
      from: { path: '^(electron|renderer)/', pathNot: places },
      to: {},
    },
    {
      name: 'nothing-from-an-unnamed-place',
      severity: 'error',
      from: {},
      to: { path: '^(electron|renderer)/.*\\.tsx?$', pathNot: places },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      // a cycle of which one edge is a type exists only for the type checker
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'product-knows-no-test',
      comment: 'nothing that is delivered may load what is there for tests',
      severity: 'error',
      from: { path: '^(shared|electron|renderer)/', pathNot: forTests },
      to: { path: forTests },
    },
    {
      name: 'hosts-know-no-practice-kms',
      comment: 'the core starts it as a process; the demo tells its account',
      severity: 'error',
      from: { path: '^electron/(hosts/|main|preload)', pathNot: forTests },
      to: { path: '^(electron/practice|renderer)/', pathNot: '^electron/practice/kms/constants\\.ts$' },
    },
    {
      name: 'shared-is-pure',
      comment: 'shared/ runs anywhere: it may import only itself and the schema library',
      severity: 'error',
      from: { path: '^shared/', pathNot: test },
      to: { pathNot: ['^shared/', '^node_modules/zod/'] },
    },
    {
      name: 'renderer-knows-the-contract-only',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(electron|e2e|bench)/' },
    },
    {
      name: 'renderer-runs-in-a-page',
      comment: 'neither what Node has built in nor a package that is not for pages',
      severity: 'error',
      from: { path: '^renderer/', pathNot: forTests },
      to: {
        pathNot: [
          '^(renderer|shared)/',
          '^node_modules/(react|react-dom|@mui/material|@emotion/[a-z]+|@tanstack/react-[a-z]+|zustand|zod)/',
        ],
      },
    },
    {
      name: 'core-knows-no-host',
      severity: 'error',
      from: { path: core, pathNot: test },
      to: { path: ['^electron/(hosts|practice|plain-http)/', '^electron/(main|preload)', '^renderer/', '^e2e/', '^bench/'] },
    },
    {
      name: 'no-electron-outside-its-entry',
      severity: 'error',
      from: { path: '.*', pathNot: ['^electron/(main|preload)\\.ts$', '^electron/hosts/(desktop|transport/ipc)'] },
      to: { path: '(^|node_modules/)electron(/|$)', pathNot: '^electron/' },
    },
    {
      name: 'practice-knows-crypto-only',
      comment: 'and plain requests, and the line to whoever launched it',
      severity: 'error',
      from: { path: '^electron/practice/', pathNot: test },
      to: {
        path: '^(electron|renderer)/',
        pathNot: [
          '^electron/practice/',
          '^electron/core/crypto/',
          '^electron/core/kernel/node-parent-port',
          '^electron/plain-http/',
        ],
      },
    },
    {
      name: 'plain-http-stands-alone',
      comment: 'nothing but itself and what Node has built in',
      severity: 'error',
      from: { path: '^electron/plain-http/', pathNot: test },
      to: { pathNot: '^electron/plain-http/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'sdk-in-the-adapter-only',
      severity: 'error',
      from: { path: '^(electron|shared|renderer)/', pathNot: ['^electron/core/cloud/aws/', test] },
      to: { path: 'node_modules/@(aws-sdk|smithy)/' },
    },
    {
      name: 'packages-of-hosts-in-hosts-only',
      comment: 'arguments, completion and WebSockets are how a host is reached',
      severity: 'error',
      from: { path: '^(electron/(core|practice)|shared)/', pathNot: test },
      to: { path: '^node_modules/(commander|ws|@bomb\\.sh)/' },
    },
    {
      name: 'pkcs11-in-its-driver-only',
      severity: 'error',
      from: { path: '.*', pathNot: '^electron/core/hsm/drivers/pkcs11' },
      to: { path: 'node_modules/pkcs11js/' },
    },
    {
      name: 'xks-opens-no-keystore',
      comment: 'what the XKS proxy runs must not be able to open a keystore',
      severity: 'error',
      from: { path: [`${core}xks/`, '^electron/hosts/xks/'], pathNot: test },
      to: { path: `${core}(store|audit|keystore|jobs|operations|assembly|cloud)/` },
    },
    {
      name: 'sqlite-in-the-store-and-the-practice-kms-only',
      severity: 'error',
      from: {
        path: '^(electron|shared|renderer)/',
        pathNot: ['^electron/core/store/', '^electron/practice/kms/', test],
      },
      to: { path: 'node_modules/better-sqlite3', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'migrations-stand-alone',
      severity: 'error',
      from: { path: '^electron/core/store/migrations/\\d', pathNot: test },
      to: { path: '.*', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'queue-and-runner-know-no-domain',
      severity: 'error',
      from: { path: `${core}jobs/(?!kinds/)`, pathNot: test },
      to: { path: core, pathNot: [`${core}(kernel|store|jobs)/`, `${core}(ports|core)\\.ts$`] },
    },
    ...inner,
    ...window,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
