import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FoundKey } from '../../../shared/contract/scan.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { writeScanMark } from '../../../shared/model/scan.ts';
import type { KmsKey } from '../cloud/answers.ts';
import type { CloudConnection } from '../cloud/cloud.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import type { Standings } from './scan-standing.ts';
import { type Scan, Scans, type ScanSubject } from './scans.ts';

const read = { requestId: null, readAt: 0 };
const region = 'eu-west-1';
const account = '123456789012';
const idOf = (n: number): string => `0000000${n}`.slice(-8);
const arnOf = (n: number): string => `arn:aws:kms:${region}:${account}:key/${idOf(n)}`;
const listed = (n: number) => ({ keyId: idOf(n), arn: arnOf(n) });

/** AWS as it answers a scan; what a test leaves out holds no more than the keys that are listed. */
function connectionOf(
  keys: readonly number[],
  verbs: Partial<CloudConnection> = {},
): CloudConnection {
  const answers: Partial<CloudConnection> = {
    listKeys: async () => ({ keys: keys.map(listed), ...read }),
    listAliases: async () => ({ aliases: [], ...read }),
    describeKey: async (keyId) => ({ keyId, ...read }) as KmsKey & typeof read,
    ...verbs,
  };
  return answers as CloudConnection;
}

const row = (n: number, fields: Partial<FoundKey> = {}): FoundKey => ({
  ...listed(n),
  standing: 'not-ours',
  owner: null,
  mark: null,
  aliases: [],
  read: null,
  failure: null,
  ...fields,
});

/** Every key is somebody else's, but for those known. */
const standingsOf = (known: readonly number[] = []): Standings => ({
  wantsTags: () => false,
  of: ({ keyId, arn, aliases }) => ({ ...row(0), keyId, arn, aliases: [...aliases] }),
  missing: ({ arn }) => ({ ...row(0), keyId: arn.slice(-8), arn, standing: 'missing' }),
  knownAt: () => known.map((n) => ({ kind: 'key', id: String(n), arn: arnOf(n) })),
});

const subject = (fields: Partial<ScanSubject> = {}): ScanSubject => ({
  group: null,
  credential: { id: 'c', name: 'prod' },
  account,
  region,
  ...fields,
});

function stage() {
  const told: string[] = [];
  const errors: string[] = [];
  const clock = new TestClock();
  const scans = new Scans({
    clock,
    random: randomBytes,
    log: { log: (_, event) => errors.push(event) },
    changed: (id) => told.push(id),
  });
  return { scans, told, errors };
}

async function ended(scan: Scan): Promise<ReturnType<Scan['view']>> {
  while (scan.state === 'running') {
    await new Promise<void>((resolve) => {
      const end = scan.onMove(() => {
        end();
        resolve();
      });
    });
  }
  return scan.view();
}

const all = { standing: null, find: '', limit: 500, after: null } as const;
const gone = () => new OperationError('AWS_KEY_GONE');

describe('a scan of AWS', () => {
  it('calls a known key missing only once AWS says that it has it no more', async () => {
    const { scans } = stage();
    const describeKey: CloudConnection['describeKey'] = async (keyId) => {
      if (keyId === arnOf(3)) throw gone();
      return { keyId, ...read } as KmsKey & typeof read;
    };
    // 2 is so new that the list does not have it; 3 is gone
    const scan = scans.begin(subject(), connectionOf([1], { describeKey }), standingsOf([1, 2, 3]));
    expect(await ended(scan)).toMatchObject({ state: 'done', listed: 1, read: 1 });
    const { keys } = scan.page(all);
    expect(keys.map(({ keyId, standing }) => [keyId, standing])).toEqual([
      [idOf(3), 'missing'],
      [idOf(1), 'not-ours'],
      [idOf(2), 'not-ours'],
    ]);
  });

  it('leaves out a key that went while it was read', async () => {
    const { scans } = stage();
    const describeKey: CloudConnection['describeKey'] = async () => {
      throw gone();
    };
    const scan = scans.begin(subject(), connectionOf([1], { describeKey }), standingsOf());
    expect(await ended(scan)).toMatchObject({ state: 'done', listed: 1, read: 1 });
    expect(scan.page(all).total).toBe(0);
  });

  it('ends at a failure that is not about one key, and asks for no further one', async () => {
    const { scans } = stage();
    let asked = 0;
    const describeKey: CloudConnection['describeKey'] = async (keyId) => {
      asked += 1;
      if (keyId === idOf(0)) throw new OperationError('AWS_UNREACHABLE');
      return { keyId, ...read } as KmsKey & typeof read;
    };
    const many = Array.from({ length: 1000 }, (_, n) => n);
    const scan = scans.begin(subject(), connectionOf(many, { describeKey }), standingsOf());
    expect(await ended(scan)).toMatchObject({
      state: 'failed',
      failure: { code: 'AWS_UNREACHABLE' },
    });
    expect(asked).toBeLessThan(100);
  });

  it('tells a fault of ours as that, and stays to be looked at', async () => {
    const { scans, errors } = stage();
    const listKeys: CloudConnection['listKeys'] = () => Promise.reject(new TypeError('no'));
    const scan = scans.begin(subject(), connectionOf([], { listKeys }), standingsOf());
    expect(await ended(scan)).toMatchObject({ state: 'failed', failure: { code: 'INTERNAL' } });
    expect(errors).toEqual(['scan-failed']);
  });

  it('pages by marks, also from one whose key is not there any more', async () => {
    const { scans } = stage();
    const scan = scans.begin(subject(), connectionOf([5, 1, 3, 4]), standingsOf());
    await ended(scan);
    const ids = (after: number) =>
      scan
        .page({ ...all, limit: 2, after: { standing: 'not-ours', keyId: idOf(after) } })
        .keys.map(({ keyId }) => keyId);
    expect(scan.page({ ...all, limit: 2 })).toMatchObject({ total: 4, more: true });
    expect(ids(1)).toEqual([idOf(3), idOf(4)]);
    expect(ids(2)).toEqual([idOf(3), idOf(4)]);
    expect(ids(5)).toEqual([]);
    expect(writeScanMark(scan.page(all).keys[0] ?? row(0))).toBe(`not-ours/${idOf(1)}`);
  });

  it('is one for whoever asks for the same meanwhile, and another for another Region', async () => {
    const { scans } = stage();
    const waits: CloudConnection['listKeys'] = ({ signal } = {}) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const slow = connectionOf([], { listKeys: waits });
    const first = scans.begin(subject(), slow, standingsOf());
    expect(scans.begin(subject(), slow, standingsOf())).toBe(first);
    expect(scans.begin(subject({ region: 'us-east-1' }), slow, standingsOf())).not.toBe(first);
    expect(scans.begin(subject({ group: { id: 'g', name: 'g' } }), slow, standingsOf())).not.toBe(
      first,
    );
    await first.stop();
    expect(first.view()).toMatchObject({ state: 'stopped', failure: null });
    expect(scans.begin(subject(), slow, standingsOf())).not.toBe(first);
    // a lock ends what is under way and forgets everything
    const other = scans.begin(subject({ region: 'eu-north-1' }), slow, standingsOf());
    await scans.close();
    expect(other.state).toBe('stopped');
    expect(() => scans.get(other.id)).toThrow(OperationError);
  });

  it('keeps the last few, each until others have come', async () => {
    const { scans } = stage();
    const made: Scan[] = [];
    for (let n = 0; n < 6; n += 1) {
      const scan = scans.begin(subject(), connectionOf([n]), standingsOf());
      await ended(scan);
      made.push(scan);
    }
    const kept = made.filter(({ id }) => {
      try {
        return scans.get(id) !== null;
      } catch {
        return false;
      }
    });
    expect(kept).toEqual(made.slice(2));
  });
});
