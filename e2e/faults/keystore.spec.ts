import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killBridges } from '../support/bridges.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { changed, requireOneRotation } from '../support/effects.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf, requireClear, requireTrueStanding } from '../support/truth.ts';

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws);
  await desk.addGroup('payments');
  await desk.rotated('payments');
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

describe('the keystore is locked in the middle of a job', () => {
  it.each([
    { call: 'CreateKey', step: 4 },
    { call: 'GetParametersForImport', step: 5 },
    { call: 'ImportKeyMaterial', step: 7 },
    { call: 'UpdateAlias', step: 9 },
  ])('at $call: the step ends, and after unlock the job goes on', async ({ call, step }) => {
    const since = await aws.mark();
    await aws.misbehave({ operations: { [call]: { latencyMs: 100_000 } } });
    const job = await desk.begin('payments');
    await desk.until(job, (detail) => detail.job.step?.n === step);
    const { pausedJobs } = await desk.lockAround(() => aws.misbehave());
    expect(pausedJobs).toBe(1);
    expect((await desk.refused('job.show', { job })).code).toBe('KEYSTORE_LOCKED');
    const locked = requireClear(
      await desk.refused('group.forceRotate', {
        group: 'payments',
        plan: '000000',
      }),
    );
    expect(locked.headline).toBe('The keystore is locked.');
    const mark = await aws.mark();
    await desk.unlock();
    // Nobody tells it to: it goes on by itself, and has no time to wait for.
    expect((await desk.call('job.show', { job })).job.notBefore).toBeNull();
    const detail = await desk.settled(job);
    await requireOneRotation(aws, detail, since);
    // A step that had ended is not done again; one whose answer was cut off is only looked at.
    expect((await aws.calls(mark)).filter((name) => name === 'CreateKey')).toEqual([]);
  });

  it('a job that waits for a person does so after unlock too', async () => {
    await aws.deny(['kms:UpdateAlias']);
    const stopped = await desk.rotate('payments');
    await desk.lock();
    await desk.unlock();
    const after = await desk.settled(stopped.job.id);
    expect(after.job.state).toBe('needs-you');
    expect(failureOf(after)).toEqual(failureOf(stopped));
    await requireTrueStanding(desk, aws, after);
    await aws.allow();
    requireDone(await desk.goOn(stopped.job.id));
  });
});

describe('the built-in software device dies in the middle of a job', () => {
  it.each(['generateKey', 'kcvOf', 'wrapForAws'])(
    'at %s: without any HSM too it comes back, and the job goes on by itself',
    async (call) => {
      const since = await aws.mark();
      desk.at(`hsm:${call}:sent`, killBridges);
      await requireOneRotation(aws, await desk.rotate('payments'), since);
    },
  );
});

describe('the backup place is not there', () => {
  it('a rotation stops before anything is in AWS, and goes on once it is back', async () => {
    const since = await aws.mark();
    const away = `${desk.backups}.away`;
    desk.at('group.force-rotate:save:before-intent', () => renameSync(desk.backups, away));
    const stopped = await desk.rotate('payments');
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped).code).toMatch(/^BACKUP_PLACE_/);
    const standing = await requireTrueStanding(desk, aws, stopped);
    expect(standing.copies.good).toBe(false);
    expect(Object.values(await changed(aws, since)).join('')).toBe('000000');
    renameSync(away, desk.backups);
    await requireOneRotation(aws, await desk.goOn(stopped.job.id), since);
  });
});

/** A small disk of its own for a folder; throws where this account may not mount one. */
function mountSmallDisk(path: string): void {
  const options = ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', path];
  execFileSync('mount', options, { stdio: 'pipe' });
}

describe('the disk is full', () => {
  let full: Desk | null = null;
  let missing = '';
  let path = '';
  let ballast = '';
  /** The log of the device is not on that disk: it says what happened there. */
  let state = '';

  beforeAll(async () => {
    path = mkdtempSync(join(tmpdir(), 'keyreeve-small-disk-'));
    state = mkdtempSync(join(tmpdir(), 'keyreeve-state-'));
    ballast = join(path, 'ballast');
    try {
      mountSmallDisk(path);
    } catch (error) {
      missing = error instanceof Error ? error.message : 'not possible';
      return;
    }
    full = await Desk.open(aws, { folder: path, state });
    await full.addGroup('small');
    await full.rotated('small');
  });
  afterAll(async () => {
    await full?.[Symbol.asyncDispose]();
    if (missing === '') execFileSync('umount', [path]);
    for (const folder of [path, state]) rmSync(folder, { recursive: true, force: true });
  });

  /** The desk on that disk; skips the test, with the reason, where there can be none. */
  function onSmallDisk({ skip }: { readonly skip: (reason: string) => never }): Desk {
    return full ?? skip(`no disk of its own can be made here: ${missing}`);
  }

  /** Takes what is left of the disk, down to the last block. */
  const fill = (): void => {
    try {
      execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096'], { stdio: 'pipe' });
    } catch {
      // dd says that the disk is full: that is what it was asked for
    }
  };
  const makeRoom = (): void => rmSync(ballast, { force: true });

  it('before a deed: one clear refusal, and nothing is half done', async (context) => {
    const desk = onSmallDisk(context);
    const since = await aws.mark();
    const plan = await desk.plan('small');
    fill();
    const refused = await desk.refused('group.forceRotate', { group: 'small', plan: plan.number });
    expect(refused.code).toBe('DISK_FULL');
    expect(requireClear(refused).next).toMatch(/^Make room/);
    expect(Object.values(await changed(aws, since)).join('')).toBe('000000');
    makeRoom();
    requireDone(await desk.rotate('small'));
  });

  it('when it is opened: it can be read, and changed once there is room', async (context) => {
    const desk = onSmallDisk(context);
    await desk.lock();
    fill();
    await desk.unlock('read-only');
    const listed = await desk.call('group.list', {});
    expect(listed.groups.map(({ name }) => name)).toEqual(['small']);
    const refused = await desk.refused('folder.add', { name: 'more' });
    expect(refused).toMatchObject({
      code: 'KEYSTORE_READ_ONLY',
      details: { reason: 'DISK_FULL' },
    });
    expect(requireClear(refused).next).toMatch(/^Make room/);
    makeRoom();
    await desk.lock();
    await desk.unlock();
    await desk.call('folder.add', { name: 'more' });
  });

  it.for(['generate', 'create', 'import', 'alias'])(
    'at %s of a rotation: it goes on once there is room, and nothing is doubled',
    async (step, context) => {
      const desk = onSmallDisk(context);
      const since = await aws.mark();
      desk.at(`group.force-rotate:${step}:after-intent`, fill);
      const job = await desk.begin('small');
      const timer = setTimeout(makeRoom, 400);
      const detail = await desk.settled(job);
      clearTimeout(timer);
      makeRoom();
      const ended = detail.job.state === 'needs-you' ? await desk.goOn(job) : detail;
      await requireOneRotation(aws, ended, since);
      expect((await verified(desk)).ok).toBe(true);
    },
  );
});

async function verified(at: Desk) {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-audit-'));
  const to = join(folder, 'audit.jsonl');
  const { fingerprint } = await at.call('audit.export', { to });
  const verdict = await at.call('audit.verify', { file: to, fingerprint });
  rmSync(folder, { recursive: true });
  return verdict;
}
