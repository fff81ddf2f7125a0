import { expect, it } from 'vitest';
import type { Reply } from '../../electron/core/core.ts';
import { caller, Desk } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';

/** Lets AWS hold its answer to one operation, and gives the call up once AWS has it. */
async function givenUp(
  desk: Desk,
  aws: OutsideAws,
  held: string,
  [call, input]: readonly [string, object],
): Promise<Reply> {
  const unanswered = await aws.hold(held);
  const nobody = new AbortController();
  const reply = desk.core.call(call, input, caller, nobody.signal);
  await expect.poll(unanswered).toBe(0);
  nobody.abort();
  return reply;
}

it('ends a plan that nobody waits for any more, and asks AWS nothing further for it', async () => {
  await using aws = await OutsideAws.start();
  await using desk = await Desk.open(aws);
  await desk.addGroup('cards');
  for (let times = 0; times < 3; times += 1) await desk.rotated('cards');
  const before = await aws.mark();
  for (const call of ['group.planSynchronize', 'group.planForceRotate']) {
    expect(await givenUp(desk, aws, 'DescribeKey', [call, { group: 'cards' }])).toMatchObject({
      ok: false,
      failure: { code: 'CANCELLED_BY_PERSON' },
    });
  }
  const asked = await aws.calls(before);
  expect(asked.filter((operation) => operation === 'DescribeKey').length).toBeLessThanOrEqual(2);

  // Nothing was noted of the credential, and the next plan is whole.
  await aws.misbehave();
  const { credentials } = await desk.call('credential.list', {});
  expect(credentials.map(({ connection, problem }) => [connection, problem])).toEqual([
    ['Connected', null],
  ]);
  const plan = await desk.call('group.planSynchronize', { group: 'cards' });
  expect(plan.versions.map(({ verdict }) => verdict)).toEqual(['nothing', 'nothing', 'nothing']);
});

it.each([
  ['key.comparePolicy', 'GetKeyPolicy', { key: 'cards/1' }],
  ['key.grants', 'ListGrants', { key: 'cards/1' }],
  ['key.materials', 'ListKeyRotations', { key: 'cards/1' }],
  ['key.check', 'DescribeKey', { key: 'cards/1' }],
  ['credential.test', 'sts:GetCallerIdentity', { credential: 'payments-kms' }],
])('ends %s while AWS holds its answer', async (call, held, input) => {
  await using aws = await OutsideAws.start();
  await using desk = await Desk.open(aws);
  await desk.addGroup('cards');
  await desk.rotated('cards');
  expect(await givenUp(desk, aws, held, [call, input])).toMatchObject({
    ok: false,
    failure: { code: 'CANCELLED_BY_PERSON' },
  });
  const { records } = await desk.call('audit.list', { limit: 1 });
  expect(records[0]).toMatchObject({ action: call, outcome: 'CANCELLED_BY_PERSON' });
  // What was not answered says nothing of the credential.
  const { credentials } = await desk.call('credential.list', {});
  expect(credentials.map(({ connection, problem }) => [connection, problem])).toEqual([
    ['Connected', null],
  ]);
});

it('lets go on what changes something', async () => {
  await using aws = await OutsideAws.start();
  await using desk = await Desk.open(aws);
  await desk.addGroup('cards');
  const plan = await desk.call('group.planForceRotate', { group: 'cards' });
  const reply = await desk.core.call(
    'group.forceRotate',
    { group: 'cards', plan: plan.number },
    caller,
    AbortSignal.abort(),
  );
  expect(reply).toMatchObject({ ok: true });
});
