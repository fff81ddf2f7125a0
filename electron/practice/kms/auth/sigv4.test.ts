import { describe, expect, test } from 'vitest';
import { canonicalRequest, signatureOf, signingKey, stringToSign } from './sigv4.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const date = '20150830T123600Z';
const body = new Uint8Array();

function signature(
  service: string,
  request: Parameters<typeof canonicalRequest>[0],
  signedHeaders: readonly string[],
): string {
  const scope = { date: '20150830', region: 'us-east-1', service };
  const canonical = canonicalRequest(request, signedHeaders);
  return signatureOf(signingKey(secret, scope), stringToSign(date, scope, canonical));
}

/** Published by AWS: the signature version 4 test suite and the IAM example of its guide. */
describe('AWS signature version 4 vectors', () => {
  const headers = { host: 'example.amazonaws.com', 'x-amz-date': date };
  const vectors = [
    ['get-vanilla', 'GET', '', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'post-vanilla',
      'POST',
      '',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      'Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
  ] as const;

  test.each(vectors)('%s', (_name, method, query, expected) => {
    const request = { method, path: '/', query, headers, body };
    expect(signature('service', request, ['host', 'x-amz-date'])).toBe(expected);
  });

  test('ListUsers example', () => {
    const request = {
      method: 'GET',
      path: '/',
      query: 'Action=ListUsers&Version=2010-05-08',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        host: 'iam.amazonaws.com',
        'x-amz-date': date,
      },
      body,
    };
    expect(signature('iam', request, ['content-type', 'host', 'x-amz-date'])).toBe(
      '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });
});
