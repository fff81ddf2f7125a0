import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const rules = join(root, '.dependency-cruiser.cjs');

/** What one file may not import, and the rule that says so. */
const forbidden: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['no-cycles', 'electron/core/kernel/a.ts', 'electron/core/kernel/b.ts'],
  ['every-file-has-its-place', 'electron/core/elsewhere/a.ts', 'shared/model/span.ts'],
  ['every-file-has-its-place', 'renderer/elsewhere/a.ts', 'shared/model/span.ts'],
  ['nothing-from-an-unnamed-place', 'electron/hosts/cli/a.ts', 'electron/elsewhere/leaf.ts'],
  [
    'product-knows-no-test',
    'electron/core/store/a.ts',
    'electron/core/kernel/test-clock.fixture.ts',
  ],
  ['product-knows-no-test', 'electron/hosts/cli/a.ts', 'electron/hosts/in-test-core.fixture.ts'],
  [
    'product-knows-no-test',
    'electron/practice/kms/a.ts',
    'electron/practice/kms/testing/b.fixture.ts',
  ],
  ['product-knows-no-test', 'renderer/ui/a.ts', 'renderer/state/reads.fixture.ts'],
  ['hosts-know-no-practice-kms', 'electron/hosts/cli/a.ts', 'electron/practice/kms/start.ts'],
  ['hosts-know-no-practice-kms', 'electron/main.ts', 'renderer/ui/copy.ts'],
  ['shared-is-pure', 'shared/text/a.ts', 'electron/core/kernel/secret.ts'],
  ['shared-is-pure', 'shared/text/a.ts', 'node:fs'],
  ['shared-is-pure', 'shared/text/a.ts', 'commander'],
  ['renderer-knows-the-contract-only', 'renderer/ui/a.ts', 'electron/core/kernel/secret.ts'],
  ['renderer-runs-in-a-page', 'renderer/ui/a.ts', 'node:fs'],
  ['renderer-runs-in-a-page', 'renderer/ui/a.ts', 'commander'],
  ['core-knows-no-host', 'electron/core/assembly/a.ts', 'electron/hosts/log-file.ts'],
  ['core-knows-no-host', 'electron/core/assembly/a.ts', 'electron/practice/kms/start.ts'],
  ['core-knows-no-host', 'electron/core/assembly/a.ts', 'electron/plain-http/lane.ts'],
  ['core-knows-no-host', 'electron/core/gate.ts', 'renderer/ui/copy.ts'],
  ['no-electron-outside-its-entry', 'electron/core/assembly/a.ts', 'electron'],
  ['no-electron-outside-its-entry', 'electron/hosts/cli/a.ts', 'electron'],
  ['practice-knows-crypto-only', 'electron/practice/kms/a.ts', 'electron/core/store/b.ts'],
  ['practice-knows-crypto-only', 'electron/practice/kms/a.ts', 'electron/hosts/log-file.ts'],
  ['practice-knows-crypto-only', 'electron/practice/kms/a.ts', 'renderer/ui/copy.ts'],
  ['plain-http-stands-alone', 'electron/plain-http/a.ts', 'shared/model/span.ts'],
  ['plain-http-stands-alone', 'electron/plain-http/a.ts', 'commander'],
  ['sdk-in-the-adapter-only', 'electron/core/jobs/kinds/a.ts', '@aws-sdk/client-kms'],
  ['sdk-in-the-adapter-only', 'electron/core/cloud/a.ts', '@smithy/core'],
  ['packages-of-hosts-in-hosts-only', 'electron/core/assembly/a.ts', 'ws'],
  ['pkcs11-in-its-driver-only', 'electron/core/hsm/bridge/a.ts', 'pkcs11js'],
  ['xks-opens-no-keystore', 'electron/hosts/xks/a.ts', 'electron/core/keystore/b.ts'],
  ['xks-opens-no-keystore', 'electron/core/xks/a.ts', 'electron/core/store/b.ts'],
  ['sqlite-in-the-store-and-the-practice-kms-only', 'electron/core/jobs/a.ts', 'better-sqlite3'],
  [
    'migrations-stand-alone',
    'electron/core/store/migrations/0001-a.ts',
    'electron/core/store/b.ts',
  ],
  ['queue-and-runner-know-no-domain', 'electron/core/jobs/a.ts', 'electron/core/audit/b.ts'],
  ['core-kernel', 'electron/core/kernel/a.ts', 'electron/core/crypto/b.ts'],
  ['core-crypto', 'electron/core/crypto/a.ts', 'electron/core/store/b.ts'],
  ['core-store', 'electron/core/store/a.ts', 'electron/core/audit/b.ts'],
  ['core-audit', 'electron/core/audit/a.ts', 'electron/core/hsm/b.ts'],
  ['core-hsm', 'electron/core/hsm/a.ts', 'electron/core/cloud/b.ts'],
  ['core-cloud', 'electron/core/cloud/a.ts', 'electron/core/xks/b.ts'],
  ['core-xks', 'electron/core/xks/a.ts', 'electron/core/jobs/b.ts'],
  ['core-jobs', 'electron/core/jobs/a.ts', 'electron/core/keystore/b.ts'],
  ['core-keystore', 'electron/core/keystore/a.ts', 'electron/core/jobs/kinds/b.ts'],
  ['core-kinds', 'electron/core/jobs/kinds/a.ts', 'electron/core/operations/b.ts'],
  ['core-operations', 'electron/core/operations/a.ts', 'electron/core/assembly/b.ts'],
  ['core-assembly', 'electron/core/assembly/a.ts', 'electron/core/gate.ts'],
  ['window-client', 'renderer/client/a.ts', 'renderer/state/b.ts'],
  ['window-state', 'renderer/state/a.ts', 'renderer/ui/copy.ts'],
  ['window-ui', 'renderer/ui/a.ts', 'renderer/features/keys/b.ts'],
  ['window-features', 'renderer/features/keys/a.ts', 'renderer/shell/b.ts'],
  ['window-shell', 'renderer/shell/a.ts', 'renderer/window.tsx'],
];

/** Closes the circle of `no-cycles`, which is told once. */
const wayBack = ['electron/core/kernel/b.ts', 'electron/core/kernel/a.ts'] as const;

/** The neighbours that stay allowed: a rule that forbids everything would satisfy the list above. */
const allowed: readonly (readonly [from: string, to: string])[] = [
  ['shared/text/good.ts', 'zod'],
  ['electron/core/operations/good.ts', 'electron/core/jobs/kinds/b.ts'],
  ['electron/core/cloud/aws/good.ts', '@aws-sdk/client-kms'],
  ['electron/core/hsm/drivers/pkcs11/good.ts', 'pkcs11js'],
  ['electron/hosts/cli/good.ts', 'commander'],
  ['electron/hosts/xks/good.ts', 'electron/plain-http/lane.ts'],
  ['electron/hosts/desktop/good.ts', 'electron'],
  ['electron/plain-http/good.ts', 'node:http'],
  ['electron/practice/kms/good.ts', 'electron/core/crypto/b.ts'],
  ['renderer/features/keys/good.ts', 'renderer/ui/copy.ts'],
  ['renderer/ui/good.ts', 'react'],
];

const tree = mkdtempSync(join(tmpdir(), 'keyreeve-layers-'));
afterAll(() => rmSync(tree, { recursive: true, force: true }));

const isFile = (name: string): boolean => /\.tsx?$/.test(name);

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

function plant(imports: readonly (readonly [from: string, to: string])[]): void {
  const lines = new Map<string, string>();
  for (const [from, to] of imports) {
    if (isFile(to)) lines.set(to, lines.get(to) ?? '');
    else if (!to.startsWith('node:')) {
      write(`node_modules/${to}/package.json`, `{ "name": "${to}", "main": "index.js" }`);
      write(`node_modules/${to}/index.js`, '');
    }
    const way = isFile(to) ? relative(dirname(from), to).replace(/^(?!\.)/, './') : to;
    lines.set(from, `${lines.get(from) ?? ''}import '${way}';\n`);
  }
  for (const [path, text] of lines) write(path, text || 'export {};\n');
  write('tsconfig.json', '{ "compilerOptions": { "allowImportingTsExtensions": true } }');
  // A package is looked up only where the project lists it.
  const packages = imports.map(([, to]) => to).filter((to) => !isFile(to) && !to.includes(':'));
  const dependencies = Object.fromEntries(packages.map((name) => [name, '*']));
  write('package.json', JSON.stringify({ name: 'planted', type: 'module', dependencies }));
}

let found: readonly string[];

beforeAll(() => {
  plant([...forbidden.map(([, from, to]) => [from, to] as const), wayBack, ...allowed]);
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const words = ['shared', 'electron', 'renderer', '--config', rules, '--output-type', 'json'];
  const run = spawnSync(process.execPath, [tool, ...words], { cwd: tree, encoding: 'utf8' });
  const {
    summary,
  }: { summary: { violations: { rule: { name: string }; from: string; to: string }[] } } =
    JSON.parse(run.stdout);
  found = summary.violations.map(
    ({ rule, from, to }) =>
      `${rule.name}: ${from} -> ${to.replace(/^node_modules\/(.+)\/index\.js$/, '$1')}`,
  );
});

it.each(forbidden)('%s: %s does not import %s', (rule, from, to) => {
  expect(found).toContain(`${rule}: ${from} -> ${to.replace(/^node:/, '')}`);
});

it.each(allowed)('%s may import %s', (from) => {
  expect(found.filter((line) => line.includes(`: ${from} -> `))).toEqual([]);
});

it('sees each rule broken once', () => {
  const known: { forbidden: { name: string }[] } = createRequire(import.meta.url)(rules);
  const names = known.forbidden.map(({ name }) => name);
  expect(names.filter((name) => !forbidden.some(([rule]) => rule === name))).toEqual([]);
});
