import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Denial } from '../../electron/practice/kms/policy/denials.ts';
import { control } from '../../electron/practice/kms/testing/raw-client.fixture.ts';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf } from '../support/truth.ts';

const me = 'arn:aws:iam::123456789012:user/rotator';
const keys = {
  accessKeyId: 'AKIAPRACTICEROTATOR1',
  secretAccessKey: 'practice/only/of/the/user/called/rotator0',
};

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock: new HurriedClock() });
  const Statement = [
    { Effect: 'Allow', Action: 'kms:*', Resource: '*' },
    { Effect: 'Deny', Action: 'kms:*Alias', Resource: '*', Sid: 'NoAliasYet' },
  ];
  await control(aws.controlUrl, 'POST /principals', {
    accounts: [
      {
        accountId: '123456789012',
        users: [{ name: 'rotator', accessKeys: [keys], policies: { work: { Statement } } }],
      },
    ],
  });
  await desk.importCredential('rotator', aws.url, keys);
  await desk.addGroup('rehearsed', { credential: 'rotator' });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const change = (Action: readonly string[]) =>
  control(aws.controlUrl, 'POST /principals/policy', {
    principal: me,
    name: 'work',
    document: { Statement: { Effect: 'Allow', Action, Resource: '*' } },
  });

const everythingBut = ['kms:C*Key', 'kms:D*', 'kms:G*', 'kms:I*', 'kms:L*', 'kms:T*'];

it('a custodian finds the missing permission, adds it, and the rotation goes on', async () => {
  const denied = await desk.rotate('rehearsed');
  expect(denied.job.state).toBe('needs-you');
  expect(failureOf(denied)).toMatchObject({
    code: 'AWS_ACCESS_DENIED',
    details: { permission: 'kms:CreateAlias' },
  });
  const [first] = await control<Denial[]>(aws.controlUrl, 'GET /denials');
  expect(first?.summary).toContain(`${me} may not kms:CreateAlias`);
  expect(first?.wouldAllow).toMatchObject([
    { where: 'identity policy work', what: expect.stringContaining('statement 2 (NoAliasYet)') },
  ]);

  await change(everythingBut);
  const missing = await desk.goOn(denied.job.id);
  expect(failureOf(missing).details).toMatchObject({ permission: 'kms:CreateAlias' });
  const [second] = await control<Denial[]>(aws.controlUrl, 'GET /denials');
  expect(second?.wouldAllow).toMatchObject([
    { where: `an identity policy of ${me}`, add: { Effect: 'Allow', Action: 'kms:CreateAlias' } },
  ]);

  await change([...everythingBut, 'kms:CreateAlias']);
  requireDone(await desk.goOn(missing.job.id));
  expect(await aws.holder('alias/rehearsed')).not.toBeNull();
});
