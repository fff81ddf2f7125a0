import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller, Desk, type Detail, requireDone } from '../support/desk.ts';
import { subjectWords } from '../../shared/text/audit-subject.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf, requireTrueStanding } from '../support/truth.ts';

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

const size = async (): Promise<number> => (await desk.call('audit.list', { limit: 1 })).size;
/** Records from a size on, oldest first. */
async function since(from: number) {
  const { records } = await desk.call('audit.list', { limit: 500 });
  return records.filter(({ seq }) => seq > from).toReversed();
}

describe('every deed has its records', () => {
  it('a rotation: who asked, by which plan, every step begun and ended', async () => {
    await desk.addGroup('told');
    const { group } = await desk.call('group.show', { group: 'told' });
    const from = await size();
    const plan = await desk.plan('told');
    const { jobId } = await desk.call('group.forceRotate', { group: 'told', plan: plan.number });
    const detail = await desk.settled(jobId);
    requireDone(detail);
    const records = await since(from);
    const asked = records.find(({ action }) => action === 'group.forceRotate');
    expect(asked).toMatchObject({
      actor: caller.actor,
      channel: caller.channel,
      outcome: 'STARTED',
      objects: [group.id, jobId],
      details: { plan: plan.number, title: 'Rotate software protected keys: told' },
    });
    const of = (action: string) => records.filter((each) => each.action === action);
    expect(of('job.enqueued')).toHaveLength(1);
    const names = detail.steps.map(({ name }) => name);
    expect(of('job.intent').map(({ details }) => details['step'])).toEqual(names);
    expect(of('job.outcome').map(({ details }) => details['step'])).toEqual(names);
    for (const record of of('job.outcome')) {
      expect(record).toMatchObject({ objects: [jobId], outcome: 'OK', actor: 'job' });
    }
    expect(of('job.state').at(-1)?.details).toMatchObject({ to: 'done' });
  });

  it('adopting, making active, synchronizing: with what was chosen', async () => {
    const foreign = await aws.makeKey();
    await aws.pointAlias('alias/adopted', foreign);
    await desk.addGroup('adopted');
    const from = await size();
    for (let n = 0; n < 2; n += 1) requireDone(await desk.rotate('adopted', n === 0));
    requireDone(await desk.makeActive('adopted/1'));
    const choices = { deleteMaterial: true, updatePolicy: false, importMaterial: true };
    requireDone(await desk.synchronize('adopted/2', choices));
    const records = (await since(from)).filter(({ outcome }) => outcome === 'STARTED');
    const told = records.map(({ action, details }) => ({ action, ...details }));
    const plan = expect.stringMatching(/^[0-9a-f]{12}$/) as string;
    const adopted = expect.stringContaining(foreign) as string;
    const titled = (action: string, words: RegExp) => ({
      action,
      plan,
      title: expect.stringMatching(words) as string,
    });
    expect(told).toEqual([
      { ...titled('group.forceRotate', /: adopted$/), adopted },
      titled('group.forceRotate', /^Rotate software protected keys: adopted$/),
      titled('group.makeActive', /adopted\/1$/),
      {
        ...titled('key.synchronize', /: adopted\/2$/),
        ...choices,
        validTo: null,
        daysOfGroup: null,
      },
    ]);
  });

  it('an edit, by a name that a person reads', async () => {
    const from = await size();
    await desk.call('folder.add', { name: 'cards' });
    await desk.call('folder.edit', { folder: 'cards', name: 'shops' });
    await desk.call('folder.edit', { folder: 'shops', parent: null });
    await desk.call('group.edit', { group: 'told', changes: { description: 'of the till' } });
    await desk.call('group.edit', { group: 'told', changes: { name: 'till' } });
    await desk.call('group.edit', { group: 'till', changes: { name: 'told' } });
    await desk.call('device.designate', {});
    await desk.call('keystore.setBackupPlace', { place: desk.backups });
    expect((await since(from)).map((record) => [record.action, subjectWords(record)])).toEqual([
      ['folder.add', 'cards'],
      ['folder.edit', 'shops'],
      ['folder.edit', 'shops'],
      ['group.edit', 'told'],
      ['group.edit', 'till'],
      ['group.edit', 'told'],
      ['device.designate', caller.host],
      ['keystore.setBackupPlace', desk.backups],
    ]);
    const { records } = await desk.call('audit.list', { action: 'group.edit', limit: 1 });
    expect(records[0]?.details).toMatchObject({ name: 'told', former: 'till' });
  });

  it('what was refused, by its code; and who may not ask at all', async () => {
    const from = await size();
    await desk.refused('group.forceRotate', { group: 'told', plan: '000000' });
    await desk.refused('group.remove', { group: 'told', confirm: true });
    await desk.refused('key.synchronize', {
      key: 'told/1',
      deleteMaterial: true,
      updatePolicy: false,
      importMaterial: false,
      plan: '000000',
    });
    const stranger = { ...caller, actor: 'stranger', trusted: false };
    const reply = await desk.core.call('group.remove', { group: 'told', confirm: true }, stranger);
    expect(reply).toMatchObject({ ok: false, failure: { code: 'CALLER_NOT_TRUSTED' } });
    const told = (await since(from)).map(({ actor, action, outcome }) => [actor, action, outcome]);
    expect(told).toEqual([
      [caller.actor, 'group.forceRotate', 'PLAN_CHANGED'],
      [caller.actor, 'group.remove', 'GROUP_HAS_KEYS'],
      [caller.actor, 'key.synchronize', 'PLAN_CHANGED'],
      ['stranger', 'group.remove', 'CALLER_NOT_TRUSTED'],
    ]);
  });

  it('plain looks leave none: lists, plans, details', async () => {
    const from = await size();
    await desk.call('group.list', {});
    await desk.call('key.list', {});
    const { jobs } = await desk.call('job.list', {});
    await desk.call('job.show', { job: jobs[0]?.id ?? '' });
    await desk.call('key.show', { key: 'told/1' });
    await desk.call('credential.list', {});
    await desk.call('audit.list', {});
    await desk.plan('told');
    await desk.call('key.planSynchronize', { key: 'told/1' });
    await desk.call('keystore.status', {});
    expect(await size()).toBe(from);
  });

  it('no record holds a secret, and none of what AWS is sent', async () => {
    const { records } = await desk.call('audit.list', { limit: 500 });
    const text = JSON.stringify(records);
    expect(text).not.toContain('practice/only/not/a/real/secret');
    expect(text).not.toContain(desk.passphrase.toString());
  });
});

describe('the exported log', () => {
  const exported = async () => {
    const to = join(desk.folder, `audit-${Date.now()}.jsonl`);
    return desk.call('audit.export', { to });
  };

  it('proves itself against the fingerprint that was kept elsewhere', async () => {
    const { path, records, fingerprint, signer } = await exported();
    const verdict = await desk.call('audit.verify', { file: path, fingerprint });
    expect(verdict).toMatchObject({ ok: true, status: 0, firstBad: null, unsignedTail: 0, signer });
    expect(verdict.records).toBe(records);
    const other = await desk.call('audit.verify', { file: path, fingerprint: '0'.repeat(64) });
    expect(other).toMatchObject({ ok: false, status: 2 });
  });

  it('names the first record that somebody changed', async () => {
    const { path, fingerprint } = await exported();
    const lines = readFileSync(path, 'utf8').split('\n');
    const at = lines.findIndex((line) => line.includes('group.forceRotate'));
    const record = JSON.parse(lines[at] ?? '') as { seq?: number; body?: { seq?: number } };
    lines[at] = (lines[at] ?? '').replace(caller.actor, 'custodian-1');
    writeFileSync(path, lines.join('\n'));
    const verdict = await desk.call('audit.verify', { file: path, fingerprint });
    expect(verdict).toMatchObject({ ok: false, status: 1, line: at + 1 });
    expect(verdict.firstBad).toBe(record.seq ?? record.body?.seq ?? verdict.firstBad);
  });
});

describe('a backup', () => {
  let restored: Desk;
  let stopped: Detail;

  beforeAll(async () => {
    await desk.addGroup('unfinished', { disableAfterRotating: true });
    for (let n = 0; n < 2; n += 1) await desk.rotated('unfinished');
    await aws.deny(['kms:UpdateAlias']);
    stopped = await desk.rotate('unfinished');
    expect(failureOf(stopped).code).toBe('AWS_ACCESS_DENIED');
    restored = new Desk();
  });
  afterAll(async () => {
    await aws.allow();
    await restored?.[Symbol.asyncDispose]();
  });
  const passphrase = () => Uint8Array.from(desk.passphrase);

  it('is verified from outside, and only with the passphrase', async () => {
    const taken = await desk.call('keystore.backup', {});
    const report = await desk.call('keystore.verifyBackup', { passphrase: passphrase() });
    expect(report).toMatchObject({ verified: true, keys: 6, storeId: taken.storeId });
    const wrong = Uint8Array.from(Buffer.from('another passphrase altogether'));
    const failure = await desk.refused('keystore.verifyBackup', { passphrase: wrong });
    expect(failure.code).toBe('UNLOCK_REFUSED');
  });

  it('counts the keys that came behind the full copy, too', async () => {
    const before = await desk.call('keystore.verifyBackup', { passphrase: passphrase() });
    await desk.addGroup('since');
    await desk.rotated('since');
    const report = await desk.call('keystore.verifyBackup', { passphrase: passphrase() });
    expect(report.keys).toBe(before.keys + 1);
    expect(report.increments).toBeGreaterThan(before.increments);
    expect(report.commitNumber).toBeGreaterThan(before.commitNumber);
    // the full copy is as old as it was; what is in the backup is not
    expect(report.takenAt).toBe(before.takenAt);
    const { madeAt } = await desk.call('key.show', { key: 'since/1' });
    expect(report.lastIncrementAt).toBeGreaterThanOrEqual(madeAt);
  });

  it('comes back with every key, and asks before it does anything', async () => {
    const status = await restored.call('keystore.restore', {
      from: desk.backups,
      passphrase: passphrase(),
    });
    expect(status.state).toBe('locked');
    await restored.unlock();
    const keys = async (at: Desk) =>
      (await at.call('key.list', { limit: 500 })).keys.map(({ id, kcv, remote, version }) => ({
        id,
        kcv,
        version,
        keyId: remote?.keyId,
        arn: remote?.arn,
      }));
    expect(await keys(restored)).toEqual(await keys(desk));
    const device = await restored.call('device.show', {});
    expect(device).toMatchObject({ designated: false, designatedDevice: null });
    const job = await restored.settled(stopped.job.id);
    expect(job.job.state).toBe('needs-you');
    // What waited for a person goes on doing so; what would have gone on by itself waits now too.
    expect(failureOf(job).code).toBe('AWS_ACCESS_DENIED');
    const { jobs } = await restored.call('job.list', { state: ['waiting', 'running'] });
    expect(jobs).toEqual([]);
    const held = await restored.call('job.list', { state: ['needs-you'] });
    const disable = held.jobs.find(({ kind }) => kind === 'key.disable');
    const inherited = await restored.settled(disable?.id ?? '');
    expect(failureOf(inherited)).toMatchObject({
      code: 'JOB_NEEDS_REVIEW',
      details: { reason: 'inherited' },
    });
    expect(inherited.next?.deed).toBe('review');
    await requireTrueStanding(restored, aws, inherited);
    expect((await restored.refused('job.continue', { job: job.job.id })).code).toBe(
      'NOT_DESIGNATED',
    );
    expect((await restored.plan('told')).blocked?.code).toBe('NOT_DESIGNATED');
    await requireTrueStanding(restored, aws, job);
  });

  it('goes on once a person designates it: the old job, then new rotations', async () => {
    await desk.lock();
    await aws.allow();
    await restored.call('device.designate', { confirm: true });
    const mark = await aws.mark();
    requireDone(await restored.goOn(stopped.job.id));
    const effects = (await aws.journal(mark)).flatMap((entry) => entry.effects);
    expect(effects.map(({ kind }) => kind)).toEqual(['alias']);
    const newest = await restored.call('key.show', { key: 'unfinished/3' });
    expect(await aws.holder('alias/unfinished')).toBe(newest.remote?.keyId);
    const key = await restored.rotated('told');
    expect(key).toMatchObject({ version: 2, state: 'Active, alias' });
    requireDone(await restored.synchronize('told/1', { deleteMaterial: true }));
    const to = join(restored.folder, 'after.jsonl');
    const { fingerprint } = await restored.call('audit.export', { to });
    const verdict = await restored.call('audit.verify', { file: to, fingerprint });
    expect(verdict.ok).toBe(true);
    await desk.unlock();
  });
});
