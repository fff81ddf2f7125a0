import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rawHeaders, sign, type Signing, stamp } from '../signing.fixture.ts';
import { millisecondsOf, SignatureCheck, type SignedRequest } from './sigv4.ts';

const accessKeyId = 'TESTACCESSKEYIDAAAAA2345';
const secret = `${'q'.repeat(20)}/+=${'Z'.repeat(21)}`;
const time = '20260102T030405Z';
const at = millisecondsOf(time) ?? 0;
const path = '/tenant-a/xks-01/kms/xks/v1/health';
const body = Buffer.from(
  '{"requestMetadata":{"kmsOperation":"KmsHealthCheck","kmsRequestId":"r-1"}}',
);
const vector = 'bef3e043cbc5b99f8da118ddb43f572924f6409101af521612f23dc27f11e08a';

const signing: Signing = { accessKeyId, secret, path, body, time, host: 'xks.example.test' };
const request = (given: Signing, change: Partial<SignedRequest> = {}): SignedRequest => ({
  method: 'POST',
  path: given.path,
  rawHeaders: rawHeaders(sign(given)),
  body: Buffer.from(given.body),
  ...change,
});

function accepts(signed: SignedRequest, now = at, regions: readonly string[] | null = null) {
  const check = new SignatureCheck({ now: () => now }, randomBytes);
  const found = check.verify(signed, (claim) => {
    if (regions !== null && !regions.includes(claim.region)) return null;
    return claim.accessKeyId === accessKeyId ? { secret } : null;
  });
  return found !== null;
}

const raw = (change: (headers: Record<string, string>) => void): readonly string[] => {
  const headers = sign(signing);
  change(headers);
  return rawHeaders(headers);
};

describe('signature version 4', () => {
  it('knows the fixed vector', () => {
    expect(body).toHaveLength(74);
    expect(sign(signing)['authorization']).toContain(`Signature=${vector}`);
    expect(accepts(request(signing))).toBe(true);
  });

  it.each<[string, readonly string[], Record<string, string>]>([
    [
      'as curl signs',
      ['content-type', 'host', 'x-amz-date'],
      { 'content-type': 'application/json' },
    ],
    [
      'with a session token',
      ['host', 'x-amz-date', 'x-amz-security-token'],
      { 'x-amz-security-token': 'a  b' },
    ],
    ['with a port in host', ['host', 'x-amz-date'], { host: 'xks.example.test:8443' }],
  ])('verifies whatever list is signed: %s', (_, signedHeaders, headers) => {
    expect(accepts(request({ ...signing, signedHeaders, headers }))).toBe(true);
  });

  it.each<[string, number, boolean]>([
    ['4:59 old', 299_000, true],
    ['5:00 old', 300_000, true],
    ['5:01 old', 301_000, false],
    ['4:59 ahead', -299_000, true],
    ['5:01 ahead', -301_000, false],
  ])('a signature that is %s', (_, off, accepted) => {
    expect(accepts(request(signing), at + off)).toBe(accepted);
  });

  it.each<[string, SignedRequest]>([
    ['another day in the scope', request({ ...signing, scopeDate: '20260103' })],
    ['another service', request({ ...signing, service: 'kms' })],
    ['another terminator', request({ ...signing, terminator: 'aws5_request' })],
    ['another algorithm', request({ ...signing, algorithm: 'AWS4-HMAC-SHA512' })],
    ['host not signed', request({ ...signing, signedHeaders: ['x-amz-date'] })],
    ['time not signed', request({ ...signing, signedHeaders: ['host'] })],
    ['an unknown id', request({ ...signing, accessKeyId: 'UNKNOWNACCESSKEYID2345' })],
    ['an id with lower case', request({ ...signing, accessKeyId: `Invalid${accessKeyId}` })],
    ['another secret', request({ ...signing, secret: `Invalid${secret}` })],
    ['another body', request(signing, { body: Buffer.from('{}') })],
    ['another path', request(signing, { path: `${path}x` })],
    ['another method', request(signing, { method: 'PUT' })],
    ['no header', request(signing, { rawHeaders: raw((h) => delete h['authorization']) })],
    ['no time', request(signing, { rawHeaders: raw((h) => delete h['x-amz-date']) })],
    ['no host', request(signing, { rawHeaders: raw((h) => delete h['host']) })],
    [
      'a changed signed header',
      request(signing, { rawHeaders: raw((h) => (h['host'] = 'other')) }),
    ],
    ['an empty header', request(signing, { rawHeaders: raw((h) => (h['authorization'] = '')) })],
    [
      'a signature with one digit less',
      request(signing, {
        rawHeaders: raw((h) => (h['authorization'] = h['authorization']!.slice(0, -1))),
      }),
    ],
    [
      'a doubled header',
      request(signing, {
        rawHeaders: [
          ...raw(() => undefined),
          'Authorization',
          sign(signing)['authorization'] ?? '',
        ],
      }),
    ],
    [
      'a doubled time',
      request(signing, { rawHeaders: [...raw(() => undefined), 'X-Amz-Date', time] }),
    ],
    ['a doubled host', request(signing, { rawHeaders: [...raw(() => undefined), 'Host', 'x'] })],
    [
      'a signed header that is not there',
      request({ ...signing, signedHeaders: ['host', 'x-amz-date', 'x-none'] }),
    ],
  ])('refuses %s', (_, signed) => {
    expect(accepts(signed)).toBe(false);
  });

  it('refuses two hosts also where both are signed, which a balancer and we may read differently', () => {
    const both = sign({ ...signing, host: 'xks.example.test,other.example.test' });
    const { host: _, ...others } = both;
    const one = request(signing, { rawHeaders: rawHeaders(both) });
    const two = request(signing, {
      rawHeaders: ['Host', 'xks.example.test', 'Host', 'other.example.test', ...rawHeaders(others)],
    });
    expect([accepts(one), accepts(two)]).toEqual([true, false]);
  });

  it('keeps to the regions of a store', () => {
    expect(accepts(request({ ...signing, region: 'eu-west-1' }))).toBe(true);
    expect(accepts(request({ ...signing, region: 'eu-west-1' }), at, ['us-east-1'])).toBe(false);
  });

  it('refuses a body in which one bit differs, wherever it is', () => {
    for (let bit = 0; bit < body.length * 8; bit += 7) {
      const changed = Buffer.from(body);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(accepts(request(signing, { body: changed }))).toBe(false);
    }
  });

  it('reads times as the calendar has them', () => {
    for (const ms of [0, at, Date.UTC(2024, 1, 29, 23, 59, 59), Date.UTC(2100, 2, 1)]) {
      expect(millisecondsOf(stamp(ms))).toBe(ms);
    }
    for (const bad of ['20260132T000000Z', '20261301T000000Z', '20260101T240000Z', '2026', '']) {
      expect(millisecondsOf(bad)).toBeNull();
    }
  });

  it('keeps the keys of each secret apart, in more regions than it keeps', () => {
    const check = new SignatureCheck({ now: () => at }, randomBytes);
    const known = { secret };
    const replaced = { secret: 'x'.repeat(43) };
    for (let n = 0; n < 100; n++) {
      const asked = request({ ...signing, region: `r-${n % 40}` });
      expect(check.verify(asked, () => known)).toBe(known);
      expect(check.verify(asked, () => replaced)).toBeNull();
    }
  });
});
