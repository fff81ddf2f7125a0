import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { renewalOf } from './material-end.ts';
import { addSpan, type SpanOfTime } from './span.ts';

afterEach(() => vi.unstubAllEnvs());

const hour = 3_600_000;
const day = 24 * hour;
const units = ['days', 'weeks', 'months', 'years'] as const;
const span = fc.record({
  amount: fc.integer({ min: 1, max: 400 }),
  unit: fc.constantFrom(...units),
}) satisfies fc.Arbitrary<SpanOfTime>;

/** Both transitions of 2026 (tzdata), and the day that Samoa left out. */
const turns: Readonly<Record<string, readonly string[]>> = {
  'Europe/Berlin': ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  'America/New_York': ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z'],
  'Asia/Kathmandu': [],
  'Pacific/Apia': ['2011-12-30T10:00:00Z', '2010-09-26T11:00:00Z'],
};

/** Any time, and more often one around a moment at which the clock on the wall turns. */
const moments = (zone: string): fc.Arbitrary<number> => {
  const near = (turns[zone] ?? []).map((at) => {
    const turn = Date.parse(at);
    return fc.integer({ min: turn - 36 * hour, max: turn + 36 * hour });
  });
  return fc.oneof(fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) }), ...near);
};

/** By a calendar of its own: years, months and days of UTC, counted by hand. */
function inUtc(from: number, { amount, unit }: SpanOfTime): number {
  if (unit === 'days' || unit === 'weeks') return from + amount * day * (unit === 'weeks' ? 7 : 1);
  const [date = '', time = ''] = new Date(from).toISOString().split('T');
  const [year = 0, month = 0, dayOfMonth = 0] = date.split('-').map(Number);
  const ahead = year * 12 + (month - 1) + (unit === 'months' ? amount : 12 * amount);
  const [y, m] = [Math.floor(ahead / 12), (ahead % 12) + 1];
  const leap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  const last = m === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(m) ? 30 : 31;
  const two = (n: number): string => String(n).padStart(2, '0');
  return Date.parse(`${y}-${two(m)}-${two(Math.min(dayOfMonth, last))}T${time}`);
}

describe.each(Object.keys(turns))('where the clock on the wall is that of %s', (zone) => {
  it('is the zone that is tried', () => {
    vi.stubEnv('TZ', zone);
    for (const at of turns[zone] ?? []) {
      const offset = (ms: number): number => new Date(ms).getTimezoneOffset();
      expect(offset(Date.parse(at) - 1)).not.toBe(offset(Date.parse(at)));
    }
    expect(new Date(0).getTimezoneOffset()).not.toBe(0);
  });

  it('a span ends when it does everywhere: the schedule goes by UTC', () => {
    vi.stubEnv('TZ', zone);
    fc.assert(
      fc.property(moments(zone), span, (from, each) => {
        expect(addSpan(from, each)).toBe(inUtc(from, each));
      }),
    );
  });

  it('what begins later never ends on an earlier day, and a longer span is longer', () => {
    vi.stubEnv('TZ', zone);
    const later = fc.integer({ min: 1, max: 90 * day });
    fc.assert(
      fc.property(moments(zone), later, span, (from, more, each) => {
        // within the day it may: the 30th and the 31st both come to the last of February
        const [first, last] = [from, from + more].map((at) => Math.floor(addSpan(at, each) / day));
        expect(last).toBeGreaterThanOrEqual(first ?? 0);
        const longer = { ...each, amount: each.amount + 1 };
        expect(addSpan(from, longer)).toBeGreaterThan(addSpan(from, each));
      }),
    );
  });

  it('material is imported again before AWS deletes it, and not before it was imported', () => {
    vi.stubEnv('TZ', zone);
    fc.assert(
      fc.property(moments(zone), fc.integer({ min: 1, max: 365 }), (imported, days) => {
        const end = imported + days * day;
        const again = renewalOf(end, days);
        expect(again).toBeLessThan(end);
        expect(again).toBeGreaterThanOrEqual(imported);
        expect(end - again).toBe(Math.min(30 * day, (days * day) / 2));
      }),
    );
  });
});
