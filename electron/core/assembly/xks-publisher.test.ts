import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listenForControl } from '../../hosts/xks/control.ts';
import { testBlob, type TestKeystore, testKeystore } from '../keystore/keystore.fixture.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import type { HostPorts } from '../ports.ts';
import type { SegmentLink } from '../xks/audit/link.ts';
import { AuditLog } from '../xks/audit/segment.ts';
import { bindingsFile } from '../xks/bindings.ts';
import { controlSocket, type ControlStatus } from '../xks/control-client.ts';
import { controlStatus } from '../xks/control-status.fixture.ts';
import { derived, openSet, sealSet } from '../xks/serving/sealed-set.ts';
import type { LinkStanding } from './xks-links.ts';
import { servingFiles, XksPublisher } from './xks-publisher.ts';

let keystore: TestKeystore;
let folder: string;
let publisher: XksPublisher;
let reached: SegmentLink[];
let standing: LinkStanding | null;

const store = () => keystore.temporary.store;
const key = () => store().derive('xks serving set');
function publishedSet() {
  using secret = key();
  return openSet(readFileSync(servingFiles(folder).servingSet), secret);
}

beforeEach(() => {
  keystore = testKeystore();
  folder = mkdtempSync(join(tmpdir(), 'kr-publish-'));
  const ports = { random: randomBytes } as unknown as HostPorts;
  const { settings, xks } = keystore;
  reached = [];
  standing = null;
  publisher = new XksPublisher({
    ports,
    store: store(),
    settings,
    xks,
    usualFolder: folder,
    reached: (link) => reached.push(link),
    standing: () => standing,
  });
  const kcv = { method: 'CMAC', value: '0A1B2C3D4E' } as const;
  xks.serving.begin('hsm', { id: 'canary', blob: testBlob({ kcv }) });
});
afterEach(() => {
  keystore[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A proxy as far as its control socket goes. */
async function proxy(perform: () => ControlStatus): Promise<{ close(): Promise<void> }> {
  const place = join(servingFiles(folder).nodes, 'one');
  mkdirSync(place, { recursive: true });
  using secret = key();
  return listenForControl(controlSocket(place), derived(secret, 'control'), async () => perform());
}

it('writes what the tables say, readable with its own key only', async () => {
  const view = await publisher.publish();
  expect(view).toMatchObject({ revision: 1, published: 1, nodes: [] });
  expect(publishedSet()).toMatchObject({ revision: 1, stores: [], canary: { id: 'canary' } });
  expect((await publisher.status()).published).toBe(1);
  const other = Buffer.from(readFileSync(servingFiles(folder).servingKey));
  expect(other).toHaveLength(32);
});

it('numbers above what lies there, as after a restore of an older keystore', async () => {
  await publisher.publish();
  using secret = key();
  const later = { ...publishedSet(), revision: 50 };
  writeFileSync(servingFiles(folder).servingSet, sealSet(later, secret, randomBytes));
  expect((await publisher.publish()).revision).toBe(51);
  expect(publishedSet().revision).toBe(51);
});

it('replaces what does not open, and says when it cannot write', async () => {
  writeFileSync(servingFiles(folder).servingSet, 'of somebody else');
  expect((await publisher.publish()).published).toBe(1);
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  store().change(() => keystore.settings.write('xks-folder', join(file, 'below')));
  await expect(publisher.publish()).rejects.toMatchObject({ code: 'XKS_NOT_PUBLISHED' });
});

it('writes at unlocking what could not be written before, and only then', async () => {
  await publisher.catchUp();
  expect(publishedSet().revision).toBe(1);
  const first = readFileSync(servingFiles(folder).servingSet);
  await publisher.catchUp();
  expect(readFileSync(servingFiles(folder).servingSet).equals(first)).toBe(true);
  keystore.xks.serving.raise();
  await publisher.catchUp();
  expect(publishedSet().revision).toBe(2);
});

it('goes to another folder only once no proxy uses the former one, and leaves nothing there', async () => {
  await publisher.publish();
  mkdirSync(join(folder, 'nodes'));
  const next = join(folder, '..', `${basename(folder)}-moved`);
  const choose = () => store().change(() => publisher.chooseFolder(next));
  expect(choose).toThrow(expect.objectContaining({ code: 'XKS_FOLDER_IN_USE' }));
  expect(publisher.folder).toBe(folder);
  store().change(() => publisher.chooseFolder(folder));
  renameSync(folder, next);
  choose();
  expect((await publisher.publish()).folder).toBe(next);
  rmSync(join(next, 'nodes'), { recursive: true });
  store().change(() => publisher.chooseFolder(folder));
  await publisher.publish();
  publisher.leaveFolder(next);
  expect(existsSync(next)).toBe(false);
  publisher.leaveFolder(folder);
  expect(existsSync(servingFiles(folder).servingSet)).toBe(true);
});

it('takes no path at which no folder can be, and keeps the one it has', async () => {
  await publisher.publish();
  const { servingSet } = servingFiles(folder);
  const tooLong = join(folder, 'yet to make', 'é'.repeat(128), 'below');
  const tooDeep = join(folder, ...Array.from({ length: 30 }, () => 'x'.repeat(120)));
  for (const wrong of [servingSet, join(servingSet, 'below', 'it'), tooLong, tooDeep]) {
    expect(() => store().change(() => publisher.chooseFolder(wrong))).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
    expect(publisher.folder).toBe(folder);
  }
  const yetToMake = join(folder, '..', `${basename(folder)}-a`, 'b');
  store().change(() => publisher.chooseFolder(yetToMake));
  expect(publisher.folder).toBe(yetToMake);
});

it('tells a proxy that answers, and says of one that does not that it does not', async () => {
  const node = await proxy(() => controlStatus({ revision: publishedSet().revision }));
  const { nodes } = await publisher.publish();
  expect(nodes).toEqual([
    {
      node: 'one',
      revision: 1,
      newest: true,
      health: 'ACTIVE',
      problem: null,
      certificateDays: 19,
      figures: { seconds: 60, perSecond: 0, p50: null, p99: null, p999: null, refusals: {} },
      audit: { records: null, linked: null, linkedAt: null, reading: false, broken: false },
    },
  ]);
  await node.close();
  const silent = (await publisher.status()).nodes;
  expect(silent).toMatchObject([{ node: 'one', revision: null, problem: 'it does not answer' }]);
});

it('takes an answer of another shape for none', async () => {
  const { health: _, ...another } = controlStatus({});
  const node = await proxy(() => another as ControlStatus);
  const { nodes } = await publisher.publish();
  expect(nodes).toMatchObject([{ node: 'one', revision: null, problem: 'it does not answer' }]);
  await node.close();
});

it('publishes all the same where a proxy that is away left bindings that cannot be read', async () => {
  const place = join(servingFiles(folder).nodes, 'one');
  mkdirSync(place, { recursive: true });
  for (const damage of [
    () => writeFileSync(bindingsFile(place), '{"store":"a"}\n'),
    () => {
      rmSync(bindingsFile(place));
      mkdirSync(bindingsFile(place));
    },
  ]) {
    damage();
    const { nodes, published, revision } = await publisher.publish();
    expect(published).toBe(revision);
    expect(nodes).toMatchObject([
      { problem: 'it does not answer, and what it bound cannot be read: bindings.ndjson' },
    ]);
    // what it bound may be just this key: nobody is told that it is free
    await expect(publisher.boundByProxy('xks-1')).rejects.toThrow();
  }
});

it('tells how far the audit of a proxy reaches: by its word, else by what lies in its folder', async () => {
  const end = { segment: 'xks-000000000001-00000000.ndjson', seq: 7, hash: 'ab' };
  const node = await proxy(() => controlStatus({ revision: 1, audit: end }));
  const told = { node: 'one', segment: end.segment, records: 7, head: 'ab' };
  await publisher.publish();
  expect(reached).toEqual([told]);
  const place = join(servingFiles(folder).nodes, 'one', 'audit');
  expect(await publisher.link()).toEqual([{ link: told, folder: place }]);
  standing = { linked: 5, at: 9, reading: true, broken: false };
  const [shown] = (await publisher.status()).nodes;
  expect(shown?.audit).toEqual({
    records: 7,
    linked: 5,
    linkedAt: 9,
    reading: true,
    broken: false,
  });
  await node.close();
  expect(await publisher.link()).toEqual([]);
  mkdirSync(place);
  const log = await AuditLog.open(
    { clock: new TestClock(0), random: randomBytes, log: { log: () => undefined } },
    { folder: place, node: 'of its own name' },
  );
  expect(await publisher.link()).toMatchObject([{ link: { node: 'of its own name', records: 0 } }]);
  expect(await publisher.link([place])).toHaveLength(2);
  await log.close();
  await expect(publisher.link([join(place, 'nowhere')])).rejects.toMatchObject({ code: 'ENOENT' });
});

it('takes over what a proxy bound, so that every copy binds the same', async () => {
  const { xks } = keystore;
  const made = xks.stores.add({
    name: 'ledger',
    accounts: null,
    regions: null,
    quota: null,
    rulesMode: 'enforce',
    credentialId: null,
    region: null,
    endpoint: null,
    connectivity: 'PUBLIC_ENDPOINT',
    vpcService: null,
    vpcOwner: null,
  });
  xks.credentials.make(made.id);
  const usage = { encrypt: true, decrypt: true };
  const fields = { storeId: made.id, name: 'k', usage, binding: 'first', onlyInHsm: true } as const;
  const { key: external, version } = xks.keys.add(
    { ...fields, storage: 'hsm', assurance: 'hardware' },
    { deviceId: 'd', tokenSerial: null, blob: null },
  );
  xks.keys.markInstalled(version.id);
  const arn = 'arn:aws:kms:eu-west-1:123456789012:key/0b7a1c2d-1111-4222-8333-444455556691';
  const bindings = [[`${made.id}/${external.xksId}`, arn]] as const;
  const node = await proxy(() => controlStatus({ revision: publishedSet().revision, bindings }));
  const view = await publisher.publish();
  expect(xks.keys.bindings(external.id)).toMatchObject([{ arn, how: 'first' }]);
  expect(publishedSet().stores[0]?.keys[0]?.kmsKeyArns).toEqual([arn]);
  expect(view.nodes).toMatchObject([{ newest: true }]);
  await node.close();
  // another copy bound another one, and does not run any more
  const other = arn.replace('691', '692');
  const stopped = join(folder, 'nodes/stopped');
  mkdirSync(stopped, { recursive: true });
  const line = { store: made.id, key: external.xksId, kmsKeyArn: other };
  writeFileSync(join(stopped, 'bindings.ndjson'), `${JSON.stringify(line)}\n`);
  await publisher.publish();
  expect(publishedSet().stores[0]?.keys[0]?.kmsKeyArns).toEqual([arn]);
  expect(await publisher.boundByProxy(external.xksId)).toBe(other);
  // what was encrypted for it there needs the key all the same
  xks.keys.release(external.id, arn, 'gone');
  await publisher.publish();
  expect(xks.keys.bindings(external.id)).toMatchObject([{ arn: other, how: 'first' }]);
});
