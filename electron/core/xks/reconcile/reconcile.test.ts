import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KeptRecord } from '../audit/verify-segments.ts';
import { Reconciliation } from './reconcile.ts';
import { Trail } from './trail.ts';
import { readTrailFiles } from './trail-files.ts';

const arn = (n: number): string => `arn:aws:kms:eu-west-1:123456789012:key/key-${n}`;
const start = Date.UTC(2026, 0, 5, 9);
const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const event = (requestID: string, more: Record<string, unknown> = {}) => ({
  eventSource: 'kms.amazonaws.com',
  eventName: 'Decrypt',
  eventTime: iso(start),
  awsRegion: 'eu-west-1',
  recipientAccountId: '123456789012',
  requestID,
  resources: [{ ARN: arn(1) }],
  userIdentity: { arn: 'arn:aws:iam::123456789012:user/alice' },
  ...more,
});

const call = (kmsRequestId: string | null, more: Partial<KeptRecord> = {}): KeptRecord =>
  ({
    seq: 1,
    at: start + 200,
    api: 'Decrypt',
    verdict: 'ok',
    kmsRequestId,
    kmsOperation: 'Decrypt',
    kmsKeyArn: arn(1),
    principal: null,
    ...more,
  }) as KeptRecord;

const wish = { arns: new Set([arn(1), arn(2)]), from: null, to: null };

function match(events: readonly unknown[], calls: readonly KeptRecord[], more: object = {}) {
  const trail = new Trail({ ...wish, ...more });
  for (const each of events) trail.take(each, 'here');
  const found = new Reconciliation(trail);
  for (const each of calls) found.take(each, 'one');
  return found.result();
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kr-trail-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

it('matches by request id and key, also what KMS tried twice', () => {
  const result = match([event('a'), event('b')], [call('a'), call('a'), call('b')]);
  expect(result).toMatchObject({ matched: 2, refusedByAws: 0, beyond: 0 });
  expect([result.awsOnly, result.proxyOnly, result.different].map(({ count }) => count)).toEqual([
    0, 0, 0,
  ]);
});

it('matches both keys of one ReEncrypt', () => {
  const both = { eventName: 'ReEncrypt', resources: [{ ARN: arn(1) }, { ARN: arn(2) }] };
  const calls = [
    call('r', { kmsOperation: 'ReEncrypt' }),
    call('r', { api: 'Encrypt', kmsOperation: 'ReEncrypt', kmsKeyArn: arn(2) }),
  ];
  expect(match([event('r', both)], calls)).toMatchObject({ matched: 2, different: { count: 0 } });
  expect(match([event('r', both)], calls.slice(0, 1))).toMatchObject({
    awsOnly: { count: 1, first: [{ requestId: 'r', arn: arn(2), node: null }] },
  });
});

it('names what one side knows only', () => {
  const result = match([event('never-asked'), event('x')], [call('x'), call('nobody-called')]);
  expect(result.matched).toBe(1);
  expect(result.awsOnly.first).toMatchObject([{ requestId: 'never-asked', verdict: 'ok' }]);
  expect(result.proxyOnly.first).toMatchObject([{ requestId: 'nobody-called', node: 'one' }]);
});

it('does not miss a proxy where AWS refused before it asked', () => {
  const denied = { errorCode: 'AccessDenied' };
  expect(match([event('d', denied)], [])).toMatchObject({
    refusedByAws: 1,
    awsOnly: { count: 0 },
  });
  const refused = call('e', { verdict: 'AccessDeniedException' });
  expect(match([event('e', { errorCode: 'KMSInvalidStateException' })], [refused])).toMatchObject({
    matched: 1,
  });
});

it('knows a failed call that names no key by its request id', () => {
  const nameless = { errorCode: 'KMSInvalidStateException', resources: [] };
  const refused = call('n', { verdict: 'InvalidStateException' });
  const events = [event('n', nameless), event('of-others', nameless)];
  expect(match([event('a'), ...events], [call('a'), refused])).toMatchObject({
    matched: 2,
    refusedByAws: 0,
    proxyOnly: { count: 0 },
  });
});

it('says when both know a call and tell it differently', () => {
  const refused = call('a', { verdict: 'AccessDeniedException' });
  const other = call('b', { kmsOperation: 'GenerateDataKey' });
  const failed = event('c', { errorCode: 'DependencyTimeoutException' });
  const { different } = match([event('a'), event('b'), failed], [refused, other, call('c')]);
  expect(different.first.map(({ requestId, problem }) => [requestId, problem])).toEqual([
    ['a', 'answered in AWS, refused here'],
    ['b', 'operation'],
    ['c', 'answered here, failed in AWS'],
  ]);
});

it('accuses nobody of what the records cannot know', () => {
  const calls = [
    call('later', { at: start + 5000 }),
    call('elsewhere', { kmsKeyArn: arn(1).replace('eu-west-1', 'us-east-1') }),
    call('health', { api: 'GetHealthStatus', kmsKeyArn: null }),
    call(null),
  ];
  expect(match([event('a')], [call('a'), ...calls])).toMatchObject({
    matched: 1,
    beyond: 2,
    proxyOnly: { count: 0 },
  });
});

it('leaves out other services, keys that are none of ours, and what comes twice', () => {
  const others = [
    event('s3', { eventSource: 's3.amazonaws.com' }),
    event('other', { resources: [{ ARN: arn(9) }] }),
    event('describe', { eventName: 'DescribeKey' }),
  ];
  const result = match([event('a'), event('a'), ...others], [call('a')]);
  expect(result).toMatchObject({ matched: 1, awsOnly: { count: 0 } });
});

it('keeps to a time', () => {
  const events = [event('a'), event('b', { eventTime: iso(start + 60_000) })];
  const narrow = { from: start + 30_000, to: start + 90_000 };
  const calls = [call('z', { at: start + 61_000 }), call('y')];
  const result = match(events, calls, narrow);
  expect(result.awsOnly.first.map(({ requestId }) => requestId)).toEqual(['b']);
  expect(result.proxyOnly.first.map(({ requestId }) => requestId)).toEqual(['z']);
  expect(result.beyond).toBe(1);
});

it('reads files as CloudTrail, its look-up and a line-by-line export write them', async () => {
  writeFileSync(at('a.json'), JSON.stringify({ Records: [event('a')] }));
  writeFileSync(at('b.json.gz'), gzipSync(JSON.stringify({ Records: [event('b')] })));
  writeFileSync(at('c.jsonl'), `${JSON.stringify(event('c'))}\n${JSON.stringify(event('d'))}\n`);
  const Events = [{ EventId: 'x', CloudTrailEvent: JSON.stringify(event('e')) }];
  writeFileSync(at('d.json'), JSON.stringify({ Events }, null, 2));
  writeFileSync(at('e.txt'), 'not looked at');
  const trail = new Trail(wish);
  expect(await readTrailFiles([folder], trail)).toBe(4);
  expect(trail.events.map(({ requestId }) => requestId)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('says which file and line is no record, and bounds what it takes', async () => {
  const problem = async (bounds?: Parameters<typeof readTrailFiles>[2]): Promise<string> => {
    try {
      await readTrailFiles([at('x.json')], new Trail(wish), bounds);
    } catch (error) {
      return String((error as { details?: { problem?: unknown } }).details?.problem);
    }
    return 'none';
  };
  const good = JSON.stringify(event('a'));
  expect(await problem()).toContain('x.json is not there');
  writeFileSync(at('x.json'), `${good}\n{"half":\n`);
  expect(await problem()).toContain('x.json, line 2, is no JSON');
  writeFileSync(at('x.json'), `${good}\n{"eventName":"Decrypt"}\n`);
  expect(await problem()).toContain('line 2, holds what is no event record');
  writeFileSync(at('x.json'), gzipSync(good).subarray(0, 40));
  expect(await problem()).toContain('cannot be unpacked');
  writeFileSync(at('x.json'), gzipSync(`[${good},${good}]`));
  expect(await problem({ fileBytes: 100, bytes: 1e6, files: 9 })).toContain('larger than 100');
  writeFileSync(at('x.json'), good);
  expect(await problem({ fileBytes: 100, bytes: 1e6, files: 9 })).toContain('larger than 100');
  expect(await problem({ fileBytes: 1e6, bytes: 1e6, files: 9 })).toBe('none');
});
