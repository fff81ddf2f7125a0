import { createHash, randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { Secret } from '../../electron/core/kernel/secret.ts';
import { openKeystore } from '../../electron/core/store/keystore-file.ts';
import { trackedTables } from '../../electron/core/store/state-root.ts';
import type { Call } from '../../electron/hosts/cli/operations.ts';
import { type OutsideAws, practiceRoot, region } from '../support/outside-aws.ts';
import type { Things } from './messages.ts';

const passphrase = 'a passphrase of several words';
export const passphraseBytes = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(passphrase));

/**
 * A practice keystore with something of everything: folders, groups, rotated keys, jobs. Its AWS is one
 * that this keystore did not start, for it would note where it runs at each start.
 */
export async function fill(call: Call, aws: OutsideAws): Promise<Things> {
  await call('keystore.create', { realm: 'practice', passphrase: passphraseBytes() });
  const credential = 'ledger-kms';
  await call('credential.import', {
    kind: 'keys',
    name: credential,
    accessKeyId: practiceRoot.accessKeyId,
    secretAccessKey: Uint8Array.from(Buffer.from(practiceRoot.secretAccessKey)),
    endpoint: aws.url,
  });
  await call('folder.add', { name: 'Payments', parent: null });
  const names = ['payments-prod', 'ledger-prod'];
  for (const name of names) {
    await call('group.add', {
      name,
      credential,
      region,
      storage: 'software',
      folder: 'Payments',
    });
    for (let rotation = 0; rotation < 2; rotation++) await rotate(call, name);
  }
  const { keys } = await call('key.list', {});
  const { groups } = await call('group.list', {});
  const { jobs } = await call('job.list', {});
  const ids = [...keys, ...groups, ...jobs].map(({ id }) => id);
  return { references: [...ids, ...names, credential, 'payments-prod/1'] };
}

async function rotate(call: Call, group: string): Promise<void> {
  const { number } = await call('group.planForceRotate', { group });
  const { jobId } = await call('group.forceRotate', { group, plan: number });
  for (let revision = 0; ; ) {
    const moved = await call('job.wait', { job: jobId, revision, waitMs: 10_000 });
    const { state } = moved.detail.job;
    if (state === 'done') return;
    if (state !== 'waiting' && state !== 'running' && state !== 'checking') {
      throw new Error(`the rotation of ${group} is ${state}`);
    }
    revision = moved.revision;
  }
}

/**
 * Noted now and then: how far the clock has come; by valid reads: when AWS last knew a credential, and when it last
 * told of a KMS key, as a plan asks.
 */
const notedByTime = { setting: "where key <> 'wall'", columns: ['tested_at', 'read_at'] };

/** Over every row of every table that the keystore's own state root counts: a line for each table. */
function contentHash(db: Database): string {
  const lines = trackedTables(db).map(({ name, columns, order }) => {
    const hash = createHash('sha256');
    const shown = columns.filter((column) => !notedByTime.columns.includes(column)).join(', ');
    const where = name === 'setting' ? notedByTime.setting : '';
    const rows = db.prepare<[], unknown[]>(
      `select ${shown} from "${name}" ${where} order by ${order.join(', ')}`,
    );
    for (const row of rows.raw().iterate()) hash.update(`${JSON.stringify(row)}\n`);
    return `${name} ${hash.digest('hex')}`;
  });
  return lines.join('\n');
}

/**
 * A hash of each table of everything that a locked keystore holds but its audit log, from a copy of its
 * files.
 */
export async function stateHash(keystore: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-state-'));
  try {
    for (const name of readdirSync(dirname(keystore))) {
      if (!name.startsWith(basename(keystore)) || name.endsWith('.lock')) continue;
      cpSync(join(dirname(keystore), name), join(folder, name));
    }
    using secret = Secret.copyOf(Buffer.from(passphrase));
    const { store } = await openKeystore({
      clock: nodeClock,
      random: randomBytes,
      path: join(folder, basename(keystore)),
      unlock: { passphrase: secret },
    });
    try {
      return contentHash(store.db);
    } finally {
      store.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
