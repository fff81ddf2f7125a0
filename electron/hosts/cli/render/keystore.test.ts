import { expect, it } from 'vitest';
import { auditText, backupText } from './keystore.ts';
import { styleFor } from './moments.ts';

it('says what a record is about, beside its ids', () => {
  const id = '0190c1a2-0000-7000-8000-000000000001';
  const record = {
    seq: 7,
    at: 0,
    actor: 'custodian-2',
    channel: 'cli',
    action: 'group.edit',
    objects: [id],
    outcome: 'OK',
    details: { name: 'payments-prod' },
    hash: 'aa',
  };
  const log = { records: [record], size: 7, signedSize: 7, signer: null, head: 'aa', next: null };
  const style = styleFor({ width: 200 } as unknown as Parameters<typeof styleFor>[0]);
  const [, row] = auditText(log, style).split('\n');
  expect(row).toMatch(new RegExp(`group\\.edit +OK +payments-prod +${id}`));
});

it('says of a backup how old its full copy is, and how new what came behind it', () => {
  const style = styleFor({ forPeople: false, width: Number.POSITIVE_INFINITY });
  const report = {
    path: '/b/full-000001-commit-7',
    storeId: '0190c1a2-0000-7000-8000-000000000001',
    realm: 'practice',
    takenAt: 0,
    lastIncrementAt: 86_400_000,
    commitNumber: 9,
    keys: 2,
    increments: 3,
    verified: true,
    remarks: [],
  } as const;
  const told = (more: object): string =>
    backupText({ ...report, remarks: [], ...more }, style).replaceAll(/[\uE000-\uE00F]/g, '');
  expect(told({})).toMatch(/^Full copy +taken 1970-01-01T00:00:00Z$/m);
  expect(told({})).toMatch(/^Increments +3 since, the last 1970-01-02T00:00:00Z$/m);
  const none = told({ increments: 0, lastIncrementAt: null });
  expect(none).toMatch(/^Increments +none since$/m);
});
