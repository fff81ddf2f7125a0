import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, type Detail, requireDone } from '../support/desk.ts';
import { changed, requireOneRotation } from '../support/effects.ts';
import { OutsideAws, practiceRoot } from '../support/outside-aws.ts';
import { policyTemplate } from '../support/policies.ts';
import { failureOf, requireClear, requireTrueStanding } from '../support/truth.ts';

let aws: OutsideAws;
let desk: Desk;
const clock = new HurriedClock(300);
const folder = mkdtempSync(join(tmpdir(), 'keyreeve-answers-'));

beforeAll(async () => {
  aws = await OutsideAws.start(['--data', join(folder, 'kms.db')]);
  desk = await Desk.open(aws, { clock });
  await desk.addGroup('payments', { policy: policyTemplate });
  await desk.rotated('payments');
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Besides: what AWS then has is the newest key here, with its one material. */
async function requireRotated(detail: Detail, since: number): Promise<void> {
  await requireOneRotation(aws, detail, since);
  const keyId = await aws.holder('alias/payments');
  const { materials, metadata } = await aws.key(keyId ?? '');
  expect(materials).toHaveLength(1);
  expect(metadata.KeyState).toBe('Enabled');
  const { keys } = await desk.call('key.list', { group: 'payments' });
  const newest = keys.toSorted((a, b) => b.version - a.version)[0];
  expect(newest?.remote?.keyId).toBe(keyId);
}

const check = 'group.force-rotate:check:before-intent';

describe.each([
  { trouble: 'loseResponseAfterEffect', title: 'the answer is lost' },
  { trouble: 'dropBeforeEffect', title: 'the connection breaks before anything happens' },
  { trouble: 'http500', title: 'AWS has a fault of its own' },
  { trouble: 'throttle', title: 'AWS asks for a slower pace' },
] as const)('when $title, a rotation looks and goes on by itself', ({ trouble }) => {
  it.each([
    'sts:GetCallerIdentity',
    'DescribeKey',
    'CreateKey',
    'GetParametersForImport',
    'ImportKeyMaterial',
    'GetKeyPolicy',
    'UpdateAlias',
  ])('of %s', async (operation) => {
    const since = await aws.mark();
    desk.at(check, () =>
      aws.controlNow('POST /mischief', { operations: { [operation]: { [trouble]: 2 } } }),
    );
    const detail = await desk.rotate('payments');
    await requireRotated(detail, since);
    const met = (await aws.journal(since)).filter((entry) => entry.mischief !== null);
    expect(met.length).toBeGreaterThan(0);
    await aws.misbehave();
  });
});

describe('when AWS keeps silent to the end', () => {
  it('a lost answer is looked up: nothing is made twice', async () => {
    for (const operation of ['CreateKey', 'UpdateAlias']) {
      const since = await aws.mark();
      const operations = { [operation]: { loseResponseAfterEffect: 1_000 } };
      desk.at(check, () => aws.controlNow('POST /mischief', { operations }));
      await requireRotated(await desk.rotate('payments'), since);
      await aws.misbehave();
    }
  });

  it('nor is a key made twice whose step began while our clock was wrong', async () => {
    const since = await aws.mark();
    desk.at('group.force-rotate:create:before-intent', () => {
      clock.wallAhead = 3_600_000;
    });
    const stopped = await desk.rotate('payments');
    expect(failureOf(stopped).code).toBe('AWS_CLOCK_SKEW');
    clock.wallAhead = 0;
    await aws.misbehave({ operations: { CreateKey: { loseResponseAfterEffect: 1_000 } } });
    const detail = await desk.goOn(stopped.job.id);
    await aws.misbehave();
    await requireRotated(detail, since);
  });

  it('nor where the step began long before the call of which no answer came', async () => {
    const patient = new (class extends HurriedClock {
      passed = 0;
      override monotonic(): number {
        return super.monotonic() + this.passed;
      }
    })();
    const options = { clock: patient, config: { orphanSearch: 600_000 } };
    await using waiting = await Desk.open(aws, options);
    await waiting.addGroup('long-denied');
    const since = await aws.mark();
    await aws.deny(['kms:CreateKey']);
    const denied = await waiting.rotate('long-denied');
    expect(failureOf(denied).code).toBe('AWS_ACCESS_DENIED');
    await aws.allow();
    patient.passed = 3_600_000;
    // AWS lists a new key a moment later
    await aws.misbehave({
      operations: { CreateKey: { loseResponseAfterEffect: 1 } },
      eventualConsistency: { keysSeconds: 1 },
    });
    const detail = await waiting.goOn(denied.job.id);
    await aws.misbehave();
    await requireOneRotation(aws, detail, since);
  });

  it.each([
    { trouble: 'dropBeforeEffect', there: /^An empty KMS key waits/ },
    { trouble: 'loseResponseAfterEffect', there: /is there and Enabled$/ },
  ])('an import ($trouble) stops the job, until somebody answers', async ({ trouble, there }) => {
    const since = await aws.mark();
    const operations = { ImportKeyMaterial: { [trouble]: 1_000_000 } };
    desk.at(check, () => aws.controlNow('POST /mischief', { operations }));
    const stopped = await desk.rotate('payments');
    expect(stopped.job.state).toBe('needs-you');
    // Only an answer shows that what is there is our copy.
    expect(['AWS_ANSWER_LOST', 'JOB_NEEDS_REVIEW']).toContain(failureOf(stopped).code);
    const standing = await requireTrueStanding(desk, aws, stopped);
    expect(standing.applications.text).toMatch(/names version/);
    expect(standing.aws.text).toMatch(there);
    await aws.misbehave();
    const stood = await aws.mark();
    await requireRotated(await desk.goOn(stopped.job.id), since);
    // what the job held may have been spent: it is not tried once more
    const refused = (await aws.journal(stood)).flatMap(({ error }) => error ?? []);
    expect(refused).toEqual([]);
  });
});

describe('when AWS cannot be reached', () => {
  it('the plan says so within seconds, and what must run', async () => {
    await aws.stop();
    const plan = await desk.plan('payments');
    expect(plan.blocked).toMatchObject({
      code: 'AWS_UNREACHABLE',
      details: { practice: aws.url },
      external: { name: 'ECONNREFUSED' },
    });
    // what was not read is not claimed
    expect(plan.subject).toMatch(/the holder of the alias was not read$/);
    expect(plan.changes.join('\n')).toMatch(/^alias\/payments → version \d+$/m);
    expect([...plan.changes, ...plan.stays, plan.goBack].join('\n')).not.toMatch(
      /is made and names|no application uses|no earlier key/,
    );
    expect(plan.checks.filter(({ ok }) => ok).map(({ text }) => text)).not.toContainEqual(
      expect.stringMatching(/answers/),
    );
    const start = { group: 'payments', plan: plan.number };
    const failure = await desk.refused('group.forceRotate', start);
    expect(failure.code).toBe('AWS_UNREACHABLE');
    const text = requireClear(failure);
    expect(text.next).toContain(`Start the practice KMS at ${aws.url}`);
    const sync = await desk.call('key.planSynchronize', { key: 'payments/1' });
    expect(sync.blocked?.code).toBe('AWS_UNREACHABLE');
    const tested = await desk.refused('credential.test', { credential: 'payments-kms' });
    expect(tested.code).toBe('AWS_UNREACHABLE');
    await aws.startAgain();
    expect((await desk.plan('payments')).blocked).toBeNull();
  });

  it('real AWS: what a firewall must let through is said', async () => {
    await using real = new Desk({ clock: new HurriedClock() });
    await real.create('real');
    // A name that never resolves (RFC 6761): nothing leaves this computer.
    await real.importCredential('far-away', 'https://kms.keyreeve.invalid', practiceRoot, true);
    const failure = await real.refused('credential.test', { credential: 'far-away' });
    expect(failure).toMatchObject({
      code: 'AWS_UNREACHABLE',
      details: { host: '*.amazonaws.com', port: 443, direction: 'outbound' },
    });
    expect(requireClear(failure).next).toBe(
      'Allow outbound port 443 to *.amazonaws.com in the firewall, then try again.',
    );
    await real.addGroup('far', { credential: 'far-away' });
    expect((await real.plan('far')).blocked?.code).toBe('AWS_UNREACHABLE');
  });

  it('before the first change: the job ends, and nothing changed', async () => {
    const held = (await aws.held()).keys;
    desk.at(check, () => aws.killNow());
    const ended = await desk.rotate('payments');
    expect(ended.job.state).toBe('stopped-nothing-changed');
    expect(failureOf(ended)).toMatchObject({
      code: 'AWS_UNREACHABLE',
      details: { practice: aws.url },
    });
    expect(ended.standing?.aws).toMatchObject({ text: 'Nothing was made there for this job' });
    expect(ended.standing?.applications.good).toBeNull();
    await aws.startAgain();
    expect((await aws.held()).keys).toEqual(held);
  });

  it('in the middle: the job stops at a safe place and goes on from there', async () => {
    const since = await aws.mark();
    desk.at('group.force-rotate:parameters:before-intent', () => aws.killNow());
    const stopped = await desk.rotate('payments');
    expect(stopped.job.state).toBe('needs-you');
    expect(stopped.job.step?.title).toBe('Fetch wrapping key');
    expect(failureOf(stopped).code).toBe('AWS_UNREACHABLE');
    expect(stopped.standing?.copies.text).toMatch(/saved in the keystore and in the backup/);
    await aws.startAgain();
    await requireRotated(await desk.goOn(stopped.job.id), since);
  });
});

it('a burst of throttling over many groups costs nobody a key', async () => {
  const groups = Array.from({ length: 8 }, (_, n) => `burst-${n}`);
  for (const group of groups) await desk.addGroup(group);
  const plans = await Promise.all(groups.map((group) => desk.plan(group)));
  const since = await aws.mark();
  await aws.misbehave({ operations: { '*': { throttle: 60 } } });
  const start = async (group: string, n: number): Promise<Detail> => {
    const plan = plans[n]?.number ?? '';
    for (;;) {
      const reply = await desk.reply('group.forceRotate', { group, plan });
      // A person who is told to wait waits: only jobs go on trying by themselves.
      if (reply.ok) return desk.settled((reply.output as { jobId: string }).jobId);
      expect(reply.failure.code).toMatch(/AWS_THROTTLED|PLAN_CHANGED/);
    }
  };
  for (const detail of await Promise.all(groups.map(start))) requireDone(detail);
  expect(await changed(aws, since)).toMatchObject({ created: 8, materials: 8, aliasMoves: 8 });
  for (const group of groups) {
    expect((await desk.call('key.list', { group })).total).toBe(1);
    expect(await aws.holder(`alias/${group}`)).not.toBeNull();
  }
  await aws.misbehave();
});
