import { expect, it } from 'vitest';
import { servingText } from './xks.ts';

it('names the KMS keys that proxies refused, and whose the external key is not', () => {
  const serving = {
    folder: '/x',
    storage: null,
    revision: 3,
    published: 3,
    nodes: [],
    leftOnDevice: 0,
    refusedKmsKeys: [
      {
        node: 'one',
        keyId: '5b0e0000-0000-4000-8000-000000000002',
        storeName: 'ledger',
        keyName: 'payments',
        kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/other',
        times: 2,
        lastAt: 0,
      },
    ],
  };
  expect(servingText(serving)).toMatch(
    /Refused, one.+! arn:aws:kms:eu-west-1:111122223333:key\/other, 2 times: ledger\/payments belongs to another KMS key$/m,
  );
  expect(servingText({ ...serving, refusedKmsKeys: [] })).not.toContain('Refused');
});
