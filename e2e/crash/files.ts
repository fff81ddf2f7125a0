/**
 * Kills the core at the system calls by which files come to be, and not at its steps: a backup, a
 * passphrase, a credential, a backup place, a designation. Needs strace. Prints a line for each
 * failure and ends with `file points: N tried, M failed`; exit code 1 if any failed.
 *
 *     node_modules/.bin/node e2e/crash/files.ts [--every N] [--deed NAME] [--at N]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { verifyBackup } from '../../electron/core/store/backup/verify-backup.ts';
import { complaint, last, type Life, reportOf } from './life.ts';
import { lookInto } from './look.ts';
import type { Task } from './orders.ts';
import { Stage } from './stage.ts';
import { changingCalls, countCalls, killedAt } from './system-calls.ts';

const replacement = Buffer.from('another passphrase of several words');

/** What a person does that writes files beside the database. */
const deeds: Readonly<Record<string, (stage: Stage) => readonly Task[]>> = {
  backup: () => [{ do: 'back-up' }],
  'backup-place': ({ runFolder }) => {
    const place = join(runFolder, 'elsewhere');
    mkdirSync(place, { mode: 0o700 });
    return [{ do: 'back-up-to', place }];
  },
  passphrase: () => [{ do: 'change-passphrase', replacement }],
  credential: ({ practice }) => [
    { do: 'add-credential', name: 'second-kms', endpoint: practice.url },
  ],
  group: () => [
    {
      do: 'add-group',
      group: {
        name: 'files',
        credential: 'payments-kms',
        region: 'eu-west-1',
        storage: 'software',
      },
    },
  ],
};

const ways = { prepare: [], deed: null, kill: null, sendOn: false };

/** A life after the death, opened by whichever passphrase fits. */
async function nextLife(stage: Stage, number: number, isDone: boolean): Promise<Life> {
  const seed = `files life ${number}`;
  const after = await stage.live(number, { ...ways, seed, passphrase: replacement });
  if (complaint(after) === null || isDone) return after;
  return stage.live(number + 1, { ...ways, seed });
}

/** Everything that is wrong once a deed was killed, or came to its end. */
async function problemsOf(stage: Stage, deed: string, life: Life): Promise<string[]> {
  const problems: string[] = [];
  const isDone = last(life, 'armed') !== null;
  const before = await lookInto(stage.copyKeystore(), stage.rootKey);
  if (before.condition !== 'verified') problems.push(`the keystore is ${before.condition}`);
  if (before.integrity !== 'ok') problems.push(`integrity: ${before.integrity}`);
  if (before.chain !== null) problems.push(`the audit chain: ${before.chain}`);
  const next =
    deed === 'passphrase'
      ? await nextLife(stage, 2, isDone)
      : await stage.live(2, { ...ways, seed: 'files life 2' });
  const report = reportOf(next);
  if (report === null) return [...problems, complaint(next) ?? 'no report'];
  if (!report.audit.ok) problems.push(`the export does not verify: ${report.audit.problem}`);
  const after = await lookInto(stage.copyKeystore(), stage.rootKey);
  if (after.auditSize < before.auditSize) problems.push('the audit log shrank');
  if (isDone && deed === 'group' && !report.groups.some(({ name }) => name === 'files')) {
    problems.push('a group that was told to be there is gone');
  }
  const place =
    isDone && deed === 'backup-place' ? join(stage.runFolder, 'elsewhere') : stage.backups;
  try {
    await verifyBackup(place, { rootKey: stage.rootKey }, nodeClock);
  } catch (error) {
    problems.push(`the backup does not verify: ${error instanceof Error ? error.message : ''}`);
  }
  return problems;
}

async function tryPoint(stage: Stage, deed: string, at: number): Promise<string[] | null> {
  await stage.fresh();
  const prepare = deeds[deed]?.(stage) ?? [];
  const life = await stage.live(1, { ...ways, seed: 'files', prepare }, killedAt(at));
  // as many calls as it needed: it came to its end before
  if (life.signal !== 'SIGKILL') {
    const odd = complaint(life);
    return odd === null ? null : [`not killed: ${odd}`];
  }
  return problemsOf(stage, deed, life);
}

const { values } = parseArgs({
  options: {
    every: { type: 'string', default: '1' },
    deed: { type: 'string', multiple: true, default: [] },
    at: { type: 'string', multiple: true, default: [] },
  },
});
const stage = await Stage.open('software');
let [tried, failed] = [0, 0];
try {
  for (const deed of values.deed.length > 0 ? values.deed : Object.keys(deeds)) {
    await stage.fresh();
    const trace = join(stage.outFolder, 'trace');
    const prepare = deeds[deed]?.(stage) ?? [];
    const whole = await stage.live(1, { ...ways, seed: 'files', prepare }, countCalls(trace));
    const odd = complaint(whole);
    if (odd !== null) throw new Error(`${deed}: ${odd}`);
    const calls = changingCalls(trace);
    console.log(`${deed}: ${calls} calls`);
    const points =
      values.at.length > 0
        ? values.at.map(Number)
        : Array.from({ length: calls }, (_, i) => i + 1).filter(
            (n) => n % Number(values.every) === 0,
          );
    for (const at of points) {
      const problems = await tryPoint(stage, deed, at);
      if (problems === null) continue;
      tried += 1;
      if (problems.length === 0) continue;
      failed += 1;
      console.log(`FAILED ${deed}, call ${at}`);
      for (const problem of problems) console.log(`  ${problem}`);
      console.log(`  repeat: node e2e/crash/files.ts --deed ${deed} --at ${at}`);
    }
  }
} finally {
  await stage.close();
}
console.log(`file points: ${tried} tried, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
