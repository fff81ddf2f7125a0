import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { behindItsBack } from '../../electron/core/hsm/token.fixture.ts';
import { bridges, killBridges } from '../support/bridges.ts';
import { Desk, type Detail, requireDone } from '../support/desk.ts';
import { changed, requireOneRotation } from '../support/effects.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { SoftHsm, tokenLabel } from '../support/soft-hsm.ts';
import { requireClear } from '../support/truth.ts';

let aws: OutsideAws;
let desk: Desk;
let token: SoftHsm;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws);
  token = new SoftHsm(desk.folder);
  await token.attach(desk);
  await desk.addGroup('payments', { storage: 'hsm' });
  await desk.rotated('payments');
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const waitsForHsm = ({ job, needsPin }: Detail): boolean =>
  job.state === 'waiting' && needsPin && /waits for the HSM/.test(job.progress ?? '');

describe('the bridge process dies in the middle of a job', () => {
  it.each(['generate', 'save', 'wrap'])(
    'at %s: it comes back, logs in with the PIN that worked, and the job goes on',
    async (step) => {
      const since = await aws.mark();
      const before = bridges();
      desk.at(`group.force-rotate:${step}:after-intent`, killBridges);
      await requireOneRotation(aws, await desk.rotate('payments'), since);
      expect(bridges()).not.toEqual(before);
    },
  );

  it('while the HSM works: what it was doing is done again', async () => {
    const since = await aws.mark();
    desk.at('hsm:wrapForAws:sent', killBridges);
    await requireOneRotation(aws, await desk.rotate('payments'), since);
  });
});

describe('the token goes away in the middle of a job', () => {
  it('the job waits for it and goes on by itself when it is back', async () => {
    const since = await aws.mark();
    desk.at('group.force-rotate:wrap:after-intent', () => {
      token.pullOut();
      killBridges();
    });
    const job = await desk.begin('payments');
    const waiting = await desk.until(job, waitsForHsm);
    expect(waiting.job.step?.title).toBe('Wrap from the saved copy');
    const { state } = await desk.call('hsm.status', {});
    expect(['unavailable', 'wrong-token', 'pin-needed']).toContain(state);
    const plan = await desk.call('key.planSynchronize', { key: 'payments/1' });
    expect(plan.blocked?.code).toMatch(/^HSM_/);
    requireClear(plan.blocked ?? { code: 'INTERNAL', details: {} });
    expect((await changed(aws, since)).materials).toBe(0);
    token.putBack();
    await requireOneRotation(aws, await desk.settled(job), since);
  });

  it('and another with the same label and PIN comes in its place: it is not used', async () => {
    const since = await aws.mark();
    const other = new SoftHsm(join(desk.folder, 'other'));
    makeToken(other);
    const untouched = other.files.length;
    process.env['SOFTHSM2_CONF'] = token.configuration;
    desk.at('group.force-rotate:wrap:after-intent', () => {
      token.pullOut();
      cpSync(other.folder, token.folder, { recursive: true });
      killBridges();
    });
    const job = await desk.begin('payments');
    await desk.until(job, waitsForHsm);
    const login = await desk.refused('hsm.login', { pin: Uint8Array.from(token.pin) });
    expect(login.code).toBe('HSM_WRONG_TOKEN');
    requireClear(login);
    expect((await desk.call('hsm.status', {})).state).toBe('wrong-token');
    expect((await desk.plan('payments')).blocked?.code).toMatch(/^HSM_/);
    expect(token.files.length).toBe(untouched);
    expect((await changed(aws, since)).materials).toBe(0);
    rmSync(token.folder, { recursive: true });
    token.putBack();
    await requireOneRotation(aws, await desk.settled(job), since);
  });

  it('before a job: the plan says so, and keys of software go on', async () => {
    token.pullOut();
    killBridges();
    const plan = await desk.plan('payments');
    expect(plan.blocked?.code).toMatch(/^HSM_(UNAVAILABLE|WRONG_TOKEN|PIN_NEEDED)$/);
    expect(plan.checks.filter(({ ok }) => !ok)).toHaveLength(1);
    const start = { group: 'payments', plan: plan.number };
    requireClear(await desk.refused('group.forceRotate', start));
    await desk.addGroup('soft');
    await desk.rotated('soft');
    token.putBack();
    await backAgain();
    requireDone(await desk.rotate('payments'));
  });
});

/** Sets up an empty token, with the label and the PIN of the one that is used here. */
function makeToken(other: SoftHsm): void {
  const options = ['--init-token', '--free', '--label', tokenLabel];
  const pins = ['--pin', String(other.pin), '--so-pin', String(other.pin)];
  const env = { ...process.env, SOFTHSM2_CONF: other.configuration };
  execFileSync('softhsm2-util', [...options, ...pins], { env });
}

/** Until the token is there again; a PIN that worked is used once more by itself. */
async function backAgain(): Promise<void> {
  for (;;) {
    const { state } = await desk.call('hsm.status', {});
    if (state === 'ready') return;
    if (state === 'pin-needed') return token.login(desk);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the PIN', () => {
  it('is missing after unlock: the job waits for the HSM and goes on after login', async () => {
    const since = await aws.mark();
    await aws.misbehave({ operations: { GetParametersForImport: { latencyMs: 100_000 } } });
    const job = await desk.begin('payments');
    await desk.until(job, (detail) => detail.job.step?.title === 'Fetch wrapping key');
    await desk.lockAround(() => aws.misbehave());
    await desk.unlock();
    const waiting = await desk.until(job, waitsForHsm);
    expect(waiting.job.failure).toBeNull();
    expect((await desk.call('hsm.status', {})).state).toBe('pin-needed');
    const plan = await desk.call('key.planSynchronize', { key: 'payments/1' });
    expect(plan.blocked?.code).toBe('HSM_PIN_NEEDED');
    await token.login(desk);
    await requireOneRotation(aws, await desk.settled(job), since);
  });

  it('is wrong: tried once, refused, and nothing is tried by itself', async () => {
    await desk.lock();
    await desk.unlock();
    const job = await desk.begin('payments').catch(() => null);
    expect(job).toBeNull();
    const failure = await desk.refused('hsm.login', {
      pin: Uint8Array.from(Buffer.from('0000-wrong')),
    });
    expect(failure).toMatchObject({
      code: 'HSM_PIN_REFUSED',
      external: { name: 'CKR_PIN_INCORRECT', at: 'C_Login' },
    });
    const text = requireClear(failure);
    expect(text.forYourKeys).toContain('Nothing was changed');
    expect(text.next).toMatch(
      new RegExp(`^The token says few tries are left before it locks\\. .*“${tokenLabel}”, serial`),
    );
    const { records } = await desk.call('audit.list', { action: 'hsm.login', limit: 1 });
    expect(records[0]).toMatchObject({ outcome: 'HSM_PIN_REFUSED' });
    const status = await desk.call('hsm.status', {});
    expect(status.state).toBe('pin-needed');
    expect((await desk.plan('payments')).blocked?.code).toBe('HSM_PIN_NEEDED');
    // The token says that tries are running out: the right PIN too is tried only when confirmed.
    const pin = () => Uint8Array.from(token.pin);
    const warned = await desk.refused('hsm.login', { pin: pin() });
    expect(warned.code).toBe('HSM_PIN_LAST_TRY');
    requireClear(warned);
    const attach = { module: token.module, label: tokenLabel, pin: pin() };
    expect((await desk.refused('hsm.attach', attach)).code).toBe('HSM_PIN_LAST_TRY');
    await desk.call('hsm.attach', { ...attach, pin: pin(), confirmLastTry: true });
    await desk.lock();
    await desk.unlock();
    await desk.refused('hsm.login', { pin: Uint8Array.from(Buffer.from('0000-wrong')) });
    await desk.call('hsm.login', { pin: pin(), confirmed: true });
    requireDone(await desk.rotate('payments'));
  });
});

describe('the master key', () => {
  const behind = async (body: string): Promise<void> => {
    const target = await token.target(desk);
    const made = { target, pin: token.pin, folder: '', remove: () => undefined };
    behindItsBack(made, body);
  };

  it('is not on the token any more: nothing is opened or made, and no new master', async () => {
    const kept = execFileSync('tar', ['-C', token.folder, '-cf', '-', '.']);
    const since = await aws.mark();
    await behind(`
      const found = cryptoki.find(session, {});
      for (const handle of found) {
        const [kind] = cryptoki.get(session, handle, ['CLASS']);
        if (Number(kind.readBigUInt64LE(0)) === 4) {
          cryptoki.call('C_DestroyObject', (m) => m.C_DestroyObject(session, handle));
        }
      }`);
    killBridges();
    await desk.lock();
    await desk.unlock();
    await token.login(desk);
    const deletion = { deleteMaterial: true, updatePolicy: false, importMaterial: false };
    for (const plan of [
      await desk.plan('payments'),
      await desk.call('key.planSynchronize', { key: 'payments/1', ...deletion }),
    ]) {
      expect(plan.blocked?.code).toBe('HSM_MASTER_MISSING');
      requireClear(plan.blocked ?? { code: 'INTERNAL', details: {} });
    }
    const start = { key: 'payments/1', ...deletion, plan: '000000' };
    expect((await desk.refused('key.synchronize', start)).code).toBe('PLAN_CHANGED');
    expect(Object.values(await changed(aws, since)).join('')).toBe('000000');

    killBridges();
    execFileSync('tar', ['-C', token.folder, '-xf', '-'], { input: kept });
    await desk.lock();
    await desk.unlock();
    await token.login(desk);
    requireDone(await desk.synchronize('payments/1', { ...deletion, importMaterial: true }));
  });

  it('is another one under the same id: it is not used', async () => {
    const kept = execFileSync('tar', ['-C', token.folder, '-cf', '-', '.']);
    const { master } = await desk.call('hsm.status', {});
    await behind(`
      for (const handle of cryptoki.find(session, {})) {
        const [kind] = cryptoki.get(session, handle, ['CLASS']);
        if (Number(kind.readBigUInt64LE(0)) === 4) {
          cryptoki.call('C_DestroyObject', (m) => m.C_DestroyObject(session, handle));
        }
      }`);
    await makeOtherMaster(master?.id ?? '');
    await desk.lock();
    await desk.unlock();
    await token.login(desk);
    const plan = await desk.plan('payments');
    expect(plan.blocked?.code).toBe('HSM_MASTER_DIFFERS');
    requireClear(plan.blocked ?? { code: 'INTERNAL', details: {} });
    const start = { group: 'payments', plan: plan.number };
    expect((await desk.refused('group.forceRotate', start)).code).toBe('HSM_MASTER_DIFFERS');
    killBridges();
    execFileSync('tar', ['-C', token.folder, '-xf', '-'], { input: kept });
  });

  /** The driver's own code makes a master with the id that this keystore knows. */
  async function makeOtherMaster(id: string): Promise<void> {
    const { createHsmBridge } = await import('../../electron/core/hsm/bridge/client.ts');
    const { testPorts } = await import('../../electron/core/hsm/token.fixture.ts');
    const bridge = createHsmBridge(testPorts);
    await bridge.attach(await token.target(desk));
    await bridge.login(Buffer.from(token.pin));
    await bridge.createMaster(id);
    await bridge.detach();
  }
});

it('nothing that was cut short is left: every job is done in the end', async () => {
  const { jobs } = await desk.call('job.list', { limit: 500 });
  expect(new Set(jobs.map(({ state }) => state))).toEqual(new Set(['done']));
});
