import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog } from '../audit/audit-log.ts';
import { type TemporaryStore, temporaryStore } from '../store/store.fixture.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import { linkTo, type SegmentLink } from '../xks/audit/link.ts';
import { AuditLog as ProxyLog } from '../xks/audit/segment.ts';
import { proxyRecord } from '../xks/audit/record.fixture.ts';
import { ports } from '../xks/world.fixture.ts';
import { XksLinks } from './xks-links.ts';

let temporary: TemporaryStore;
let audit: AuditLog;
let logged: string[];
const log = { log: (level: string, event: string) => void logged.push(`${level} ${event}`) };
const links = () => new XksLinks({ store: temporary.store, audit, log });
const records = () =>
  audit.page({ limit: 100 }).map(({ outcome, details }) => [outcome, details['records']]);

beforeEach(() => {
  logged = [];
  temporary = temporaryStore();
  audit = new AuditLog({ store: temporary.store, clock: temporary.clock, log });
});
afterEach(() => temporary.dispose());

const link = (of: number, more: Partial<SegmentLink> = {}): SegmentLink => ({
  node: 'one',
  segment: 'xks-000000000001-00000000.ndjson',
  records: of,
  head: `head ${of}`,
  ...more,
});

it('are noted where something came since, for each proxy by itself, also by the next process', () => {
  const first = links();
  first.note(link(5));
  first.note(link(5));
  first.note(link(5, { node: 'two' }));
  const next = links();
  next.note(link(5));
  next.note(link(9));
  expect(records()).toEqual([
    ['OK', 9],
    ['OK', 5],
    ['OK', 5],
  ]);
  expect(logged).toEqual([]);
});

it.each<[string, SegmentLink]>([
  ['fewer records', link(4)],
  ['other ones', link(5, { head: 'another' })],
])('raise an alarm for a proxy that has %s than it had, once', (_, now) => {
  links().note(link(5));
  const later = links();
  later.note(now);
  later.note(now);
  expect(records()).toEqual([
    ['XKS_AUDIT_BROKEN', now.records],
    ['OK', 5],
  ]);
  expect(logged).toEqual(['error xks.audit.taken-back']);
});

it('of a new segment without a record of its own go on', () => {
  const all = links();
  all.note(link(5));
  all.note(link(5, { segment: 'xks-000000000002-00000000.ndjson', head: 'of its head' }));
  expect(records()).toEqual([
    ['OK', 5],
    ['OK', 5],
  ]);
});

describe('what lies between two links', () => {
  let folder: string;
  let proxy: ProxyLog;
  let written = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyreeve-links-'));
    written = 0;
    await start();
  });
  afterEach(async () => {
    await proxy.close();
    rmSync(folder, { recursive: true });
  });

  const start = async (place = folder): Promise<void> => {
    const options = { folder: place, node: 'one', segmentBytes: 2_000 };
    proxy = await ProxyLog.open(ports(new TestClock(0)), options);
  };
  async function write(count: number): Promise<SegmentLink> {
    for (let n = 0; n < count; n += 1) await proxy.append(proxyRecord((written += 1)));
    if (proxy.head === null) throw new Error('the proxy has no segment');
    return linkTo('one', proxy.head);
  }
  const outcomes = () =>
    audit.page({ limit: 100 }).map(({ outcome, details }) => [outcome, details['problem'] ?? '']);

  it('is read once, across segments and a restart of the proxy', async () => {
    const first = links();
    await first.follow(await write(5), folder);
    first.note(await write(9));
    await proxy.close();
    await start();
    const now = await write(12);
    expect(readdirSync(folder).length).toBeGreaterThan(4);
    const next = links();
    expect(next.standing('one')).toMatchObject({ linked: 14, reading: false, broken: false });
    const following = next.follow(now, folder);
    await next.follow(now, folder);
    await following;
    expect(next.standing('one')).toMatchObject({ linked: 26, broken: false });
    expect(outcomes()).toEqual([
      ['OK', ''],
      ['OK', ''],
      ['OK', ''],
    ]);
    expect(logged).toEqual([]);
  });

  it('is not asked of segments before the last that was read', async () => {
    await links().follow(await write(20), folder);
    for (const name of readdirSync(folder).toSorted().slice(0, -1)) rmSync(join(folder, name));
    await links().follow(await write(20), folder);
    expect(outcomes()).toEqual([
      ['OK', ''],
      ['OK', ''],
    ]);
  });

  it('raises an alarm once where a line was altered while nobody looked', async () => {
    const first = links();
    await first.follow(await write(3), folder);
    await write(30);
    const name = readdirSync(folder).toSorted()[2] ?? '';
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), text.replace('Alice', 'Alicf'));
    const later = links();
    const now = await write(1);
    await later.follow(now, folder);
    await later.follow(now, folder);
    expect(outcomes()).toEqual([
      ['XKS_AUDIT_BROKEN', 'previous line'],
      ['OK', ''],
    ]);
    expect(later.standing('one')).toMatchObject({ linked: 34, broken: true });
    expect(links().standing('one')).toMatchObject({ broken: true });
    await later.follow(await write(1), folder);
    expect(outcomes()[0]).toEqual(['OK', '']);
    expect(logged).toEqual(['error xks.audit.taken-back']);
  });

  it('raises an alarm for a chain that was written anew and is longer', async () => {
    await links().follow(await write(10), folder);
    await proxy.close();
    const other = join(folder, 'other');
    mkdirSync(other);
    await start(other);
    const now = await write(30);
    await links().follow(now, other);
    expect(outcomes()[0]?.[0]).toBe('XKS_AUDIT_BROKEN');
  });

  it('is left unread where the folder cannot be read, and read the next time', async () => {
    const all = links();
    await all.follow(await write(3), folder);
    await all.follow(await write(3), join(folder, 'nowhere'));
    expect(all.standing('one')).toMatchObject({ linked: 6, broken: false });
    expect(logged).toEqual(['warn xks.audit.not-read']);
    await all.follow(await write(1), folder);
    expect(audit.page({ limit: 3 }).map(({ details }) => details['read'])).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('keeps what was noted while it was read', async () => {
    const all = links();
    const following = all.follow(await write(3), folder);
    await Promise.resolve();
    const later = await write(4);
    all.note(later);
    await following;
    expect(all.standing('one')).toMatchObject({ linked: 7 });
    all.close();
    await all.follow(await write(1), folder);
    expect(all.standing('one')).toMatchObject({ linked: 7 });
  });
});
