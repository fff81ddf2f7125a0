import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, type Detail, type Plan, requireDone } from '../support/desk.ts';
import { wrapElsewhere } from '../support/other-system.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { editedPolicy, policyTemplate, sameTemplate } from '../support/policies.ts';

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

interface Deed {
  plan(): Promise<Plan>;
  start(plan: Plan): Promise<{ readonly jobId: string }>;
}

/**
 * Plans a deed and starts it. Starting plans once more, which reads the same: whatever the journal
 * has beyond those readings is the job's, and must be what the plan named, call by call.
 */
async function requireTrue(deed: Deed): Promise<Detail> {
  const [before, plan] = [await aws.mark(), await deed.plan()];
  expect(plan.blocked).toBeNull();
  const readings = await aws.calls(before);
  const since = await aws.mark();
  const { jobId } = await deed.start(plan);
  const detail = await desk.settled(jobId);
  requireDone(detail);

  const entries = await aws.journal(since);
  expect(entries.slice(0, readings.length).map(({ operation }) => operation)).toEqual(readings);
  const made = entries.slice(readings.length);
  expect(made.map(({ operation }) => operation)).toEqual(plan.calls.map(({ call }) => call));
  for (const [n, { effects, operation }] of made.entries()) {
    const changes = effects.some((effect) => effect.kind !== 'parameters-issued');
    expect(changes, `${operation} changes something`).toBe(plan.calls[n]?.changes);
  }
  requireOwnRecord(detail, made);
  requireStepsAsPlanned(detail, plan);
  return detail;
}

/** The job's own account of its calls names the same requests, with AWS's ids. */
function requireOwnRecord(detail: Detail, made: readonly { requestId: string }[]): void {
  const own = detail.steps.flatMap((step) => step.calls.map((call) => call.requestId));
  expect(own).toEqual(made.map((entry) => entry.requestId));
}

/** Steps that did something are those the plan named, no more and no fewer. */
function requireStepsAsPlanned(detail: Detail, plan: Plan): void {
  const done = detail.steps.filter((step) => step.state === 'done');
  expect(plan.steps.length).toBeGreaterThanOrEqual(done.length);
  for (const step of detail.steps.filter((each) => each.state === 'waiting')) {
    throw new Error(`step ${step.name} was never begun`);
  }
}

const rotation = (group: string, adopt = false): Deed => ({
  plan: () => desk.plan(group, adopt),
  start: ({ number }) => desk.call('group.forceRotate', { group, plan: number, adopt }),
});

function bringingIn(group: string, secret: Uint8Array): Deed {
  const asked = wrapElsewhere(desk, group, secret).then(({ file, kcv }) => ({ group, file, kcv }));
  return {
    plan: async () => desk.call('group.planBringIn', await asked),
    start: async ({ number }) => desk.call('group.bringIn', { ...(await asked), plan: number }),
  };
}

describe('Bring In Key makes the calls that its plan named', () => {
  it('into a new KMS key, and into one that is taken over, whoever has the alias', async () => {
    await desk.addGroup('from-elsewhere', { policy: policyTemplate });
    await requireTrue(bringingIn('from-elsewhere', randomBytes(32)));
    await requireTrue(bringingIn('from-elsewhere', randomBytes(32)));
    const secret = randomBytes(32);
    const activeKeyId = await aws.makeKey('EXTERNAL');
    await aws.importMaterial(activeKeyId, secret);
    await desk.addGroup('taken', { activeKeyId, policy: policyTemplate });
    await requireTrue(bringingIn('taken', secret));
    const named = await aws.makeKey('EXTERNAL');
    await aws.importMaterial(named, secret);
    await aws.pointAlias('alias/named', named);
    await desk.addGroup('named', { activeKeyId: named });
    const { job } = await requireTrue(bringingIn('named', secret));
    expect(job.message).toContain('AWS took this key as the material it has');
    expect(job.title).toBe('Bring in software protected key: named');
  });
});

describe('Force Rotate makes the calls that its plan named', () => {
  it('for the first key of a group, and for a later one', async () => {
    await desk.addGroup('plain');
    const first = await requireTrue(rotation('plain'));
    expect(first.job.title).toBe('Rotate software protected keys: plain');
    await requireTrue(rotation('plain'));
    await requireTrue(rotation('plain'));
  });

  it('with keys that have a public half, which AWS is asked for after an import', async () => {
    await desk.addGroup('signing', { keyType: 'ECC', policy: policyTemplate });
    const { steps } = await requireTrue(rotation('signing'));
    const calls = steps.flatMap((step) => step.calls.map(({ call }) => call));
    expect(calls).toContain('GetPublicKey');
    await requireTrue(rotation('signing'));
  });

  it('with a policy template', async () => {
    await desk.addGroup('with-policy', { policy: policyTemplate });
    await requireTrue(rotation('with-policy'));
    await requireTrue(rotation('with-policy'));
  });

  it('with an Active Key ID that waits for its material, and afterwards', async () => {
    const waiting = await aws.makeKey('EXTERNAL');
    await desk.addGroup('waiting', { activeKeyId: waiting, policy: policyTemplate });
    await requireTrue(rotation('waiting'));
    expect(await aws.holder('alias/waiting')).toBe(waiting);
    await requireTrue(rotation('waiting'));
    const { group } = await desk.call('group.show', { group: 'waiting' });
    expect(group.activeKeyId).toBe(await aws.holder('alias/waiting'));
    expect(group.activeKeyId).not.toBe(waiting);
  });

  it('adopting a foreign key that holds the alias', async () => {
    const foreign = await aws.makeKey();
    await aws.pointAlias('alias/adopting', foreign);
    await desk.addGroup('adopting', { disableAfterRotating: true });
    const refused = await desk.plan('adopting');
    expect(refused.blocked).toMatchObject({ code: 'ALIAS_HELD_ELSEWHERE' });
    const failure = await desk.refused('group.forceRotate', {
      group: 'adopting',
      plan: refused.number,
    });
    expect(failure.code).toBe('ALIAS_HELD_ELSEWHERE');
    expect(await aws.holder('alias/adopting')).toBe(foreign);
    const told = await desk.plan('adopting', true);
    const spoken = [...told.changes, ...told.stays, ...told.lookFirst].join();
    expect(spoken).not.toContain('is disabled');
    await requireTrue(rotation('adopting', true));
    const { jobs } = await desk.call('job.list', { group: 'adopting' });
    expect(jobs.map(({ kind }) => kind)).toEqual(['group.force-rotate']);
    expect((await aws.key(foreign)).metadata.KeyState).toBe('Enabled');
    await requireTrue(rotation('adopting'));
  });

  it('with the former key to be disabled later, and the disabling is another job', async () => {
    await desk.addGroup('disabling', { disableAfterRotating: true, disableWaitDays: 3 });
    await requireTrue(rotation('disabling'));
    await requireTrue(rotation('disabling'));
    const { jobs } = await desk.call('job.list', { group: 'disabling' });
    expect(jobs.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'key.disable waiting',
      'group.force-rotate done',
      'group.force-rotate done',
    ]);
  });
});

it('a plan says that the place for backups is away, and begins nothing until it is back', async () => {
  await desk.addGroup('unbacked');
  const away = `${desk.backups}-away`;
  renameSync(desk.backups, away);
  try {
    const refused = await desk.plan('unbacked');
    const [line] = refused.checks.filter(({ ok }) => !ok).map(({ text }) => text);
    expect(line).toBe(
      `Backup folder ${desk.backups} takes no key now: the backup folder is not there`,
    );
    expect(refused.blocked).toMatchObject({ code: 'BACKUP_PLACE_MISSING' });
    const asked = { group: 'unbacked', plan: refused.number };
    expect((await desk.refused('group.forceRotate', asked)).code).toBe('BACKUP_PLACE_MISSING');
    expect((await desk.call('key.list', { group: 'unbacked' })).keys).toEqual([]);
  } finally {
    renameSync(away, desk.backups);
  }
  await requireTrue(rotation('unbacked'));
});

it('in one KMS key, every deed makes the calls that its plan named', async () => {
  await desk.addGroup('one-key', { mapping: 'material', policy: policyTemplate });
  await requireTrue(rotation('one-key'));
  await requireTrue(rotation('one-key'));
  await requireTrue(rotation('one-key'));
  const synchronize = (key: string, boxes: Readonly<Record<string, boolean>>): Deed => {
    const choices = {
      deleteMaterial: false,
      updatePolicy: false,
      importMaterial: false,
      ...boxes,
    };
    return {
      plan: () => desk.call('key.planSynchronize', { key, ...choices }),
      start: ({ number, confirmName }) =>
        desk.call('key.synchronize', {
          key,
          ...choices,
          plan: number,
          ...(confirmName === null ? {} : { confirm: confirmName }),
        }),
    };
  };
  await requireTrue(synchronize('one-key/1', { importMaterial: true }));
  await requireTrue(synchronize('one-key/1', { deleteMaterial: true }));
  await requireTrue(synchronize('one-key/1', { importMaterial: true, updatePolicy: true }));
  await requireTrue(synchronize('one-key/3', { deleteMaterial: true, importMaterial: true }));
  await desk.call('group.edit', {
    group: 'one-key',
    changes: { alias: 'one-key-new' },
    plan: (
      await desk.call('group.planEdit', { group: 'one-key', changes: { alias: 'one-key-new' } })
    ).number,
  });
  await requireTrue(rotation('one-key'));
  const { rotations } = (await desk.call('group.show', { group: 'one-key' })).group;
  expect(rotations?.done).toBe(3);
});

it('Make Active makes the calls that its plan named, there and back', async () => {
  await desk.addGroup('back');
  const first = await desk.rotated('back');
  const second = await desk.rotated('back');
  const active = (key: string): Deed => ({
    plan: () => desk.call('group.planMakeActive', { key }),
    start: ({ number }) => desk.call('group.makeActive', { key, plan: number }),
  });
  await requireTrue(active('back/1'));
  expect(await aws.holder('alias/back')).toBe(first.remote?.keyId);
  await requireTrue(active('back/2'));
  expect(await aws.holder('alias/back')).toBe(second.remote?.keyId);
  const again = await desk.call('group.planMakeActive', { key: 'back/2' });
  expect(again.blocked?.code).toBe('NOTHING_TO_DO');
});

it('Disable and Enable in AWS make the calls that their plans named, of a key in use and of another', async () => {
  await desk.addGroup('turned');
  await desk.rotated('turned');
  await desk.rotated('turned');
  for (const key of ['turned/1', 'turned/2']) {
    const disabling = await requireTrue({
      plan: () => desk.call('key.planDisable', { key }),
      start: ({ number, confirmName }) =>
        desk.call('key.disable', {
          key,
          plan: number,
          ...(confirmName === null ? {} : { confirm: confirmName }),
        }),
    });
    const looked = disabling.steps.flatMap(({ calls }) => calls.map(({ call }) => call));
    expect(looked.includes('ListAliases')).toBe(key === 'turned/1');
    await requireTrue({
      plan: () => desk.call('key.planEnable', { key }),
      start: ({ number }) => desk.call('key.enable', { key, plan: number }),
    });
  }
});

const combinations = [0, 1, 2, 3, 4, 5, 6, 7]
  .map((n) => ({
    deleteMaterial: (n & 1) === 1,
    updatePolicy: (n & 2) === 2,
    importMaterial: (n & 4) === 4,
  }))
  .slice(1);

const synchronization = (
  key: string,
  choices: (typeof combinations)[number] & { validTo?: number },
): Deed => ({
  plan: () => desk.call('key.planSynchronize', { key, ...choices }),
  start: ({ number, confirmName }) =>
    desk.call('key.synchronize', {
      key,
      ...choices,
      plan: number,
      ...(confirmName === null ? {} : { confirm: confirmName }),
    }),
});

/** One synchronization, begun with material in AWS and begun without. */
async function requireTrueBothWays(
  key: string,
  keyId: string,
  choices: (typeof combinations)[number],
  before = async (): Promise<void> => undefined,
): Promise<void> {
  for (const there of [true, false]) {
    if (!there) await aws.deleteMaterial(keyId);
    else if (!(await hasMaterial(keyId))) await desk.synchronize(key, { updatePolicy: false });
    await before();
    await requireTrue(synchronization(key, choices));
    const wanted = choices.importMaterial || (!choices.deleteMaterial && there);
    expect(await hasMaterial(keyId), `material was ${there ? 'there' : 'gone'}`).toBe(wanted);
  }
}

const hasMaterial = async (keyId: string): Promise<boolean> =>
  (await aws.key(keyId)).materials.some(({ sha256 }) => sha256 !== null);

describe('Synchronize makes the calls that its plan named', () => {
  const ids = new Map<string, string>();
  const idOf = (group: string): string => ids.get(group) ?? '';

  beforeAll(async () => {
    for (const [group, policy] of [
      ['sync-none', null],
      ['sync-template', policyTemplate],
    ] as const) {
      await desk.addGroup(group, { policy });
      ids.set(group, (await desk.rotated(group)).remote?.keyId ?? '');
    }
  });

  it.each(combinations)(
    'without a template: delete $deleteMaterial, policy $updatePolicy, import $importMaterial',
    async (choices) => {
      const before = (await aws.key(idOf('sync-none'))).policy;
      await requireTrueBothWays('sync-none/1', idOf('sync-none'), choices);
      expect((await aws.key(idOf('sync-none'))).policy).toBe(before);
    },
  );

  it.each(combinations.filter(({ updatePolicy }) => updatePolicy))(
    'with another policy in AWS: delete $deleteMaterial, import $importMaterial',
    async (choices) => {
      const keyId = idOf('sync-template');
      await requireTrueBothWays('sync-template/1', keyId, choices, () =>
        aws.putPolicy(keyId, editedPolicy),
      );
      expect(JSON.parse((await aws.key(keyId)).policy)).toEqual(JSON.parse(policyTemplate));
    },
  );

  it('with the same policy in AWS, its fields in another order', async () => {
    const keyId = idOf('sync-template');
    const choices = { deleteMaterial: false, updatePolicy: true, importMaterial: true };
    await requireTrueBothWays('sync-template/1', keyId, choices, () =>
      aws.putPolicy(keyId, sameTemplate),
    );
  });

  it('with a date on which AWS deletes the material, and without again', async () => {
    const key = 'sync-none/1';
    const validTo = Date.now() + 40 * 86_400_000;
    // AWS may refuse another date in place: deleted first, it takes any
    const choices = { deleteMaterial: true, updatePolicy: true, importMaterial: true };
    await requireTrue(synchronization(key, { ...choices, validTo }));
    expect((await aws.key(idOf('sync-none'))).metadata.ValidTo).toBe(Math.floor(validTo / 1000));
    await requireTrue(synchronization(key, choices));
    expect((await aws.key(idOf('sync-none'))).metadata.ValidTo).toBeUndefined();
  });

  it('and without any choice there is nothing to start', async () => {
    const nothing = {
      key: 'sync-none/1',
      deleteMaterial: false,
      updatePolicy: false,
      importMaterial: false,
    };
    const plan = await desk.call('key.planSynchronize', nothing);
    expect(plan.blocked?.code).toBe('NOTHING_TO_DO');
    const refused = await desk.refused('key.synchronize', { ...nothing, plan: plan.number });
    expect(refused.code).toBe('NOTHING_TO_DO');
  });
});
