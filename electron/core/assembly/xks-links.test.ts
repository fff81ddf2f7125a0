import { afterEach, beforeEach, expect, it } from 'vitest';
import { AuditLog } from '../audit/audit-log.ts';
import { type TemporaryStore, temporaryStore } from '../store/store.fixture.ts';
import type { SegmentLink } from '../xks/audit/link.ts';
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
