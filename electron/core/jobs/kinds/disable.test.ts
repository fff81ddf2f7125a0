import { expect, it } from 'vitest';
import { disableFormer } from './disable.ts';
import type { DeedServices } from './services.ts';

const account = '111122223333';
const former = '7c1d';

interface Aws {
  /** The key that the group's alias names when each step looks. */
  readonly holders: readonly string[];
  readonly otherAlias?: string;
  /** What AWS says of the key once it was told to disable it. */
  readonly state?: string;
  /** And before, when each step looks; the last one from then on. */
  readonly before?: readonly string[];
  /** An earlier go of the job was heard to have changed something. */
  readonly everChanged?: true;
}

/** Both steps, one after the other, as far as they go; `disabled` and `enabled` is what AWS was told. */
async function run(aws: Aws) {
  const { holders, otherAlias, state = 'Disabled', before = ['Enabled'] } = aws;
  const everChanged = aws.everChanged === true;
  const disabled: string[] = [];
  const enabled: string[] = [];
  const noted: string[] = [];
  const seen = [...holders];
  const states = [...before];
  const aliases = otherAlias === undefined ? [] : [{ name: otherAlias }];
  const connection = {
    accountOwner: async () => ({ account, principalArn: null, requestId: null }),
    checkClock: async () => ({ skew: 0 }),
    aliasTarget: async () => ({ keyId: seen.shift() ?? null, key: null, requestId: null }),
    listAliases: async () => ({ aliases }),
    lastUsage: async () => ({ usedAt: null, operation: null, trackedSince: null }),
    disableKey: async (id: string) => void disabled.push(id),
    enableKey: async (id: string) => void enabled.push(id),
    describeKey: async () => ({
      keyId: former,
      state:
        enabled.length > 0
          ? 'Enabled'
          : disabled.length > 0
            ? state
            : states.length > 1
              ? states.shift()
              : states[0],
      readAt: 1,
      requestId: null,
    }),
  };
  const key = { id: 'k', version: 1 };
  const services = {
    groups: { get: () => ({ id: 'g', name: 'payments', alias: 'payments', account }) },
    keys: {
      get: () => ({ key, remote: { kmsKeyId: former, region: 'eu-west-1' } }),
      byKms: () => [],
      noteRemote: () => undefined,
      addEvent: (_id: string, text: string) => noted.push(text),
    },
    accounts: { get: () => account, seen: () => undefined },
    connect: async () => connection,
    clock: { now: () => 0 },
  } as unknown as DeedServices;
  const ends = [];
  const why: unknown[] = [];
  for (const step of disableFormer(services).steps) {
    const context = { payload: { groupId: 'g', keyId: 'k' }, outputs: {}, everChanged };
    const result = await step.act(context as unknown as Parameters<typeof step.act>[0]);
    ends.push(result.type);
    if ('error' in result) why.push(result.error);
    if (result.type === 'done' || result.type === 'remark') result.record?.();
    if (result.type !== 'done') break;
  }
  return { ends, disabled, enabled, noted, why };
}

it('disables a former key that no alias names', async () => {
  const { ends, disabled, noted } = await run({ holders: ['9e2f', '9e2f'] });
  expect([ends, disabled]).toEqual([['done', 'done'], [former]]);
  expect(noted).toEqual(['Disabled in AWS after its rotation']);
});

it('leaves it enabled where it was given the alias between looking and acting', async () => {
  const { ends, disabled } = await run({ holders: ['9e2f', former] });
  expect([ends, disabled]).toEqual([['done', 'stop'], []]);
});

it('enables it again where it was given the alias while AWS was told', async () => {
  const { ends, disabled, enabled, noted, why } = await run({ holders: ['9e2f', '9e2f', former] });
  expect([ends, disabled, enabled]).toEqual([['done', 'remark'], [former], [former]]);
  expect(noted).toEqual(['Enabled in AWS again: alias/payments names it']);
  expect(why).toMatchObject([
    { code: 'NOTHING_TO_DO', details: { alias: 'alias/payments', undone: 'disabled' } },
  ]);
});

it('says that it was enabled again, where the answer to that was lost and the job went on', async () => {
  const { ends, disabled, why } = await run({ holders: ['9e2f', former], everChanged: true });
  expect([ends, disabled]).toEqual([['done', 'remark'], []]);
  expect(why).toMatchObject([{ code: 'NOTHING_TO_DO', details: { undone: 'disabled' } }]);
});

it('is done where somebody else went on with the key that it had disabled', async () => {
  const before = ['Enabled', 'PendingDeletion'];
  const { ends, disabled, noted } = await run({
    holders: ['9e2f', '9e2f'],
    before,
    everChanged: true,
  });
  expect([ends, disabled]).toEqual([['done', 'done'], []]);
  expect(noted).toEqual(['Found PendingDeletion in AWS']);
});

it('leaves it enabled where another alias names it', async () => {
  const { ends, disabled } = await run({ holders: ['9e2f'], otherAlias: 'alias/theirs' });
  expect([ends, disabled]).toEqual([['stop'], []]);
});

it('is done where the key turns out to be off by an earlier go, or by somebody else', async () => {
  const { ends, disabled, noted } = await run({
    holders: ['9e2f', '9e2f'],
    before: ['Enabled', 'Disabled'],
  });
  expect([ends, disabled, noted]).toEqual([['done', 'done'], [], ['Found disabled in AWS']]);
});

it.each(['Disabled', 'PendingImport', 'PendingDeletion'])(
  'does nothing where the key is %s already, at its first look or its last',
  async (state) => {
    const { ends, disabled, noted, why } = await run({ holders: ['9e2f'], before: [state] });
    expect([ends, disabled, noted]).toEqual([['stop'], [], []]);
    expect(why).toMatchObject([
      { code: 'NOTHING_TO_DO', details: { reason: `version 1 is ${state} already` } },
    ]);
    if (state === 'Disabled') return;
    const later = await run({ holders: ['9e2f', '9e2f'], before: ['Enabled', state] });
    expect([later.ends, later.disabled, later.noted]).toEqual([['done', 'stop'], [], []]);
    expect(later.why).toMatchObject([{ code: 'NOTHING_TO_DO' }]);
  },
);

it('says nothing of a key that AWS goes on calling Enabled', async () => {
  const holders = ['9e2f', '9e2f'];
  await expect(run({ holders, state: 'Enabled' })).rejects.toMatchObject({
    code: 'READ_BACK_DIFFERS',
    details: { what: 'key state', expected: 'Disabled', found: 'Enabled' },
  });
});
