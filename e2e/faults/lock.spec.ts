import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { caller, Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
});
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  desk = await Desk.open(aws);
  await desk.addGroup('payments');
  await desk.rotated('payments');
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
  await aws.reset();
});

const lock = () => desk.call('keystore.lock', {});
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const replyTo = async (name: string, input: unknown): Promise<string> => {
  const reply = await desk.core.call(name, input, caller);
  return reply.ok ? 'ok' : reply.failure.code;
};

describe('calls that are under way when the keystore is locked', () => {
  it.each([
    ['group.planForceRotate', { group: 'payments' }],
    ['key.planSynchronize', { key: 'payments/1' }],
    ['job.wait', { job: '1001', revision: 1_000_000, waitMs: 30_000 }],
  ])('%s: is told so, and is not waited for', async (name, input) => {
    await aws.misbehave({ operations: { '*': { latencyMs: 3_000 } } });
    const reply = replyTo(name, input);
    expect(await lock()).toEqual({ pausedJobs: 0 });
    expect(await reply).toBe('KEYSTORE_LOCKED');
  });

  it('a new passphrase is set before the keystore closes', async () => {
    const reply = replyTo('keystore.passphrase', {
      current: Uint8Array.from(desk.passphrase),
      replacement: bytes('a wholly new passphrase here'),
    });
    await lock();
    expect(await reply).toBe('ok');
    expect(await replyTo('keystore.unlock', { passphrase: Uint8Array.from(desk.passphrase) })).toBe(
      'UNLOCK_REFUSED',
    );
    expect(
      await replyTo('keystore.unlock', { passphrase: bytes('a wholly new passphrase here') }),
    ).toBe('ok');
  });

  it('a rotation that was just asked for is there after the next unlock', async () => {
    const { number: plan } = await desk.plan('payments');
    await aws.misbehave({ operations: { '*': { latencyMs: 100 } } });
    const asked = desk.call('group.forceRotate', { group: 'payments', plan });
    await lock();
    const { jobId } = await asked;
    await aws.misbehave();
    await desk.unlock();
    requireDone(await desk.settled(jobId));
  });

  it('a job at a step is named to every window until it is safe, and nothing else is shown', async () => {
    await aws.misbehave({ operations: { '*': { latencyMs: 300 } } });
    const { number: plan } = await desk.plan('payments');
    const { jobId } = await desk.call('group.forceRotate', { group: 'payments', plan });
    const { job } = await desk.until(jobId, (detail) => detail.job.state === 'running');
    const told = Promise.withResolvers<void>();
    desk.core.onChange(({ what }) => what === 'session' && told.resolve());
    const locked = lock();
    await told.promise;
    const seen = await desk.call('session.snapshot', {});
    expect(seen).toMatchObject({
      keystore: { state: 'locking' },
      locking: { jobs: [job.number] },
      latest: null,
      counts: { groups: 0, running: 0 },
    });
    expect(await locked).toEqual({ pausedJobs: 1 });
    expect(await desk.call('session.snapshot', {})).toMatchObject({
      keystore: { state: 'locked' },
      locking: null,
    });
    await aws.misbehave();
    await desk.unlock();
    requireDone(await desk.settled(jobId));
  });

  it('a backup is whole', async () => {
    const reply = replyTo('keystore.backup', {});
    await lock();
    expect(await reply).toBe('ok');
    const passphrase = Uint8Array.from(desk.passphrase);
    expect(await replyTo('keystore.verifyBackup', { from: desk.backups, passphrase })).toBe('ok');
  });
});
