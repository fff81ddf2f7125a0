import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { type BackupReport, verifyBackup } from '../../electron/core/store/backup/verify-backup.ts';
import type { OutputFor } from '../../electron/hosts/cli/operations.ts';
import { practiceSecretAccessKey } from '../../electron/practice/kms/constants.ts';
import type { NumberedEntry } from '../../electron/practice/kms/state/journal.ts';
import { asAwsHasIt } from '../crash/checks/aws.ts';
import { findCanaries } from '../crash/checks/leaks.ts';
import { lookInto, type StoreFacts } from '../crash/look.ts';
import { MaterialReader, sha256 } from '../crash/material.ts';
import type { Held } from '../support/outside-aws.ts';
import type { Started, Walk } from './walk.ts';

/** All that is known of a walk once everything is at rest: what the product tells, and what is so. */
export interface End {
  /** What went wrong on the way. */
  readonly problems: readonly string[];
  readonly groups: OutputFor<'group.list'>['groups'];
  /** Every version, looked at anew here and in AWS. */
  readonly keys: readonly OutputFor<'key.show'>[];
  readonly jobs: readonly OutputFor<'job.show'>[];
  readonly started: readonly Started[];
  readonly audit: OutputFor<'audit.verify'>;
  readonly held: Held;
  readonly journal: readonly NumberedEntry[];
  /** The keystore file, opened by its root key; and those that the walk left for a restored copy. */
  readonly store: StoreFacts;
  readonly left: readonly StoreFacts[];
  /** SHA-256 of every kept copy, as AWS would tell it, by the id of its version. */
  readonly kept: ReadonlyMap<string, string>;
  /** Ids of materials that somebody else brought. */
  readonly theirs: ReadonlySet<string>;
  readonly backup: BackupReport;
  readonly leaks: readonly string[];
}

/** Looks at everything, then ends the core. */
export async function endOf(walk: Walk): Promise<End> {
  const told = await whatIsTold(walk);
  const held = await walk.aws.held();
  const journal = await walk.aws.journal(0);
  await walk.call('keystore.backup', {});
  const audit = await verifiedAudit(walk);
  await walk.stopCore();
  const store = await look(walk, walk.keystore);
  const left: StoreFacts[] = [];
  for (const path of walk.left) left.push(await look(walk, path));
  const copies = new Map<string, Buffer>();
  for (const facts of [store, ...left])
    for (const [id, bytes] of await copiesOf(walk, facts)) copies.set(id, bytes);
  return {
    ...told,
    problems: [...walk.problems, ...told.problems],
    started: walk.started,
    audit,
    held,
    journal,
    store,
    left,
    kept: new Map([...copies].map(([id, bytes]) => [id, sha256(bytes)])),
    theirs: walk.theirs,
    backup: await verifyBackup(walk.backups, { rootKey: walk.rootKey }, nodeClock),
    leaks: leaksOf(walk, copies),
  };
}

async function whatIsTold(walk: Walk): Promise<Pick<End, 'problems' | 'groups' | 'keys' | 'jobs'>> {
  const problems: string[] = [];
  const keys: OutputFor<'key.show'>[] = [];
  for (const { id: key, reference, remote } of await walk.keysOf(null)) {
    const proved = await walk.reply('key.prove', { key });
    if (!proved.ok) problems.push(`${reference} is not proved: ${proved.failure.code}`);
    const checked = remote === null ? null : await walk.reply('key.check', { key });
    if (checked?.ok === false) problems.push(`${reference} is not read: ${checked.failure.code}`);
  }
  for (const { id: key } of await walk.keysOf(null)) {
    keys.push(await walk.call('key.show', { key }));
  }
  const jobs: OutputFor<'job.show'>[] = [];
  for (const { id: job } of (await walk.call('job.list', { limit: 500 })).jobs) {
    jobs.push(await walk.call('job.show', { job }));
  }
  return { problems, groups: await walk.groups(), keys, jobs };
}

async function verifiedAudit(walk: Walk): Promise<OutputFor<'audit.verify'>> {
  const file = join(walk.outFolder, 'audit.jsonl');
  const { fingerprint } = await walk.call('audit.export', { to: file });
  return walk.call('audit.verify', { file, fingerprint });
}

/** Looks into a copy: looking changes nothing. */
async function look(walk: Walk, path: string): Promise<StoreFacts> {
  const to = join(walk.folder, 'look');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  for (const entry of readdirSync(dirname(path), { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isFile() || !name.startsWith('walk.keystore') || name.endsWith('.lock')) continue;
    cpSync(join(dirname(path), name), join(to, name));
  }
  return lookInto(join(to, 'walk.keystore'), walk.rootKey);
}

/** Every kept copy in the clear, as AWS has it. */
async function copiesOf(walk: Walk, facts: StoreFacts): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const storage of ['software', 'hsm'] as const) {
    const those = facts.keys.filter(({ key }) => key.storage === storage);
    if (those.length === 0) continue;
    const token = storage === 'hsm' ? walk.token : null;
    await using reader = await MaterialReader.open({
      token,
      pin: token === null ? null : walk.pin,
      scenery: token === null ? 'software' : 'softhsm',
      rootKey: walk.rootKey,
    });
    for (const { key } of those) {
      const blob = facts.blobs.get(key.id);
      if (!blob) throw new Error(`version ${key.version} has no kept copy`);
      found.set(key.id, asAwsHasIt(key.spec, await reader.read(blob)));
    }
  }
  return found;
}

function leaksOf(walk: Walk, copies: ReadonlyMap<string, Buffer>): string[] {
  const places = Array.from({ length: walk.place }, (_, i) => join(walk.folder, `run${i + 1}`));
  return findCanaries(
    [...places, walk.outFolder, join(walk.folder, 'home')],
    [
      { name: 'the passphrase', bytes: walk.passphrase },
      { name: 'the PIN', bytes: walk.pin },
      { name: 'the secret access key', bytes: Buffer.from(practiceSecretAccessKey) },
      ...walk.rootKey.use((root) => [{ name: 'the root key', bytes: Buffer.from(root) }]),
      ...[...copies].map(([id, bytes]) => ({ name: `key ${id}`, bytes })),
    ],
  );
}
