import { expect, it } from 'vitest';
import { auditText } from './keystore.ts';
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
