import { expect, it } from 'vitest';
import { servingText } from './xks.ts';

const style = { when: (at: number | null) => `at ${at}` };

it('names the KMS keys that proxies refused, and whose the external key is not', () => {
  const serving = {
    folder: '/x',
    storage: null,
    revision: 3,
    published: 3,
    nodes: [
      {
        node: 'one',
        revision: null,
        newest: false,
        health: null,
        problem: 'it does not answer',
        certificateDays: null,
        figures: null,
        audit: { records: 9, linked: 4, linkedAt: 7, reading: false, broken: false },
      },
    ],
    leftOnDevice: 0,
    blocks: [
      { storeName: 'ledger', keyName: null, until: null },
      { storeName: 'ledger', keyName: 'cards', until: null },
      { storeName: 'ledger', keyName: 'payments', until: 9 },
    ],
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
  expect(servingText(serving, style)).toMatch(
    /Refused, one.+! arn:aws:kms:eu-west-1:111122223333:key\/other, 2 times, last at 0: ledger\/payments belongs to another KMS key$/m,
  );
  expect(servingText(serving, style)).toMatch(/Audit, one.+4 of 9 records linked, last at 7$/m);
  expect(servingText({ ...serving, refusedKmsKeys: [] }, style)).not.toContain('Refused');
  const told = servingText(serving, style);
  expect(told).toMatch(/Blocked.+■ ledger, the whole store$/m);
  expect(told).toMatch(/Blocked.+■ ledger\/cards$/m);
  expect(told).toMatch(/Block rehearsed.+◐ ledger\/payments, until at 9$/m);
  expect(servingText({ ...serving, blocks: [] }, style)).not.toContain('Block');
});
