import { cpSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateKeyCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FoundKey, ScanView } from '../../shared/contract/scan.ts';
import { whatItIs, whatItMeans } from '../../shared/text/scans.ts';
import { HurriedClock } from '../support/clocks.ts';
import { Desk } from '../support/desk.ts';
import { changed } from '../support/effects.ts';
import { OutsideAws, region } from '../support/outside-aws.ts';

/** Which KMS keys an account really holds, and how each stands to this keystore. */
let aws: OutsideAws;
const desks: Desk[] = [];
beforeAll(async () => {
  aws = await OutsideAws.start();
});
afterEach(async () => {
  for (const each of desks.splice(0)) await each[Symbol.asyncDispose]();
  await aws.reset();
});
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]();
});

async function deskWith(...groups: readonly string[]): Promise<Desk> {
  const desk = await Desk.open(aws, { clock: new HurriedClock() });
  desks.push(desk);
  for (const group of groups) {
    await desk.addGroup(group);
    await desk.rotated(group);
  }
  return desk;
}

/** Waits until it has ended, by what it tells of itself. */
async function ended(desk: Desk, begun: ScanView): Promise<ScanView> {
  for (let now = begun; ; ) {
    if (now.state !== 'running') return now;
    const { revision } = now;
    now = await desk.call('scan.show', { scan: now.id, revision, waitMs: 30_000 });
  }
}

const find = async (desk: Desk, group: string): Promise<ScanView> =>
  ended(desk, await desk.call('group.findInAws', { group }));

/** Every row of a scan, those that AWS manages too. */
async function rows(desk: Desk, { id }: ScanView): Promise<ReadonlyMap<string, FoundKey>> {
  const found = new Map<string, FoundKey>();
  for (const standing of [null, 'aws-managed'] as const) {
    for (let after: string | null = null; ; ) {
      const page: { keys: FoundKey[]; next: string | null } = await desk.call('scan.list', {
        scan: id,
        standing,
        limit: 2,
        after,
      });
      for (const key of page.keys) {
        expect(found.has(key.arn)).toBe(false);
        found.set(key.arn, key);
      }
      if (page.next === null) break;
      after = page.next;
    }
  }
  return found;
}

const kmsIdOf = async (desk: Desk, key: string): Promise<string> =>
  (await desk.call('key.show', { key })).remote?.keyId ?? '';
const of = (found: ReadonlyMap<string, FoundKey>, keyId: string): FoundKey => {
  const key = [...found.values()].find((each) => each.keyId === keyId);
  if (!key) throw new Error(`no row of ${keyId}`);
  return key;
};

describe('what an account holds', () => {
  it('tells ours from those of others, and changes nothing', async () => {
    const desk = await deskWith('cards');
    const ours = await kmsIdOf(desk, 'cards/1');
    const kms = aws.kms();
    const plain = await aws.makeKey();
    const imported = await aws.makeKey('EXTERNAL');
    const multi = await kms.send(new CreateKeyCommand({ MultiRegion: true, Description: 'both' }));
    const leaving = await aws.makeKey();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: leaving, PendingWindowInDays: 7 }));
    await aws.pointAlias('alias/somebody/else', plain);
    const mark = await aws.mark();
    const scan = await find(desk, 'cards');
    expect(await changed(aws, mark)).toMatchObject({ created: 0, deleted: 0 });
    const asked = new Set(await aws.calls(mark));
    asked.delete('GetCallerIdentity');
    expect([...asked].toSorted()).toEqual([
      'DescribeKey',
      'ListAliases',
      'ListKeys',
      'ListResourceTags',
    ]);
    expect(scan).toMatchObject({
      state: 'done',
      group: { name: 'cards' },
      region,
      failure: null,
      counts: { known: 1, 'not-ours': 4, marked: 0, missing: 0, 'not-readable': 0 },
    });
    expect(scan.listed).toBe(scan.read);
    const found = await rows(desk, scan);
    expect(found.size).toBe(scan.listed);
    expect(of(found, ours)).toMatchObject({
      standing: 'known',
      owner: { kind: 'key', reference: 'cards/1' },
      aliases: ['alias/cards'],
      read: { origin: 'EXTERNAL', state: 'Enabled', spec: 'SYMMETRIC_DEFAULT' },
    });
    expect(of(found, plain)).toMatchObject({
      standing: 'not-ours',
      aliases: ['alias/somebody/else'],
      read: { origin: 'AWS_KMS', multiRegion: 'no' },
    });
    expect(of(found, imported).read).toMatchObject({ origin: 'EXTERNAL', state: 'PendingImport' });
    expect(of(found, multi.KeyMetadata?.KeyId ?? '').read?.multiRegion).toBe('primary');
    expect(of(found, leaving).read?.deletionAt).toBeGreaterThan(scan.beganAt);
    const { records } = await desk.call('audit.list', { action: 'group.findInAws' });
    expect(records[0]).toMatchObject({ outcome: 'OK', details: { name: 'cards', region } });
  });

  it('takes nobody for ours by its looks: a mark counts only where Keyreeve makes keys', async () => {
    const desk = await deskWith('cards');
    const kms = aws.kms();
    const Description = 'copied [kr-1-0123456789ab]';
    const copied = await kms.send(new CreateKeyCommand({ Description }));
    const near = await kms.send(
      new CreateKeyCommand({ Origin: 'EXTERNAL', Description: 'mine [kr-1-0123]' }),
    );
    const found = await rows(desk, await find(desk, 'cards'));
    expect(of(found, copied.KeyMetadata?.KeyId ?? '').standing).toBe('not-ours');
    expect(of(found, near.KeyMetadata?.KeyId ?? '').standing).toBe('not-ours');
  });

  it('has a row for a key that may not be read, and goes on', async () => {
    const desk = await deskWith('cards', 'sealed');
    const [ours, theirs] = [await kmsIdOf(desk, 'sealed/1'), await aws.makeKey()];
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::123456789012:root' },
          NotAction: 'kms:DescribeKey',
          Resource: '*',
        },
      ],
    });
    for (const KeyId of [ours, theirs])
      await aws
        .kms()
        .send(new PutKeyPolicyCommand({ KeyId, Policy, BypassPolicyLockoutSafetyCheck: true }));
    const scan = await find(desk, 'cards');
    expect(scan).toMatchObject({ state: 'done', counts: { 'not-readable': 1, known: 2 } });
    const found = await rows(desk, scan);
    const failure = { code: 'AWS_ACCESS_DENIED', details: { permission: 'kms:DescribeKey' } };
    expect(of(found, theirs)).toMatchObject({ standing: 'not-readable', read: null, failure });
    expect(whatItIs(of(found, theirs))).toBe(
      'Not readable: AccessDeniedException, kms:DescribeKey',
    );
    expect(of(found, ours)).toMatchObject({ standing: 'known', read: null, failure });
  });

  it('says that aliases or tags could not be read, and tells the rest', async () => {
    const desk = await deskWith('cards');
    await aws.makeKey('EXTERNAL');
    await aws.deny(['kms:ListAliases', 'kms:ListResourceTags']);
    const scan = await find(desk, 'cards');
    expect(scan).toMatchObject({
      state: 'done',
      aliasesFailure: { code: 'AWS_ACCESS_DENIED' },
      counts: { known: 1, 'not-ours': 1 },
    });
  });

  it('ends with its reason where the keys cannot be listed', async () => {
    const desk = await deskWith('cards');
    await aws.deny(['kms:ListKeys']);
    const scan = await find(desk, 'cards');
    expect(scan).toMatchObject({
      state: 'failed',
      listed: null,
      failure: { code: 'AWS_ACCESS_DENIED', details: { permission: 'kms:ListKeys' } },
    });
  });

  it('has one row for a KMS key that several versions share, known or missing', async () => {
    const desk = await deskWith();
    await desk.addGroup('shared', { mapping: 'material' });
    for (const _version of [1, 2, 3]) await desk.rotated('shared');
    const KeyId = await kmsIdOf(desk, 'shared/1');
    const first = await find(desk, 'shared');
    expect(first.counts).toMatchObject({ known: 1, missing: 0 });
    expect(of(await rows(desk, first), KeyId).owner?.reference).toBe('shared/3');
    await aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await aws.advance(8 * 86_400);
    const second = await find(desk, 'shared');
    expect(second.counts).toMatchObject({ known: 0, missing: 1 });
    expect(of(await rows(desk, second), KeyId).owner?.reference).toBe('shared/3');
  });

  it('misses a key of ours that AWS has no more, and only that', async () => {
    const desk = await deskWith('cards', 'gone');
    const gone = await kmsIdOf(desk, 'gone/1');
    await aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId: gone, PendingWindowInDays: 7 }));
    await aws.advance(8 * 86_400);
    const scan = await find(desk, 'cards');
    expect(scan.counts).toMatchObject({ missing: 1, known: 1 });
    const missing = of(await rows(desk, scan), gone);
    expect(missing).toMatchObject({ standing: 'missing', owner: { reference: 'gone/1' } });
  });
});

describe('keys with the mark of Keyreeve that are not known here', () => {
  it('tells another keystore by its tags, and says where the original is', async () => {
    const other = await deskWith('theirs');
    const made = await kmsIdOf(other, 'theirs/1');
    const { keystore } = await other.call('session.snapshot', {});
    const desk = await deskWith('cards');
    const look = async () => of(await rows(desk, await find(desk, 'cards')), made);
    expect(await look()).toMatchObject({
      standing: 'marked',
      mark: { keystore: 'other', storeId: keystore.storeId, job: null, madeFor: null },
    });
    expect(whatItMeans(await look())).toMatch(/^Its original is in that keystore: open it there/);
    // the tags alone, the description alone, and neither
    const KeyId = made;
    const { Description } = (await aws.key(made)).metadata;
    await aws.kms().send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'renamed' }));
    expect(await look()).toMatchObject({ standing: 'marked', mark: { keystore: 'other' } });
    await aws.kms().send(new UpdateKeyDescriptionCommand({ KeyId, Description }));
    await aws.deny(['kms:ListResourceTags']);
    expect(await look()).toMatchObject({
      standing: 'marked',
      mark: { keystore: 'not-said', storeId: null, tags: 'not-readable' },
    });
    await aws.allow();
    const TagKeys = ['keyreeve:marker', 'keyreeve:store', 'keyreeve:job'];
    await aws.kms().send(new UntagResourceCommand({ KeyId, TagKeys }));
    await aws.kms().send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'renamed' }));
    expect((await look()).standing).toBe('not-ours');
  });

  it('tells an older copy of this keystore from the newer one that made them', async () => {
    const desk = await deskWith('cards');
    await desk.call('keystore.backup', {});
    const alone = join(desk.folder, 'alone');
    cpSync(desk.backups, alone, { recursive: true });
    await desk.rotated('cards');
    const later = await kmsIdOf(desk, 'cards/2');
    const old = new Desk({ clock: new HurriedClock() });
    desks.push(old);
    const passphrase = Uint8Array.from(desk.passphrase);
    await old.call('keystore.restore', { from: alone, passphrase });
    await old.unlock();
    const scan = await find(old, 'cards');
    expect(scan.counts).toMatchObject({ known: 1, marked: 1 });
    const found = of(await rows(old, scan), later);
    expect(found).toMatchObject({ mark: { keystore: 'this', job: null, madeFor: null } });
    expect(found.mark?.jobNumber).toBeGreaterThan(0);
    expect(whatItMeans(found)).toMatch(/older than that job\. Restore a newer backup/);
    // the copy counts on from an older number: its job of that number made another key
    await old.call('device.designate', { confirm: true });
    await old.addGroup('loans');
    const { job } = await old.rotate('loans');
    expect(job.number).toBe(found.mark?.jobNumber);
    const again = of(await rows(old, await find(old, 'cards')), later);
    expect(again).toMatchObject({ standing: 'marked', mark: { job: null, madeFor: null } });
  });

  it('knows one whose job stopped before it sent its material', async () => {
    const desk = await deskWith('cards');
    desk.at('group.force-rotate:parameters:before-intent', () =>
      aws.controlNow('POST /deny', { actions: ['kms:GetParametersForImport'] }),
    );
    const job = await desk.begin('cards');
    const { job: stopped } = await desk.settled(job);
    expect(stopped.state).toBe('needs-you');
    // known: the outcome of CreateKey was committed
    expect((await find(desk, 'cards')).counts).toMatchObject({ known: 2, marked: 0 });
  });

  it('knows by the marker alone the job that was cut off behind CreateKey', async () => {
    const desk = await deskWith('cards');
    const unanswered = await aws.hold('CreateKey');
    const job = await desk.begin('cards');
    while ((await unanswered()) !== 0) await new Promise((resolve) => setImmediate(resolve));
    await desk.call('keystore.backup', {});
    const alone = join(desk.folder, 'alone');
    cpSync(desk.backups, alone, { recursive: true });
    await aws.misbehave();
    await desk.settled(job);
    const made = await kmsIdOf(desk, 'cards/2');
    const old = new Desk({ clock: new HurriedClock() });
    desks.push(old);
    const passphrase = Uint8Array.from(desk.passphrase);
    await old.call('keystore.restore', { from: alone, passphrase });
    await old.unlock();
    await old.call('device.designate', { confirm: true });
    expect((await old.settled(job)).job.state).toBe('needs-you');
    const found = of(await rows(old, await find(old, 'cards')), made);
    expect(found).toMatchObject({
      standing: 'marked',
      mark: { keystore: 'this', job: { id: job }, madeFor: { reference: 'cards/2' } },
    });
    expect(whatItMeans(found)).toMatch(/is not over\. Continue it: it takes this KMS key/);
    await old.goOn(job);
    expect(of(await rows(old, await find(old, 'cards')), made).standing).toBe('known');
  });
});

describe('a scan', () => {
  it('is of a credential in a Region, too', async () => {
    const desk = await deskWith('cards');
    const there = await aws.makeKey('AWS_KMS', 'us-east-1');
    const begun = await desk.call('credential.findInAws', {
      credential: 'payments-kms',
      region: 'us-east-1',
    });
    const scan = await ended(desk, begun);
    expect(scan).toMatchObject({ group: null, region: 'us-east-1', counts: { known: 0 } });
    expect(of(await rows(desk, scan), there).standing).toBe('not-ours');
  });

  it('is stopped, keeps what it read, and is forgotten at a lock', async () => {
    const desk = await deskWith('cards');
    const unanswered = await aws.hold('DescribeKey');
    const begun = await desk.call('group.findInAws', { group: 'cards' });
    while ((await unanswered()) !== 0) await new Promise((resolve) => setImmediate(resolve));
    const again = await desk.call('group.findInAws', { group: 'cards' });
    expect(again.id).toBe(begun.id);
    expect(await desk.call('scan.list', { scan: begun.id })).toMatchObject({ total: 0 });
    const stopped = await desk.call('scan.stop', { scan: begun.id });
    expect(stopped).toMatchObject({ state: 'stopped', failure: null });
    await aws.misbehave();
    await desk.lock();
    await desk.unlock();
    const failure = await desk.refused('scan.show', { scan: begun.id });
    expect(failure.code).toBe('NOT_FOUND');
  });

  it('does not hold up a lock', async () => {
    const desk = await deskWith('cards');
    const unanswered = await aws.hold('DescribeKey');
    await desk.call('group.findInAws', { group: 'cards' });
    while ((await unanswered()) !== 0) await new Promise((resolve) => setImmediate(resolve));
    await desk.lock();
    expect((await desk.call('keystore.status', {})).state).toBe('locked');
  });

  it('ends as a lock begins, while a step is still waited for', async () => {
    const desk = await deskWith('cards');
    const held = { latencyMs: 100_000 };
    await aws.misbehave({ operations: { ImportKeyMaterial: held } });
    const job = await desk.begin('cards');
    await desk.until(job, (detail) => detail.job.step?.title === 'Import');
    await aws.misbehave({ operations: { ImportKeyMaterial: held, DescribeKey: held } });
    const { id: scan } = await desk.call('group.findInAws', { group: 'cards' });
    const listed = async () => (await desk.call('scan.show', { scan })).listed;
    await expect.poll(listed).not.toBeNull();
    let told = 0;
    const end = desk.core.onChange(({ what }) => void (what === 'scan' && (told += 1)));
    await desk.lockAround(async () => {
      await expect.poll(() => told).toBe(1);
      await aws.misbehave();
    });
    end();
  });

  it('refuses a mark of a page that is none, and a group that is not there', async () => {
    const desk = await deskWith('cards');
    const scan = await find(desk, 'cards');
    expect((await desk.refused('scan.list', { scan: scan.id, after: 'x' })).code).toBe('BAD_INPUT');
    expect((await desk.refused('group.findInAws', { group: 'nobody' })).code).toBe('NOT_FOUND');
  });

  it('finds by part of an alias, a name here or an id', async () => {
    const desk = await deskWith('cards', 'loans');
    await aws.makeKey();
    const scan = await find(desk, 'cards');
    const finds = async (text: string) =>
      (await desk.call('scan.list', { scan: scan.id, find: text })).total;
    expect(await finds('ALIAS/cards')).toBe(1);
    expect(await finds('loans/1')).toBe(1);
    expect(await finds('nothing of the kind')).toBe(0);
    expect(await finds('')).toBe(3);
  });
});
