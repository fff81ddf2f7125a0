import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, requireDone } from '../support/desk.ts';
import { practiceAccount } from '../../shared/model/practice-account.ts';
import { OutsideAws, region } from '../support/outside-aws.ts';

/** What a window reads all the time, held against what really happened. */
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

const snapshot = () => desk.call('session.snapshot', {});
const find = async (text: string) => (await desk.call('session.find', { text })).hits;

describe('the small picture', () => {
  it('starts from nothing', async () => {
    expect(await snapshot()).toMatchObject({
      keystore: { state: 'verified', realm: 'practice', storeId: expect.any(String) },
      locksAt: null,
      hsmLabel: null,
      hsm: 'none',
      connections: { connected: 0, all: 1 },
      places: [],
      counts: {
        groups: 0,
        keys: 0,
        running: 0,
        needsYou: 0,
        groupsNeedYou: 0,
        xksNeedYou: 0,
        endingNeedYou: 0,
        due: 0,
        renewals: 0,
      },
      latest: null,
    });
  });

  it('counts what a plan and a job found out of a credential as its test', async () => {
    await using fresh = await Desk.open(aws);
    const credential = async () => (await fresh.call('credential.list', {})).credentials[0];
    const connected = async () => (await fresh.call('session.snapshot', {})).connections.connected;
    await fresh.addGroup('tested-prod');
    expect(await credential()).toMatchObject({ connection: 'Not tested', testedAt: null });
    await fresh.plan('tested-prod');
    expect(await credential()).toMatchObject({
      connection: 'Connected',
      account: practiceAccount.id,
      testedAt: expect.any(Number),
    });
    expect(await connected()).toBe(1);
    await aws.stop();
    expect((await fresh.plan('tested-prod')).blocked?.code).toBe('AWS_UNREACHABLE');
    expect(await credential()).toMatchObject({
      connection: 'Not Connected',
      problem: 'ECONNREFUSED',
    });
    expect(await connected()).toBe(0);
    await aws.startAgain();
    requireDone(await fresh.rotate('tested-prod'));
    expect(await credential()).toMatchObject({ connection: 'Connected', problem: null });
  });

  it('says what runs, what ended, where keys are and who answers', async () => {
    await desk.call('credential.test', { credential: 'payments-kms', region });
    await desk.addGroup('cards-prod');
    const running = new Promise<string>((resolve) => {
      desk.at('group.force-rotate:import:before-intent', () => {
        void snapshot().then(({ latest }) => resolve(`${latest?.kind}: ${latest?.text}`));
      });
    });
    await desk.rotated('cards-prod');
    expect(await running).toMatch(
      /^running: Rotate software protected keys: cards-prod, step \d of \d+: /,
    );
    const { jobs } = await desk.call('job.list', {});
    expect(await snapshot()).toMatchObject({
      connections: { connected: 1, all: 1 },
      places: [{ account: practiceAccount.id, region, groups: 1 }],
      counts: { groups: 1, keys: 1, running: 0, needsYou: 0, groupsNeedYou: 0 },
      latest: {
        jobId: jobs[0]?.id,
        number: jobs[0]?.number,
        kind: 'ended',
        text: 'Rotate software protected keys: cards-prod: done',
        at: jobs[0]?.endedAt,
      },
    });
  });
});

describe('what needs somebody', () => {
  beforeAll(async () => {
    const { id } = await desk.call('folder.add', { name: 'Payments' });
    await desk.call('folder.add', { name: 'Uat', parent: id });
    await desk.addGroup('ledger', { folder: 'Payments' });
    await desk.addGroup('ledger-uat', { folder: 'Payments/Uat' });
    await desk.rotated('ledger');
    await desk.rotated('ledger-uat');
  });

  it('rises to every folder above it, whether AWS or a job is the cause', async () => {
    const told = async () =>
      (await desk.call('folder.list', {})).folders.map(
        ({ path, groups, needsYou }) => `${path}: ${groups}, ${needsYou}`,
      );
    expect(await told()).toEqual(['Payments: 2, 0', 'Payments/Uat: 1, 0']);
    await desk.synchronize('ledger-uat/1', {
      deleteMaterial: true,
      updatePolicy: false,
      importMaterial: false,
    });
    expect(await told()).toEqual(['Payments: 2, 1', 'Payments/Uat: 1, 1']);
    await aws.deny(['kms:UpdateAlias']);
    const stopped = await desk.rotate('ledger');
    expect(stopped.job.state).toBe('needs-you');
    expect(await told()).toEqual(['Payments: 2, 2', 'Payments/Uat: 1, 1']);
    const { counts, latest } = await snapshot();
    expect(counts).toMatchObject({ needsYou: 1, groupsNeedYou: 2 });
    expect(latest).toMatchObject({
      kind: 'needs-you',
      number: stopped.job.number,
      text: 'Rotate software protected keys: ledger needs you: AWS did not allow the alias to move.',
    });
  });

  it('tells folders page by page, whole all the same', async () => {
    const first = await desk.call('folder.list', { limit: 1 });
    expect(first).toMatchObject({ total: 2, folders: [{ path: 'Payments', groups: 2 }] });
    const second = await desk.call('folder.list', { limit: 1, after: first.next });
    expect(second).toMatchObject({ total: 2, next: null, folders: [{ path: 'Payments/Uat' }] });
    const lost = await desk.refused('folder.list', { after: 'nowhere' });
    expect(lost).toMatchObject({ code: 'BAD_INPUT', details: { field: 'after' } });
  });

  it('is all that the filter leaves, in any folder', async () => {
    const names = async (input: Parameters<typeof list>[0]) =>
      (await list(input)).groups.map(({ name }) => name);
    const list = (input: { needsYou?: boolean; directlyIn?: string | null }) =>
      desk.call('group.list', input as never);
    expect(await names({ needsYou: true })).toEqual(['ledger', 'ledger-uat']);
    expect(await names({ directlyIn: 'top' })).toEqual(['cards-prod']);
    const { folders } = await desk.call('folder.list', {});
    const payments = folders.find(({ name }) => name === 'Payments')?.id ?? '';
    expect(await names({ directlyIn: payments })).toEqual(['ledger']);
    expect(await names({ directlyIn: payments, needsYou: true })).toEqual(['ledger']);
  });
});

describe('what somebody pastes', () => {
  it('leads to the job by the request id of any of its calls, and by its number', async () => {
    const { jobs } = await desk.call('job.list', { group: 'cards-prod' });
    const { job, steps } = await desk.call('job.show', { job: jobs[0]?.id ?? '' });
    const calls = steps.flatMap((step) => step.calls).filter((call) => call.requestId !== null);
    expect(calls.length).toBeGreaterThan(5);
    for (const { call, requestId } of calls) {
      const [hit] = await find(requestId ?? '');
      expect(hit).toMatchObject({ kind: 'job', id: job.id, groupId: job.groupId });
      expect(hit?.detail).toContain(call);
    }
    expect((await find(`job ${job.number}`))[0]).toMatchObject({ kind: 'job', id: job.id });
  });

  it('leads to the key by everything AWS calls it', async () => {
    const { remote, id, kcv, groupId } = await desk.call('key.show', { key: 'ledger-uat/1' });
    const arn = remote?.arn ?? '';
    const aliasArn = `${arn.replace(/:key\/.*$/, '')}:alias/ledger-uat`;
    for (const text of [arn, remote?.keyId ?? '', kcv.value.toLowerCase(), 'ledger-uat/1']) {
      const [hit] = await find(`  ${text} `);
      expect(hit).toMatchObject({ kind: 'key', id, groupId });
      expect(hit?.folderIds).toHaveLength(2);
    }
    for (const text of [aliasArn, 'alias/ledger-uat', 'ledger-uat'])
      expect((await find(text))[0]).toMatchObject({ kind: 'group', id: groupId });
  });
});

describe('the list of jobs', () => {
  it('is narrowed by kind, by part of a title and by number, and counted by state', async () => {
    const titles = async (input: { kind?: string; find?: string }) =>
      (await desk.call('job.list', input)).jobs.map(({ title }) => title);
    expect(await titles({ kind: 'key.synchronize' })).toEqual([
      'Synchronize software protected key: ledger-uat/1',
    ]);
    expect(await titles({ find: 'CARDS' })).toEqual(['Rotate software protected keys: cards-prod']);
    const { jobs } = await desk.call('job.list', { state: ['needs-you'] });
    const stopped = jobs[0];
    expect(await titles({ find: `job ${stopped?.number}` })).toEqual([stopped?.title]);
    const { counts } = await desk.call('job.counts', {});
    expect(counts).toMatchObject({ done: 4, 'needs-you': 1, running: 0, cancelled: 0 });
  });
});

describe('what ends', () => {
  const rows = async (input: Parameters<typeof ending>[0] = {}) =>
    (await ending(input)).ending.map(({ key, what, needsYou }) => [key.groupName, what, needsYou]);
  const ending = (input: { days?: number; limit?: number; after?: string | null }) =>
    desk.call('key.ending', input);

  it('is nothing, then material that AWS deletes and a planned life, and who sees to it', async () => {
    expect(await ending({})).toMatchObject({ ending: [], total: 0, next: null });
    await aws.allow();
    await desk.addGroup('short', { awsDeletesMaterialAfterDays: 20, rotate: false });
    const { id, remote, plannedEnd } = await desk.rotated('short');
    const rotate = { rotate: true, rotateEvery: { amount: 5, unit: 'days' } } as const;
    await desk.addGroup('turning', { ...rotate, keepValidFor: { amount: 10, unit: 'days' } });
    await desk.rotated('turning');
    const { group } = await desk.call('group.show', { group: 'turning' });
    const renewsAt = (remote?.validTo ?? 0) - 10 * 86_400_000;
    expect(plannedEnd).toBeGreaterThan(remote?.validTo ?? 0);
    expect(await ending({})).toMatchObject({
      ending: [
        { what: 'life', renewsAt: null, rotatesAt: group.nextRotationAt, needsYou: false },
        { key: { id }, at: remote?.validTo, what: 'material', renewsAt, rotatesAt: null },
      ],
      total: 2,
    });
    expect((await snapshot()).counts.endingNeedYou).toBe(0);
  });

  it('counts what nobody sees to, as the list marks it', async () => {
    await desk.addGroup('ends-soon', {
      rotate: false,
      keepValidFor: { amount: 15, unit: 'days' },
    });
    await desk.rotated('ends-soon');
    expect(await rows()).toEqual([
      ['turning', 'life', false],
      ['ends-soon', 'life', true],
      ['short', 'material', false],
    ]);
    expect((await snapshot()).counts.endingNeedYou).toBe(1);
    expect(await rows({ days: 12 })).toEqual([['turning', 'life', false]]);
  });

  it('is told page by page, and refuses what is no mark', async () => {
    const first = await ending({ limit: 2 });
    expect(first).toMatchObject({ total: 3 });
    expect(await ending({ limit: 2, after: first.next })).toMatchObject({
      ending: [{ key: { groupName: 'short' } }],
      total: 3,
      next: null,
    });
    const lost = await desk.refused('key.ending', { after: 'nowhere' });
    expect(lost).toMatchObject({ code: 'BAD_INPUT', details: { field: 'after' } });
  });
});

describe('a form', () => {
  it('is told by AWS whether an alias is free, and whose it is', async () => {
    const look = (alias: string) =>
      desk.call('group.lookAtAlias', { credential: 'payments-kms', region, alias });
    expect(await look('nobody-has-this')).toEqual({ free: true, keyId: null, ours: false });
    const { remote } = await desk.call('key.show', { key: 'cards-prod/1' });
    expect(await look('cards-prod')).toEqual({ free: false, keyId: remote?.keyId, ours: true });
    const foreign = await aws.makeKey();
    await aws.pointAlias('alias/theirs', foreign);
    expect(await look('theirs')).toEqual({ free: false, keyId: foreign, ours: false });
  });

  it('is told the sentence that adding the group then keeps', async () => {
    const fields = {
      name: 'form',
      credential: 'payments-kms',
      region,
      storage: 'software' as const,
    };
    const { sentence, problems, firstRotationAt } = await desk.call('group.preview', { fields });
    expect(problems).toEqual([]);
    expect(firstRotationAt).toBeGreaterThan(Date.now());
    expect((await desk.call('group.add', fields)).sentence).toBe(sentence);
  });
});
