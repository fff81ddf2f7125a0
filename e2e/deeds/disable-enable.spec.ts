import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, type Detail, type Plan, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { requireClear } from '../support/truth.ts';

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock: new HurriedClock() });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

type Turn = 'disable' | 'enable';
const planOf = (turn: Turn, key: string): Promise<Plan> =>
  desk.call(turn === 'disable' ? 'key.planDisable' : 'key.planEnable', { key });
const start = (turn: Turn, key: string, { number, confirmName }: Plan) =>
  turn === 'enable'
    ? desk.call('key.enable', { key, plan: number })
    : desk.call('key.disable', {
        key,
        plan: number,
        ...(confirmName === null ? {} : { confirm: confirmName }),
      });

async function turned(turn: Turn, key: string): Promise<Detail> {
  const { jobId } = await start(turn, key, await planOf(turn, key));
  return desk.settled(jobId);
}

const view = (key: string) => desk.call('key.show', { key });
const idOf = async (key: string): Promise<string> => (await view(key)).remote?.keyId ?? '';
const inAws = async (key: string) => (await aws.key(await idOf(key))).metadata.KeyState;
const groupOf = async (name: string) =>
  (await desk.call('group.list', {})).groups.find((group) => group.name === name);

/** Two versions: 2 holds the alias, 1 decrypts only. */
async function twoVersions(name: string, fields: Parameters<Desk['addGroup']>[1] = {}) {
  await desk.addGroup(name, fields);
  await desk.rotated(name);
  await desk.rotated(name);
}

/** Nothing was asked of AWS that changes anything. */
async function requireNothingTold(work: () => Promise<void>): Promise<void> {
  const since = await aws.mark();
  await work();
  const changed = (await aws.journal(since)).filter(({ effects }) => effects.length > 0);
  expect(changed.map(({ operation }) => operation)).toEqual([]);
}

describe('Disable in AWS, and Enable in AWS', () => {
  it('stop what is under a key and start it again; keystore, History and group follow', async () => {
    await twoVersions('cards');
    const secret = await aws.encrypt(await idOf('cards/2'), 'a card number');
    const off = await turned('disable', 'cards/2');
    requireDone(off);
    expect(off.job.kind).toBe('key.disable-now');
    expect(off.job.title).toBe('Disable in AWS: cards/2');
    expect(off.job.message).toMatch(/^Version 2 of cards \(.+\) is disabled in AWS: nothing under/);
    await expect(aws.decrypt(secret)).rejects.toThrow(/disabled/i);
    const key = await view('cards/2');
    expect([key.state, key.lifecycle, key.remote?.state]).toEqual([
      'Off, alias',
      'suspended',
      'Disabled',
    ]);
    expect(key.history[0]).toMatchObject({ text: 'Disabled in AWS', jobId: off.job.id });
    expect(await groupOf('cards')).toMatchObject({ state: 'Active key off', needsYou: true });
    const needing = await desk.call('group.list', { needsYou: true });
    expect(needing.groups.map(({ name }) => name)).toContain('cards');

    const on = await turned('enable', 'cards/2');
    requireDone(on);
    expect(on.job.title).toBe('Enable in AWS: cards/2');
    expect((await aws.decrypt(secret)).text).toBe('a card number');
    const again = await view('cards/2');
    expect([again.state, again.lifecycle]).toEqual(['Active, alias', 'active']);
    expect(again.history[0]).toMatchObject({ text: 'Enabled in AWS', jobId: on.job.id });
    expect(await groupOf('cards')).toMatchObject({ state: 'In step', needsYou: false });
    const { records } = await desk.call('audit.list', { action: 'key.disable' });
    expect(records[0]).toMatchObject({ outcome: 'STARTED', actor: 'custodian-2' });
  });

  it('an earlier version that is off is no trouble of its group', async () => {
    await twoVersions('earlier');
    requireDone(await turned('disable', 'earlier/1'));
    expect((await view('earlier/1')).state).toBe('Off');
    expect((await view('earlier/1')).lifecycle).toBe('deactivated');
    expect(await groupOf('earlier')).toMatchObject({ state: 'In step', needsYou: false });
  });

  it('a rotation takes the alias from a key that is off, which stays off', async () => {
    await twoVersions('moves-on', { disableAfterRotating: true, disableWaitDays: 7 });
    requireDone(await turned('disable', 'moves-on/2'));
    const plan = await desk.plan('moves-on');
    expect(plan.changes).toContain(
      'Version 2 is disabled 7 days later, where it is Enabled by then, by a job you can stop',
    );
    expect(plan.lookFirst.join()).not.toContain('once it is disabled');
    expect(plan.goBack).toBe('Make Active on version 2, once it is Enabled');
    expect(plan.stays).toContain(
      'Version 2 stays as it is: Disabled, and nothing under it decrypts until Enable in AWS',
    );
    await desk.rotated('moves-on');
    expect((await view('moves-on/2')).lifecycle).toBe('deactivated');
    expect((await view('moves-on/2')).state).toBe('Off');
    expect(await groupOf('moves-on')).toMatchObject({ state: 'In step', needsYou: false });
    requireDone(await turned('enable', 'moves-on/2'));
    expect((await view('moves-on/2')).lifecycle).toBe('deactivated');
    expect((await view('moves-on/2')).state).toBe('Decrypts only');
  });

  it('a key that somebody enables in AWS is active again at the next look', async () => {
    await desk.addGroup('outside');
    await desk.rotated('outside');
    requireDone(await turned('disable', 'outside/1'));
    await aws.kms().send(new EnableKeyCommand({ KeyId: await idOf('outside/1') }));
    await desk.call('key.check', { key: 'outside/1' });
    expect((await view('outside/1')).lifecycle).toBe('active');
  });
});

describe('the plan', () => {
  it('tells what stops, what stays, who uses the key, and asks for the name of one in use', async () => {
    await twoVersions('told');
    const id = await idOf('told/2');
    await aws.encrypt(id, 'a use');
    await aws.pointAlias('alias/told-too', id);
    await aws.grant(id);
    const plan = await planOf('disable', 'told/2');
    expect(plan.title).toBe('Disable “told”, version 2, in AWS?');
    expect(plan.changes.slice(1)).toEqual([
      'Everything under version 2 stops decrypting in AWS from then on',
      'Nothing can be encrypted through alias/told any more: it names this key',
      'Nothing can be encrypted through alias/told-too any more: it names this key',
    ]);
    expect(plan.stays[0]).toBe(
      'Key material, aliases, policy and grants in AWS, and our copy here',
    );
    expect(plan.lookFirst.join('\n')).toMatch(/Last use AWS reports: Encrypt on /);
    expect(plan.lookFirst.join('\n')).toContain('1 grant on the key');
    expect(plan.goBack).toBe('Enable in AWS, one call');
    expect(plan.confirmName).toBe('told');
    expect(plan.blocked).toBeNull();
  });

  it('asks for no name where no alias names the key and nobody used it', async () => {
    await twoVersions('quiet');
    const plan = await planOf('disable', 'quiet/1');
    expect(plan.confirmName).toBeNull();
    expect(plan.lookFirst.join('\n')).toContain('AWS reports no use since ');
  });

  it.each([
    ['kms:GetKeyLastUsage', 'Last use could not be read (kms:GetKeyLastUsage)'],
    ['kms:ListAliases', 'Aliases of the key could not be read (kms:ListAliases)'],
  ])('asks for it, and says so, where %s is missing', async (action, line) => {
    const name = action.replace('kms:', '').toLowerCase();
    await twoVersions(name);
    await aws.deny([action]);
    const plan = await planOf('disable', `${name}/1`);
    expect(plan.lookFirst).toContain(line);
    expect(plan.confirmName).toBe(name);
    requireDone(await turned('disable', `${name}/1`));
    await aws.allow();
  });

  it('says that grants could not be read', async () => {
    await twoVersions('ungranted');
    await aws.deny(['kms:ListGrants']);
    const { lookFirst } = await planOf('disable', 'ungranted/1');
    await aws.allow();
    expect(lookFirst).toContain('Grants on the key could not be read (kms:ListGrants)');
  });

  it('is refused without the name, and nothing runs', async () => {
    await twoVersions('typed');
    const { number } = await planOf('disable', 'typed/2');
    await requireNothingTold(async () => {
      for (const confirm of [undefined, '', 'Typed', 'typed/2']) {
        const input = {
          key: 'typed/2',
          plan: number,
          ...(confirm === undefined ? {} : { confirm }),
        };
        const refused = await desk.refused('key.disable', input);
        expect(refused.code).toBe('NAME_NOT_TYPED');
      }
    });
    expect((await desk.call('job.list', { group: 'typed', find: 'Disable' })).jobs).toEqual([]);
  });

  it('that is not true any more runs nothing', async () => {
    await twoVersions('changed');
    const shown = await planOf('disable', 'changed/1');
    await aws.pointAlias('alias/changed-too', await idOf('changed/1'));
    await requireNothingTold(async () => {
      const refused = await desk.refused('key.disable', {
        key: 'changed/1',
        plan: shown.number,
        confirm: 'changed',
      });
      expect(refused.code).toBe('PLAN_CHANGED');
    });
    expect(await inAws('changed/1')).toBe('Enabled');
  });

  it.each([
    ['one that is off', 'disable', 'Disabled', 'NOTHING_TO_DO', /Disabled already/],
    ['one that is on', 'enable', 'Enabled', 'NOTHING_TO_DO', /Enabled already/],
    ['one without material', 'disable', 'PendingImport', 'AWS_KEY_STATE', /Synchronize/],
    ['one without material', 'enable', 'PendingImport', 'AWS_KEY_STATE', /Synchronize/],
    ['one to be deleted', 'disable', 'PendingDeletion', 'AWS_KEY_STATE', /Cancel its deletion/],
    ['one to be deleted', 'enable', 'PendingDeletion', 'AWS_KEY_STATE', /Cancel its deletion/],
  ] as const)('is blocked for %s: %s', async (_what, turn, state, code, says) => {
    const name = `${turn}-${state.toLowerCase()}`;
    await twoVersions(name);
    const id = await idOf(`${name}/1`);
    if (state === 'Disabled') aws.callNow('DisableKey', { KeyId: id });
    if (state === 'PendingImport') await aws.deleteMaterial(id);
    if (state === 'PendingDeletion') aws.callNow('ScheduleKeyDeletion', { KeyId: id });
    const plan = await planOf(turn, `${name}/1`);
    expect(plan.blocked).toMatchObject({ code });
    if (plan.blocked === null) return;
    const text = requireClear(plan.blocked);
    expect(`${text.headline} ${text.forYourKeys} ${text.next}`).toMatch(says);
    await requireNothingTold(async () => {
      const input = { key: `${name}/1`, plan: plan.number };
      expect((await desk.refused(`key.${turn}`, input)).code).toBe(code);
    });
  });

  it('is blocked for a key that AWS does not have, or has no more', async () => {
    await desk.addGroup('unsent');
    await aws.deny(['kms:CreateKey']);
    const stopped = await desk.rotate('unsent');
    await aws.allow();
    expect((await planOf('disable', 'unsent/1')).blocked?.code).toBe('KEY_NOT_IN_AWS');
    requireDone(await desk.goOn(stopped.job.id));
    expect((await planOf('disable', 'unsent/1')).blocked).toBeNull();
  });
});

describe('the job', () => {
  it.each(['disable', 'enable'] as const)(
    '%s: where every answer was lost, the job finds what the first call did',
    async (turn) => {
      const name = `unheard-${turn}`;
      await twoVersions(name);
      if (turn === 'enable') requireDone(await turned('disable', `${name}/1`));
      const operation = turn === 'disable' ? 'DisableKey' : 'EnableKey';
      const since = await aws.mark();
      await aws.misbehave({ operations: { [operation]: { loseResponseAfterEffect: 1_000_000 } } });
      const detail = await turned(turn, `${name}/1`);
      await aws.misbehave();
      requireDone(detail);
      const told = (await aws.journal(since)).filter((entry) => entry.operation === operation);
      expect(told.flatMap(({ effects }) => effects)).toHaveLength(1);
      const { history } = await view(`${name}/1`);
      expect(history.filter(({ jobId }) => jobId === detail.job.id)).toHaveLength(1);
      expect(history[0]?.text).toBe(`Found ${turn}d in AWS`);
    },
  );

  it('asked for twice is one job', async () => {
    await twoVersions('twice');
    const plan = await planOf('disable', 'twice/1');
    await aws.misbehave({ operations: { DisableKey: { latencyMs: 100_000 } } });
    const first = await start('disable', 'twice/1', plan);
    const second = await start('disable', 'twice/1', plan);
    expect(second).toEqual({ ...first, joined: true });
    await aws.misbehave();
    requireDone(await desk.settled(first.jobId));
  });

  it('stops where an alias came to name a key that nobody said was in use', async () => {
    await twoVersions('overtaken');
    const plan = await planOf('disable', 'overtaken/1');
    expect(plan.confirmName).toBeNull();
    const KeyId = await idOf('overtaken/1');
    const named = { AliasName: 'alias/overtaken-too', TargetKeyId: KeyId };
    desk.at('key.disable-now:disable:before-intent', () => aws.callNow('CreateAlias', named));
    const { jobId } = await start('disable', 'overtaken/1', plan);
    const detail = await desk.settled(jobId);
    expect(detail.job.state).toBe('stopped-nothing-changed');
    expect(detail.job.failure).toMatchObject({ code: 'PLAN_CHANGED' });
    expect(await inAws('overtaken/1')).toBe('Enabled');
  });

  it('waits for no other job of its group, not even for one that stopped', async () => {
    await twoVersions('urgent');
    await aws.deny(['kms:CreateKey']);
    const stopped = await desk.rotate('urgent');
    expect(stopped.job.state).toBe('needs-you');
    await aws.allow();
    const plan = await planOf('disable', 'urgent/2');
    expect(plan.lookFirst).toContain(
      `Job ${stopped.job.number} of this group is not over: this one does not wait for it`,
    );
    requireDone(await turned('disable', 'urgent/2'));
    expect(await inAws('urgent/2')).toBe('Disabled');
  });

  it.each(['disable', 'enable'] as const)(
    '%s: names the permission that is missing',
    async (turn) => {
      const name = `denied-${turn}`;
      await twoVersions(name);
      if (turn === 'enable') requireDone(await turned('disable', `${name}/1`));
      const permission = turn === 'disable' ? 'kms:DisableKey' : 'kms:EnableKey';
      await aws.deny([permission]);
      const detail = await turned(turn, `${name}/1`);
      await aws.allow();
      expect(detail.job.state).toBe('stopped-nothing-changed');
      expect(detail.job.failure).toMatchObject({
        code: 'AWS_ACCESS_DENIED',
        details: { permission },
      });
      requireDone(await turned(turn, `${name}/1`));
    },
  );

  it('that waits for a person stands at its group, and goes on', async () => {
    await twoVersions('unanswered');
    await aws.misbehave({ operations: { DisableKey: { dropBeforeEffect: 1_000_000 } } });
    const detail = await turned('disable', 'unanswered/1');
    await aws.misbehave();
    expect(detail.job.state).toBe('needs-you');
    expect(await groupOf('unanswered')).toMatchObject({ state: 'Job needs you', needsYou: true });
    requireDone(await desk.goOn(detail.job.id));
    expect(await groupOf('unanswered')).toMatchObject({ state: 'In step', needsYou: false });
  });
});

describe('what else is done with a key that is off', () => {
  it('Make Active says how to go on', async () => {
    await twoVersions('undone');
    requireDone(await turned('disable', 'undone/1'));
    const plan = await desk.call('group.planMakeActive', { key: 'undone/1' });
    expect(plan.blocked).toMatchObject({ code: 'KEY_NOT_ENABLED' });
    if (plan.blocked) expect(requireClear(plan.blocked).next).toContain('Enable in AWS');
    requireDone(await turned('enable', 'undone/1'));
    requireDone(await desk.makeActive('undone/1'));
    expect(await aws.holder('alias/undone')).toBe(await idOf('undone/1'));
  });

  it('a rotation that waits for it does not keep it from being enabled, and goes on then', async () => {
    await twoVersions('met');
    const keys = new Set((await aws.held()).keys.map(({ metadata }) => metadata.KeyId));
    desk.at('group.force-rotate:alias:before-intent', () =>
      aws.callNow('DisableKey', { KeyId: aws.newestKeyNow(keys) }),
    );
    const stopped = await desk.rotate('met');
    const { id } = await view('met/3');
    expect(stopped.job.state).toBe('needs-you');
    expect(stopped.job.failure).toMatchObject({
      code: 'KEY_NOT_ENABLED',
      details: { state: 'Disabled', key: id },
    });
    if (stopped.job.failure)
      expect(requireClear(stopped.job.failure).next).toContain('Enable in AWS');
    requireDone(await turned('enable', id));
    requireDone(await desk.goOn(stopped.job.id));
    expect(await aws.holder('alias/met')).toBe(await idOf('met/3'));
  });

  it('Synchronize leaves it off, and says what turns it on', async () => {
    await twoVersions('kept-off');
    requireDone(await turned('disable', 'kept-off/1'));
    const boxes = { deleteMaterial: false, updatePolicy: false, importMaterial: true };
    const plan = await desk.call('key.planSynchronize', { key: 'kept-off/1', ...boxes });
    expect(plan.lookFirst).toContain(
      'The KMS key stays Disabled: nothing under it decrypts until Enable in AWS',
    );
    requireDone(await desk.synchronize('kept-off/1', boxes));
    expect(await inAws('kept-off/1')).toBe('Disabled');
  });

  it('was turned off by somebody else: enabled all the same', async () => {
    await twoVersions('not-ours');
    await aws.kms().send(new DisableKeyCommand({ KeyId: await idOf('not-ours/1') }));
    const plan = await planOf('enable', 'not-ours/1');
    expect(plan.blocked).toBeNull();
    expect(plan.confirmName).toBeNull();
    requireDone(await turned('enable', 'not-ours/1'));
    expect(await inAws('not-ours/1')).toBe('Enabled');
  });
});
