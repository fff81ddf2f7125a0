import { describe, expect, it } from 'vitest';
import type { FoundKey, ScanView } from '../contract/scan.ts';
import { compareScanMarks, readScanMark, scanStandings, writeScanMark } from '../model/scan.ts';
import { scanProgress, scanVerdict, warningOf, whatItIs, whatItMeans } from './scans.ts';

const now = Date.UTC(2031, 4, 3, 12);
const day = 86_400_000;
const sayDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

const read = {
  spec: 'SYMMETRIC_DEFAULT',
  usage: 'ENCRYPT_DECRYPT',
  state: 'Enabled',
  origin: 'EXTERNAL',
  multiRegion: 'no',
  createdAt: now - day,
  description: '',
  keyStoreId: null,
  validTo: null,
  deletionAt: null,
} as const satisfies FoundKey['read'];
const key = (fields: Partial<FoundKey> = {}): FoundKey => ({
  keyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  arn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  standing: 'not-ours',
  owner: null,
  mark: null,
  aliases: [],
  read,
  failure: null,
  ...fields,
});
const mark = {
  marker: 'kr-12-0123456789ab',
  keystore: 'not-said',
  storeId: null,
  tags: 'read',
  jobNumber: 12,
  job: null,
  madeFor: null,
} as const satisfies FoundKey['mark'];
const job = { id: '018f3c1e-7b1a-7c3d-9e2f-0123456789ab', number: 12, state: 'needs-you' } as const;
const scan = (fields: Partial<ScanView> = {}): ScanView => ({
  id: job.id,
  group: null,
  credential: { id: job.id, name: 'prod' },
  account: '111122223333',
  region: 'eu-west-1',
  state: 'done',
  listed: 1200,
  read: 1200,
  counts: { marked: 0, missing: 0, 'not-readable': 0, 'not-ours': 0, known: 3, 'aws-managed': 1 },
  aliasesFailure: null,
  failure: null,
  beganAt: now,
  endedAt: now,
  revision: 2,
  ...fields,
});

describe('what is said of a KMS key that AWS holds', () => {
  it.each([
    [{ deletionAt: now + 7 * day }, 'AWS deletes it on 2031-05-10, in 7 days'],
    [{ validTo: now + 29 * day }, 'AWS deletes its material on 2031-06-01, in 29 days'],
    [{ validTo: now + 31 * day }, null],
    [{ state: 'PendingImport' }, 'It has no material'],
    [{ state: 'PendingImport', origin: 'AWS_KMS' }, null],
  ])('warns of %j', (fields, said) => {
    const one = key({ read: { ...read, ...fields } });
    expect(warningOf(one, now, sayDay)).toBe(said);
  });

  it('warns of nothing that AWS manages', () => {
    const managed = key({ standing: 'aws-managed', read: { ...read, deletionAt: now } });
    expect(warningOf(managed, now, sayDay)).toBeNull();
  });

  it('does not speak of what AWS might delete where it has no material any more', () => {
    const empty = key({
      standing: 'marked',
      mark: { ...mark, keystore: 'other', storeId: job.id },
      read: { ...read, state: 'PendingImport' },
    });
    expect(whatItMeans(empty)).toMatch(
      /open it there\. Keyreeve holds no original of it here, and AWS has no material for it: .* imported again/,
    );
    expect(whatItMeans({ ...empty, read })).toMatch(/no original of it here: if AWS deletes/);
  });

  it.each([
    [
      key({ mark: { ...mark, job } }),
      /^Job 12 of this keystore made it$/,
      /is not over\. Continue/,
    ],
    [
      key({ mark: { ...mark, job: { ...job, state: 'cancelled' } } }),
      /^Job 12/,
      /^Job 12 is over, and nothing here has this KMS key\. Keyreeve holds no original/,
    ],
    [
      key({
        mark: { ...mark, job: { ...job, state: 'cancelled' } },
        read: { ...read, state: 'PendingImport' },
      }),
      /^Job 12/,
      /It has no material, so it does nothing\.$/,
    ],
    [
      key({ mark: { ...mark, keystore: 'this' } }),
      /^This keystore made it, by a job 12 that is not in this copy$/,
      /Restore a newer backup/,
    ],
    [
      key({
        mark: { ...mark, keystore: 'other', storeId: '018f3c1e-7b1a-7c3d-9e2f-0123456789ab' },
      }),
      /^Another keystore made it, 018f…89ab$/,
      /^Its original is in that keystore/,
    ],
    [key({ mark }), /its tags do not say$/, /^Keyreeve holds no original/],
  ])('says who made one that is marked, and what that means (%#)', (one, what, means) => {
    const marked: FoundKey = { ...one, standing: 'marked' };
    expect(whatItIs(marked)).toMatch(what);
    expect(whatItMeans(marked)).toMatch(means);
  });

  it('never says that a key of AWS could be brought in', () => {
    for (const origin of ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE', 'NEW'])
      expect(whatItMeans(key({ read: { ...read, origin } }))).toMatch(
        /AWS lets no key material out/,
      );
  });
});

describe('what is said of a scan', () => {
  it('tells how far it is', () => {
    expect(scanProgress(scan({ state: 'running', listed: null, read: 0 }))).toMatch(/is listing/);
    expect(scanProgress(scan({ state: 'running', read: 7 }))).toBe(
      '7 of 1,200 KMS keys read so far',
    );
    expect(scanProgress(scan({ state: 'stopped', read: 7 }))).toMatch(
      /^Stopped: 7 of 1,200 .*not looked at\.$/,
    );
  });

  it('says that nothing of ours is forgotten only where everything was looked at', () => {
    expect(scanVerdict(scan())).toMatch(/^Every KMS key of Keyreeve/);
    expect(scanVerdict(scan({ state: 'stopped' }))).toBe('');
    expect(scanVerdict(scan({ counts: { ...scan().counts, 'not-readable': 2 } }))).toBe(
      '2 keys not readable.',
    );
    expect(scanVerdict(scan({ counts: { ...scan().counts, marked: 1, missing: 2 } }))).toBe(
      '1 key made by Keyreeve and not known here, 2 keys known here that AWS does not have.',
    );
  });
});

describe('marks of its pages', () => {
  it('are read as they were written, and nothing else is', () => {
    for (const standing of scanStandings) {
      const one = { standing, keyId: 'mrk-0123' };
      expect(readScanMark(writeScanMark(one))).toEqual(one);
    }
    for (const wrong of ['', 'known', 'known/', 'nobody/1', 'known/1/2', ' known/1'])
      expect(readScanMark(wrong)).toBeNull();
  });

  it('put what needs a look first, and stand in one order', () => {
    const marks = scanStandings.flatMap((standing) =>
      ['a', 'b'].map((keyId) => ({ standing, keyId })),
    );
    expect(marks.toReversed().toSorted(compareScanMarks)).toEqual(marks);
  });
});
