import { expect, test } from 'vitest';
import { signForProxy } from './sign.ts';

test('a signature is the one that others compute', () => {
  const credential = {
    accessKeyId: 'TESTACCESSKEYIDAAAAA2345',
    secret: `${'q'.repeat(20)}/+=${'Z'.repeat(21)}`,
    region: 'us-east-1',
  };
  const body = Buffer.from(
    '{"requestMetadata":{"kmsOperation":"KmsHealthCheck","kmsRequestId":"r-1"}}',
  );
  const headers = signForProxy(
    credential,
    'xks.example.test',
    '/tenant-a/xks-01/kms/xks/v1/health',
    body,
    Date.UTC(2026, 0, 2, 3, 4, 5),
  );
  // By botocore's SigV4Auth for the same request with the header content-type signed, too.
  expect(headers).toEqual({
    'content-type': 'application/json',
    host: 'xks.example.test',
    'x-amz-date': '20260102T030405Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=TESTACCESSKEYIDAAAAA2345/20260102/us-east-1/kms-xks-proxy/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=feaa75e0bff18aa1e1252087cab864542e923fc346b3509a141f0ffb76f858db',
  });
});
