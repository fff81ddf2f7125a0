import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { practiceAccount } from '../../shared/model/practice-account.ts';
import { subjectWords } from '../../shared/text/audit-subject.ts';
import { Desk } from '../support/desk.ts';
import { region } from '../support/outside-aws.ts';

describe('a first rehearsal, set up by one call', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = new Desk({ clock: nodeClock });
    await desk.create();
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('says first that nothing is there', async () => {
    expect(await desk.call('practice.status', {})).toEqual({
      url: null,
      ours: false,
      softHsm: true,
      credential: null,
      account: null,
      calls: null,
    });
  });

  it('names no credential that goes to another practice KMS', async () => {
    await desk.importCredential('elsewhere', 'http://127.0.0.1:9');
    expect(await desk.call('practice.start', {})).toMatchObject({
      ours: true,
      credential: null,
      account: null,
    });
    await desk.call('credential.remove', { credential: 'elsewhere', confirm: true });
  });

  it('starts the practice KMS, imports its credential and attaches a token of its own', async () => {
    const status = await desk.call('practice.setUp', { keysIn: 'softhsm' });
    expect(status).toMatchObject({
      ours: true,
      credential: 'practice',
      account: practiceAccount.id,
    });
    expect(status.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(status.calls).toBeGreaterThan(0);
    expect(await desk.call('hsm.status', {})).toMatchObject({
      attached: true,
      state: 'ready',
      token: { label: 'keyreeve-practice', assurance: 'software-module' },
    });
    const snapshot = await desk.call('session.snapshot', {});
    expect(snapshot).toMatchObject({
      hsmLabel: 'keyreeve-practice',
      hsm: 'ready',
      connections: { connected: 1, all: 1 },
    });
    expect(existsSync(`${desk.keystore}.practice-kms`)).toBe(true);
    await desk.call('hsm.probe', {});
    const { records } = await desk.call('audit.list', {});
    const told = records
      .filter(({ action }) => ['practice.setUp', 'hsm.probe'].includes(action))
      .map((record) => `${record.action}: ${subjectWords(record)}`);
    expect(told.toReversed()).toEqual([
      'practice.setUp: practice',
      'practice.setUp: practice',
      'practice.setUp: keyreeve-practice',
      'hsm.probe: keyreeve-practice',
    ]);
  });

  it('changes nothing the second time', async () => {
    const before = await desk.call('practice.status', {});
    const again = await desk.call('practice.setUp', { keysIn: 'softhsm' });
    expect(again).toMatchObject({ url: before.url, credential: 'practice' });
    expect((await desk.call('credential.list', {})).credentials).toHaveLength(1);
    expect(readdirSync(join(desk.folder, 'state', 'practice-tokens'))).toHaveLength(1);
  });

  it('rotates a group in that token', async () => {
    await desk.call('group.add', { name: 'first-group', credential: 'practice', region });
    const key = await desk.rotated('first-group');
    expect(key).toMatchObject({ storage: 'hsm', state: 'Active, alias' });
  });

  it('waits right after unlocking until it is there, whatever is asked of it', async () => {
    await desk.lock();
    await desk.unlock();
    const leave = { rehearsal: 'permission' } as const;
    await Promise.all([desk.call('practice.leave', leave), desk.call('practice.show', {})]);
    expect((await desk.call('practice.status', {})).ours).toBe(true);
  });

  it('begins again after unlocking, at another address, and gives the token its PIN', async () => {
    const before = await desk.call('practice.status', {});
    await desk.lock();
    await desk.unlock();
    const key = await desk.rotated('first-group');
    expect(key).toMatchObject({ version: 2, state: 'Active, alias' });
    const after = await desk.call('practice.status', {});
    expect(after.ours).toBe(true);
    expect(after.calls).toBeGreaterThan(before.calls ?? 0);
    const { credentials } = await desk.call('credential.list', {});
    expect(credentials[0]?.endpoint).toBe(after.url);
    const { records } = await desk.call('audit.list', { action: 'practice.start' });
    expect(records[0]).toMatchObject({ actor: 'unlock', details: { url: after.url } });
  });

  it('tells that it ended, and starts it again when asked', async () => {
    const ended = new Promise<void>((resolve) => {
      desk.core.onChange(({ what }) => what === 'practice' && resolve());
    });
    const [pid] = practiceProcesses(desk.keystore);
    process.kill(pid ?? 0, 'SIGKILL');
    await ended;
    expect(await desk.call('practice.status', {})).toMatchObject({ url: null, ours: false });
    const started = await desk.call('practice.start', {});
    expect(started.ours).toBe(true);
    expect(await desk.rotated('first-group')).toMatchObject({ version: 3 });
  });
});

/** The process ids of practice KMS that keep the data of this keystore. */
function practiceProcesses(keystore: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environment(pid).includes(`${keystore}.practice-kms`));
}

function environment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // of somebody else, or gone
  }
}
