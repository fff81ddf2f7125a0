import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startPracticeKms } from '../start.ts';
import { element, stsCall } from '../testing/people.fixture.ts';
import { practiceCredentials, rawCall } from '../testing/raw-client.fixture.ts';
import { createStorageWatch } from './storage-watch.ts';

const coded = (code: string) => Object.assign(new Error('as the system says'), { code });

test('it tells once, and again when it had worked for a while', () => {
  const told: string[] = [];
  const watch = createStorageWatch((text) => void told.push(text));
  const works = (times: number) => {
    for (let at = 0; at < times; at += 1) watch.worked();
  };
  works(30);
  expect(watch.failed(coded('ENOSPC'))).toBe(true);
  expect(watch.failed(coded('SQLITE_FULL'))).toBe(true);
  works(19);
  watch.failed(coded('SQLITE_IOERR_WRITE'));
  works(19);
  expect(told).toEqual([
    'its files cannot be written (ENOSPC). Calls change nothing and answer KMSInternalException until they can be.',
  ]);
  works(1);
  expect(told.slice(1)).toEqual(['its files can be written again.']);
  watch.failed(coded('ENOSPC'));
  expect(told).toHaveLength(3);
});

test.each([new Error('a bug'), coded('SQLITE_CONSTRAINT'), coded('ENOENT'), 'ENOSPC'])(
  'another failure is none of its business: %s',
  (error) => {
    const told: string[] = [];
    expect(createStorageWatch((text) => void told.push(text)).failed(error)).toBe(false);
    expect(told).toEqual([]);
  },
);

test.skipIf(!existsSync('/dev/full'))(
  'calls of KMS and of STS say so, each in its way',
  async () => {
    const bugs: unknown[] = [];
    const told: string[] = [];
    const kms = await startPracticeKms({
      requestLog: '/dev/full',
      onBug: (error) => void bugs.push(error),
      onTrouble: (text) => void told.push(text),
    });
    try {
      const reply = await rawCall(kms.url, 'ListKeys', {});
      expect([reply.status, reply.json]).toEqual([
        500,
        { __type: 'KMSInternalException', message: 'The practice KMS cannot write its files.' },
      ]);
      const sts = await stsCall(kms.url, practiceCredentials, { Action: 'GetCallerIdentity' });
      expect([sts.status, element(sts, 'Code'), element(sts, 'Type')]).toEqual([
        500,
        'InternalFailure',
        'Receiver',
      ]);
    } finally {
      await kms.close();
    }
    expect(bugs).toEqual([]);
    expect(told).toHaveLength(1);
  },
);
