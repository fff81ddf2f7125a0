import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import { testOperation } from '../testing/operation.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';

testOperation('EnableKeyRotation', {
  request: async (stage) => ({ KeyId: await stage.own() }),
  reply: null,
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  refusals: [
    {
      when: 'imported material',
      request: async (_base, stage) => ({ KeyId: await stage.imported() }),
      type: 'UnsupportedOperationException',
      message: /origin is EXTERNAL which is not valid for this operation\.$/,
    },
    {
      when: 'a key that is not symmetric',
      request: async (_base, stage) => ({ KeyId: await stage.own('RSA_2048', 'SIGN_VERIFY') }),
      type: 'UnsupportedOperationException',
    },
    {
      when: '89 days',
      request: (base) => ({ ...base, RotationPeriodInDays: 89 }),
      type: 'ValidationException',
      message: /have value greater than or equal to 90$/,
    },
    {
      when: '2561 days',
      request: (base) => ({ ...base, RotationPeriodInDays: 2561 }),
      type: 'ValidationException',
      message: /have value less than or equal to 2560$/,
    },
  ],
});

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms();
});
afterAll(() => kms.close());

const day = 86_400;
test.each<readonly [string, (number | null)[], days: number, left: number]>([
  ['365 days when none are named', [null], 365, 364],
  ['those that are named', [90], 90, 89],
  ['365 days when none are named any more', [90, null], 365, 365],
  ['a schedule that it already has', [null, null], 365, 364],
  ['others from now on', [365, 100], 100, 100],
])('takes %s', async (_name, periods, days, left) => {
  const client = byokClient(kms.url);
  const KeyId = await client.createKey({ Origin: 'AWS_KMS' });
  for (const [index, RotationPeriodInDays] of periods.entries()) {
    if (index > 0) await control(kms.controlUrl, 'POST /clock', { advanceSeconds: day });
    await client.must('EnableKeyRotation', { KeyId, RotationPeriodInDays });
  }
  if (periods.length === 1) {
    await control(kms.controlUrl, 'POST /clock', { advanceSeconds: day });
  }
  const status = await client.must('GetKeyRotationStatus', { KeyId });
  const { now } = await control<{ now: string }>(kms.controlUrl, 'GET /clock');
  const until = (Number(status['NextRotationDate']) - Date.parse(now) / 1000) / day;
  expect([status['RotationPeriodInDays'], Math.round(until)]).toEqual([days, left]);
});
