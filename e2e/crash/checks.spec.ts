import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditBody } from '../../electron/core/audit/record.ts';
import type { NumberedEntry } from '../../electron/practice/kms/state/journal.ts';
import { firstDifference, planNamed } from './campaign.ts';
import { auditHolds, jobsEnd, movesAreLegal } from './checks/audit.ts';
import { keysMatch, materialEqual, nothingTwice, pinnedKeysOnly } from './checks/aws.ts';
import { diedAgain, diedThere } from './checks/death.ts';
import { findCanaries, spellings } from './checks/leaks.ts';
import { standingsAreTrue } from './checks/standing.ts';
import { keepsWord, leases, opens, parcelsGone } from './checks/store.ts';
import { tokenIsTidy } from './checks/token.ts';
import type { Standing } from '../../electron/core/jobs/kind.ts';
import type { JobReport } from './orders.ts';
import type { Outcome } from './trial.ts';
import { Worker } from './worker.ts';

type Check = (outcome: Outcome) => string[];

/** One good trial, killed twice, whose facts are then falsified: every check must notice. */
describe('what the crash campaign checks, it would notice', () => {
  const worker = new Worker();
  let good: Outcome;

  beforeAll(async () => {
    const plan = planNamed(
      'first-rotation:group.force-rotate/create/aws:CreateKey:answered#1+again',
      'checks',
    );
    const { outcome, problems } = await worker.try(plan);
    expect(problems).toEqual([]);
    if (!outcome) throw new Error('no outcome');
    good = outcome;
  });
  afterAll(() => worker[Symbol.asyncDispose]());

  const store = (more: Partial<Outcome['store']>): Outcome => ({
    ...good,
    store: { ...good.store, ...more },
  });
  const journal = (change: (entry: NumberedEntry) => NumberedEntry[]): Outcome => ({
    ...good,
    journal: good.journal.flatMap(change),
  });
  const log = (change: (record: AuditBody) => AuditBody[]): Outcome =>
    store({ audit: good.store.audit.flatMap(change) });
  const stopped = (change: (job: JobReport) => JobReport): Outcome => {
    if (!good.stop) throw new Error('no stop');
    const jobs = good.stop.report.jobs.map(change);
    return { ...good, stop: { ...good.stop, report: { ...good.stop.report, jobs } } };
  };
  const said = (line: keyof Standing, text: string): Outcome =>
    stopped((job) =>
      job.standing
        ? { ...job, standing: { ...job.standing, [line]: { ...job.standing[line], text } } }
        : job,
    );
  const created = (entry: NumberedEntry): boolean =>
    entry.effects.some((effect) => effect.kind === 'key-created');

  const falsified: [string, Check, () => Outcome][] = [
    ['I1 a keystore that is not whole', opens, () => store({ condition: 'read-only' })],
    ['I1 a damaged page', opens, () => store({ integrity: 'row 7 missing from index' })],
    [
      'I2 an outcome that was told and is gone',
      keepsWord,
      () => ({ ...good, deaths: good.deaths.map((death) => ({ ...death, steps: [] })) }),
    ],
    [
      'I2 an outcome that was changed',
      keepsWord,
      () => store({ steps: good.store.steps.map((row) => ({ ...row, output: '"other"' })) }),
    ],
    [
      'I3 a KMS key too many',
      keysMatch,
      () => {
        const extra = good.state.keys.map((key) => ({
          ...key,
          metadata: { ...key.metadata, KeyId: 'extra' },
        }));
        return { ...good, state: { ...good.state, keys: [...good.state.keys, ...extra] } };
      },
    ],
    [
      'I3 an alias elsewhere',
      keysMatch,
      () => {
        const aliases = good.state.aliases.map((each) => ({ ...each, target: 'another' }));
        return { ...good, state: { ...good.state, aliases } };
      },
    ],
    [
      'I4 another key in AWS',
      materialEqual,
      () => ({
        ...good,
        materials: new Map([...good.materials].map(([id]) => [id, Buffer.alloc(32, 7)])),
      }),
    ],
    [
      'I5 a wrapping key nobody pinned',
      pinnedKeysOnly,
      () => store({ steps: good.store.steps.filter((row) => row.name !== 'parameters') }),
    ],
    ['I8 a broken chain', auditHolds, () => store({ chain: 'seq 3: hash' })],
    ['I8 a log that shrank', auditHolds, () => store({ auditSize: 3 })],
    [
      'I8 an effect without intent',
      auditHolds,
      () => log((record) => (record.action === 'job.intent' ? [] : [record])),
    ],
    [
      'I8 an effect without outcome',
      auditHolds,
      () => log((record) => (record.details['step'] === 'import' ? [] : [record])),
    ],
    [
      'I10 a second key',
      nothingTwice,
      () => journal((entry) => (created(entry) ? [entry, entry] : [entry])),
    ],
    [
      'I10 an import that nothing explains',
      nothingTwice,
      () => ({
        ...journal((entry) =>
          entry.operation === 'ImportKeyMaterial' ? [entry, entry, entry, entry] : [entry],
        ),
      }),
    ],
    [
      'I11 a move that no table has',
      movesAreLegal,
      () =>
        log((record) =>
          record.action === 'job.state'
            ? [{ ...record, details: { ...record.details, to: 'cancelled' } }]
            : [record],
        ),
    ],
    [
      'I12 a job that is not over',
      jobsEnd,
      () => {
        const jobs = good.report.jobs.map((job) => ({ ...job, state: 'waiting' }));
        return { ...good, report: { ...good.report, jobs } };
      },
    ],
    [
      'I13 an outcome of an older epoch',
      leases,
      () => store({ steps: good.store.steps.map((row, i) => ({ ...row, epoch: 9 - i })) }),
    ],
    [
      'I14 a parcel that was left',
      parcelsGone,
      () =>
        store({ parcels: good.store.jobs.map((job) => ({ job: job.id, name: 'import-token' })) }),
    ],
    [
      'a copies line',
      standingsAreTrue,
      () => said('copies', 'No new key was made; earlier copies are untouched'),
    ],
    ['an AWS line', standingsAreTrue, () => said('aws', 'Nothing was made there for this job')],
    [
      'an applications line',
      standingsAreTrue,
      () => said('applications', 'alias/payments names version 1'),
    ],
    [
      'a data line',
      standingsAreTrue,
      () => said('data', 'Decrypts as before: version 1 reads as Enabled'),
    ],
    [
      'what a cancel would leave',
      standingsAreTrue,
      () => stopped((job) => ({ ...job, leftovers: 'Cancel now leaves nothing behind.' })),
    ],
    ['a line nobody knows', standingsAreTrue, () => said('data', 'All is well')],
    ['a second kill that missed', diedAgain, () => ({ ...good, lives: good.lives.slice(0, 1) })],
    [
      'a death by another hand',
      diedThere,
      () => ({
        ...good,
        lives: good.lives.map((life) => ({
          ...life,
          said: life.said.filter((line) => line.say !== 'dying'),
        })),
      }),
    ],
    [
      'a death before the intent was committed',
      diedThere,
      () => ({ ...good, deaths: good.deaths.map((death) => ({ ...death, steps: [] })) }),
    ],
  ];

  it.each(falsified)('%s', (_name, check, falsify) => {
    expect(check(good)).toEqual([]);
    expect(check(falsify())).not.toEqual([]);
  });

  it('I7 a key left in the token', () => {
    const master = { class: 4, label: 'keyreeve master' };
    expect(tokenIsTidy({ ...good, objects: [master] }, [master])).toEqual([]);
    const left = { class: 4, label: '' };
    expect(tokenIsTidy({ ...good, objects: [master, left] }, [master])).not.toEqual([]);
  });

  it('I15 another way with the same seed', () => {
    expect(firstDifference(good, good)).toBeNull();
    expect(
      firstDifference(
        good,
        journal((entry) => [entry, entry]),
      ),
    ).toMatch(/^I15: /);
    // the order of calls that only read is none (the points show that of steps); that of changes is one
    const [first, second, ...rest] = good.journal;
    if (!first || !second) throw new Error('no calls');
    const swapped = [second, first, ...rest];
    expect(firstDifference(good, { ...good, journal: swapped })).toBeNull();
    const at = good.journal.findIndex(({ operation }) => operation === 'CreateKey');
    const moved = [...good.journal.toSpliced(at, 1), ...good.journal.slice(at, at + 1)];
    expect(firstDifference(good, { ...good, journal: moved })).toMatch(/^I15: /);
  });

  it('a point that is never reached', async () => {
    const plan = planNamed('make-active:key.make-active/alias/aws:CreateKey:sent#1', 'checks');
    const { problems } = await worker.try(plan);
    expect(problems).toEqual([`not reached: ${plan.point}`]);
  });

  it('I9 a secret in a file, however it is spelled', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyreeve-canary-'));
    try {
      const bytes = Buffer.from('7f00ff13a9c2d4e8b1570e6f9a3c5d21', 'hex');
      const around = [Buffer.from('ab'), bytes, Buffer.from('cde')];
      const spelled: [string, Buffer][] = [
        ['raw', Buffer.concat(around)],
        ['hex', Buffer.from(`x${bytes.toString('hex')}`)],
        ['HEX', Buffer.from(bytes.toString('hex').toUpperCase())],
        ['base64', Buffer.from(Buffer.concat(around).toString('base64'))],
        ['base64url', Buffer.from(Buffer.concat(around.slice(1)).toString('base64url'))],
        ['clean', Buffer.concat(around.toReversed().slice(0, 1))],
      ];
      for (const [name, content] of spelled) writeFileSync(join(folder, name), content);
      const found = findCanaries([folder], [{ name: 'it', bytes }]).toSorted();
      expect(found).toEqual(
        ['HEX', 'base64', 'base64url', 'hex', 'raw'].map((name) => `I9: it lies open in ${name}`),
      );
      expect(spellings(bytes).every((needle) => needle.length >= 16)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
