import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws, region } from '../support/outside-aws.ts';
import { editedPolicy, policyTemplate } from '../support/policies.ts';
import { requireClear } from '../support/truth.ts';

const other = { accessKeyId: 'AKIAOTHERACCOUNT0001', secretAccessKey: 'other-secret-0123456789' };
const second = { accessKeyId: 'AKIASECONDKEYHERE001', secretAccessKey: 'second-secret-012345678' };
const elsewhere = 'us-east-1';
const nowhere = '1234abcd-12ab-34cd-56ef-1234567890ab';

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  const account = (id: string, keys: typeof other): string =>
    `--account=${id}:${keys.accessKeyId}:${keys.secretAccessKey}`;
  aws = await OutsideAws.start([account('444455556666', other), account('123456789012', second)]);
  desk = await Desk.open(aws);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

type Changes = Parameters<typeof change>[1];

/** Changes a group with keys: first refused with its effects, then by the number of the plan. */
async function change(
  group: string,
  changes: { alias?: string; region?: string; credential?: string },
): Promise<readonly string[]> {
  const [mark, held] = [await aws.mark(), await aws.held()];
  const failure = await desk.refused('group.edit', { group, changes });
  expect(failure.code).toBe('CONFIRMATION_NEEDED');
  // It takes nothing away, and says what it does instead.
  expect(requireClear(failure)).toMatchObject({
    headline: 'This waits for a clear yes.',
    forYourKeys: expect.stringMatching(
      /^Nothing was changed\. It would change the (alias|Region|credential)( and (Region|credential))* of key group [^ ]+, which has keys already\.$/,
    ),
  });
  const plan = await desk.call('group.planEdit', { group, changes });
  expect(failure.details).toMatchObject({ plan: plan.number, effects: plan.lookFirst });
  expect(plan.blocked).toBeNull();
  expect(plan.calls).toEqual([]);
  await desk.call('group.edit', { group, changes, plan: plan.number });
  // Nothing is asked of AWS, so nothing there can have changed.
  expect(await aws.calls(mark)).toEqual([]);
  expect((await aws.held()).keys).toEqual(held.keys);
  return plan.lookFirst;
}

describe('the alias of a group with keys', () => {
  beforeAll(async () => {
    await desk.addGroup('cards');
    await desk.rotated('cards');
  });

  it('changes after its effect was shown, and touches nothing in AWS', async () => {
    const effects = await change('cards', { alias: 'cards-new' });
    expect(effects).toEqual([
      'alias/cards stays on version 1, and applications that use it see no change',
      'alias/cards-new is made by the next Force Rotate, on its new key',
    ]);
    const { group } = await desk.call('group.show', { group: 'cards' });
    expect(group).toMatchObject({ alias: 'cards-new', activeVersion: null });
    expect(await aws.holder('alias/cards-new')).toBeNull();
  });

  it('is made by the next rotation on its new key; the old one stays where it was', async () => {
    const plan = await desk.plan('cards');
    expect(plan.changes).not.toContain('First key of this group');
    expect(plan.changes).toContain('alias/cards-new is made and names version 2');
    expect(plan.stays).toContain(`alias/cards stays on version 1 in ${region}`);
    const now = await desk.rotated('cards');
    expect(now.remote?.alias).toBe('alias/cards-new');
    expect(await aws.holder('alias/cards-new')).toBe(now.remote?.keyId);
    const before = await desk.call('key.show', { key: 'cards/1' });
    expect(await aws.holder('alias/cards')).toBe(before.remote?.keyId);
    expect(before.remote).toMatchObject({ alias: 'alias/cards', state: 'Enabled' });
  });

  it('of another group here is refused', async () => {
    await desk.addGroup('other-cards');
    await desk.rotated('other-cards');
    const changes = { alias: 'cards-new' };
    const { number } = await desk.call('group.planEdit', { group: 'other-cards', changes });
    const failure = await desk.refused('group.edit', {
      group: 'other-cards',
      changes,
      plan: number,
    });
    expect(failure).toMatchObject({
      code: 'ALIAS_TAKEN_IN_KEYSTORE',
      details: { group: 'cards' },
    });
    requireClear(failure);
  });

  it('does not change by a number that is of other changes', async () => {
    const { number } = await desk.call('group.planEdit', {
      group: 'cards',
      changes: { alias: 'one' },
    });
    const start = { group: 'cards', changes: { alias: 'two' }, plan: number };
    expect((await desk.refused('group.edit', start)).code).toBe('PLAN_CHANGED');
    const { group } = await desk.call('group.show', { group: 'cards' });
    expect(group.alias).toBe('cards-new');
  });
});

describe('the Region of a group with keys', () => {
  let first = '';
  beforeAll(async () => {
    await desk.addGroup('moving', { policy: policyTemplate });
    first = (await desk.rotated('moving')).remote?.keyId ?? '';
  });

  it('changes after its effect was shown', async () => {
    const effects = await change('moving', { region: elsewhere });
    expect(effects).toEqual([
      `1 key stays in ${region}, where Synchronize still reaches it`,
      `The next Force Rotate makes its key in ${elsewhere}: the keys of ${region} do not work there`,
    ]);
  });

  it('the next rotation makes key and alias in the new Region', async () => {
    expect((await desk.plan('moving')).stays).toContain(
      `alias/moving stays on version 1 in ${region}`,
    );
    const now = await desk.rotated('moving');
    expect(now.remote).toMatchObject({ region: elsewhere, alias: 'alias/moving' });
    expect(await aws.holder('alias/moving', elsewhere)).toBe(now.remote?.keyId);
    expect(await aws.holder('alias/moving', region)).toBe(first);
    expect((await desk.call('key.show', { key: 'moving/1' })).remote?.alias).toBe('alias/moving');
    const { group } = await desk.call('group.show', { group: 'moving' });
    expect(group.activeVersion).toBe(2);
  });

  it('keys of the former Region are still synchronized there', async () => {
    await aws.deleteMaterial(first);
    await aws.putPolicy(first, editedPolicy);
    const since = await aws.mark();
    const plan = await desk.call('key.planSynchronize', { key: 'moving/1' });
    expect(plan.subject).toContain(region);
    requireDone(await desk.synchronize('moving/1', {}));
    const regions = new Set((await aws.journal(since)).map((entry) => entry.region));
    expect([...regions]).toEqual([region]);
    const held = await aws.key(first);
    expect(held.metadata.KeyState).toBe('Enabled');
    expect(JSON.parse(held.policy)).toEqual(JSON.parse(policyTemplate));
  });

  it('and every job that speaks of one says its Region', async () => {
    const active = await desk.call('group.planMakeActive', { key: 'moving/1' });
    expect(active.subject).toContain(region);
    expect(active.blocked?.code).toBe('NOTHING_TO_DO');
  });
});

describe('the credential of a group with keys', () => {
  beforeAll(async () => {
    await desk.addGroup('bound');
    await desk.rotated('bound');
    await desk.importCredential('other-account', aws.url, other);
    await desk.importCredential('second-key', aws.url, second);
  });

  it('of another account is refused once its account is known', async () => {
    await desk.call('credential.test', { credential: 'other-account', region });
    const changes: Changes = { credential: 'other-account' };
    const plan = await desk.call('group.planEdit', { group: 'bound', changes });
    expect(plan.blocked?.code).toBe('ACCOUNT_MISMATCH');
    const failure = await desk.refused('group.edit', {
      group: 'bound',
      changes,
      plan: plan.number,
    });
    expect(failure.code).toBe('ACCOUNT_MISMATCH');
    const text = requireClear(failure);
    expect(text.forYourKeys).toContain('bound to 123456789012');
    expect(text.forYourKeys).toContain('444455556666');
    const { group } = await desk.call('group.show', { group: 'bound' });
    expect(group.credentialName).toBe('payments-kms');
  });

  it('of the same account takes over, and the former one can be removed', async () => {
    await desk.addGroup('takes-over', { credential: 'second-key' });
    await desk.rotated('takes-over');
    await desk.importCredential('third-key', aws.url, second);
    await desk.call('credential.test', { credential: 'third-key', region });
    await change('takes-over', { credential: 'third-key' });
    await desk.call('credential.remove', { credential: 'second-key', confirm: true });
    requireDone(await desk.rotate('takes-over'));
    requireDone(await desk.synchronize('takes-over/1', {}));
  });
});

it('what does not reach beyond the template changes at once', async () => {
  await desk.addGroup('light');
  await desk.rotated('light');
  const mark = await aws.mark();
  const changes = {
    description: 'a new one',
    rotateEvery: { amount: 3, unit: 'months' as const },
    keepValidFor: { amount: 6, unit: 'months' as const },
    policy: policyTemplate,
    disableAfterRotating: true,
  };
  const view = await desk.call('group.edit', { group: 'light', changes });
  expect(view).toMatchObject({ description: 'a new one', hasPolicy: true });
  expect(await aws.calls(mark)).toEqual([]);
  const key = await desk.rotated('light');
  const held = await aws.key(key.remote?.keyId ?? '');
  expect(held.metadata.Description).toMatch(/^a new one/);
  expect(JSON.parse(held.policy)).toEqual(JSON.parse(policyTemplate));
  // What was done then keeps the name it was done under.
  await desk.call('group.edit', { group: 'light', changes: { name: 'lighter' } });
  const { jobs } = await desk.call('job.list', { group: 'lighter' });
  const titles = jobs.map(({ title }) => title);
  expect(titles).toContain('Rotate software protected keys: light (now lighter)');
  expect(titles.filter((title) => !title.endsWith(' (now lighter)'))).toEqual([]);
  // …and is found by either, as both are shown.
  const found = async (find: string) => (await desk.call('job.list', { find })).jobs.length;
  expect(await found('LIGHTER')).toBe(jobs.length);
  expect(await found(': light')).toBe(jobs.length);
  expect(await found('lightest')).toBe(0);
});

describe('an Active Key ID that cannot take the first key', () => {
  it.each([
    [
      'that AWS does not have',
      () => Promise.resolve(nowhere),
      'AWS has no such key in this Region',
    ],
    ['whose material AWS makes', () => aws.makeKey('AWS_KMS'), 'its origin is AWS_KMS'],
  ])('is told by the plan: one %s', async (what, make, problem) => {
    const group = `taken ${what}`;
    await desk.addGroup(group, { alias: problem.replaceAll(' ', '-'), activeKeyId: await make() });
    const plan = await desk.plan(group);
    expect(plan.blocked).toMatchObject({ code: 'ACTIVE_KEY_UNUSABLE', details: { problem } });
    expect(plan.checks.at(-1)?.text).toMatch(
      /^Active Key ID .* is no key that waits for material$/,
    );
    const refused = await desk.refused('group.forceRotate', { group, plan: plan.number });
    expect(refused.code).toBe('ACTIVE_KEY_UNUSABLE');
    expect((await desk.call('key.list', { group })).total).toBe(0);
  });
});
