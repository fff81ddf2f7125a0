import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitMs } from '../support/clocks.ts';
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

const revisionOf = async (job: string): Promise<number> =>
  (await desk.call('job.wait', { job, revision: 0, waitMs: 0 })).revision;
const lock = () => desk.call('keystore.lock', {});
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const replyTo = async (name: string, input: unknown): Promise<string> => {
  const reply = await desk.core.call(name, input, caller);
  return reply.ok ? 'ok' : reply.failure.code;
};

describe('calls that are under way when the keystore is locked', () => {
  it.each([
    ['group.planForceRotate', () => ({ group: 'payments' })],
    ['key.planSynchronize', () => ({ key: 'payments/1' })],
    ['job.wait', async () => ({ job: '1001', revision: await revisionOf('1001'), waitMs })],
  ])('%s: is told so, and is not waited for', async (name, inputOf) => {
    const input = await inputOf();
    await aws.misbehave({ operations: { '*': { latencyMs: 100_000 } } });
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
    await aws.misbehave({ operations: { GetParametersForImport: { latencyMs: 100_000 } } });
    const jobId = await desk.begin('payments');
    const { job } = await desk.until(jobId, (detail) => detail.job.step?.n === 5);
    const told = Promise.withResolvers<void>();
    desk.core.onChange(({ what }) => what === 'session' && told.resolve());
    const locked = desk.lockAround(async () => {
      await told.promise;
      expect(await desk.call('session.snapshot', {})).toMatchObject({
        keystore: { state: 'locking' },
        locking: { jobs: [job.number] },
        latest: null,
        counts: { groups: 0, running: 0 },
      });
      await aws.misbehave();
    });
    expect(await locked).toEqual({ pausedJobs: 1 });
    expect(await desk.call('session.snapshot', {})).toMatchObject({
      keystore: { state: 'locked' },
      locking: null,
    });
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
