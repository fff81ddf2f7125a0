/**
 * `npm run bench [-- NAME...] [--quick] [--profile]`: runs the benches named, or all, one after the
 * other; prints their tables and keeps them in bench/results/. A goal that is missed is said, it is
 * no error: figures belong to the machine they were taken on.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadNow, machineFacts } from './support/machine.ts';
import { type Bench, markdown, type Report } from './support/report.ts';

const benches: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  pipeline: () => import('./pipeline.ts'),
  quota: () => import('./quota.ts'),
  unlock: () => import('./unlock.ts'),
  listing: () => import('./listing.ts'),
  commit: () => import('./commit.ts'),
  loop: () => import('./loop.ts'),
  cli: () => import('./cli.ts'),
  memory: () => import('./memory.ts'),
  window: () => import('./window.ts'),
  practice: () => import('./practice.ts'),
  xks: () => import('./xks.ts'),
};

const results = fileURLToPath(new URL('./results/', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
});

const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(
    `no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`,
  );
  process.exit(64);
}

function keep(name: string, report: Report, facts: readonly string[]): void {
  const text = markdown(report, facts);
  process.stdout.write(`${text}\n`);
  // A quick run shows that a bench works; its figures are nobody's result.
  if (values.quick) return;
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${name}.md`), text);
  writeFileSync(
    join(results, `${name}.json`),
    `${JSON.stringify({ ...report, facts }, null, 2)}\n`,
  );
}

async function profile(name: string, bench: Bench): Promise<void> {
  const { profileTables } = await import('./support/cpu-profile.ts');
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-profile-'));
  try {
    await bench({ quick: values.quick, profileTo: folder });
    const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
    const tables = profileTables(folder, root);
    const title = `Where the core spends its time: ${name}`;
    const text = markdown({ title, tables, goals: [], remarks: [] }, await machineFacts(tmpdir()));
    process.stdout.write(text);
    if (values.quick) return;
    mkdirSync(results, { recursive: true });
    writeFileSync(join(results, `${name}.profile.md`), text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  const loaded = await benches[name]?.();
  if (!loaded) continue;
  process.stderr.write(`bench ${name}\n`);
  if (values.profile) {
    await profile(name, loaded.bench);
    continue;
  }
  const facts = await machineFacts(tmpdir());
  const before = loadNow();
  const report = await loaded.bench({ quick: values.quick, profileTo: null });
  keep(name, report, [
    ...facts,
    `load average (1, 5, 15 minutes): ${before} before, ${loadNow()} after`,
  ]);
}
