import { expect, it } from 'vitest';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import { openDossier } from './dossier.ts';
import { boundElsewhere, RefusedKmsKeys } from './refused-keys.ts';
import { XksFailure } from './wire/errors.ts';
import { readMetadata } from './wire/requests.ts';
import { metadata } from './world.fixture.ts';

const refusal = (detail: string | null) => new XksFailure('AccessDeniedException', 'No.', detail);

function asking(kmsKeyArn: string) {
  const dossier = openDossier(1, { api: 'Encrypt', prefix: '/p', keyId: 'payments' }, 1);
  dossier.store = 'ledger';
  dossier.metadata = readMetadata('Encrypt', { requestMetadata: { ...metadata, kmsKeyArn } });
  return dossier;
}

it('counts each KMS key that was refused for the binding, and nothing else', async () => {
  const clock = new TestClock(1_000);
  const refused = new RefusedKmsKeys(clock);
  refused.note(asking('arn:one'), refusal(boundElsewhere));
  await clock.advance(5);
  refused.note(asking('arn:two'), refusal(boundElsewhere));
  refused.note(asking('arn:one'), refusal(boundElsewhere));
  refused.note(asking('arn:three'), refusal('released'));
  refused.note(asking(`arn:${'x'.repeat(2048)}`), refusal(boundElsewhere));
  expect(refused.all()).toEqual([
    { store: 'ledger', key: 'payments', kmsKeyArn: 'arn:two', times: 1, lastAt: 1_005 },
    { store: 'ledger', key: 'payments', kmsKeyArn: 'arn:one', times: 2, lastAt: 1_005 },
  ]);
});

it('remembers a hundred, those that asked last', () => {
  const refused = new RefusedKmsKeys(new TestClock(0));
  for (let n = 0; n < 100; n++) refused.note(asking(`arn:${n}`), refusal(boundElsewhere));
  refused.note(asking('arn:0'), refusal(boundElsewhere));
  refused.note(asking('arn:new'), refusal(boundElsewhere));
  const arns = refused.all().map(({ kmsKeyArn }) => kmsKeyArn);
  expect(arns).toHaveLength(100);
  expect(arns).not.toContain('arn:1');
  expect(arns.slice(-2)).toEqual(['arn:0', 'arn:new']);
});
