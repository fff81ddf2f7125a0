import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sayMinute } from '../../../shared/model/span.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** What says days, as it is where the clock on the wall shows the time of this zone. */
async function partsIn(zone: string) {
  vi.stubEnv('TZ', zone);
  vi.resetModules();
  const [moments, boxes, plans] = await Promise.all([
    import('../../ui/moments.ts'),
    import('./boxes.ts'),
    import('./local-plan.ts'),
  ]);
  return { ...moments, ...boxes, ...plans };
}

describe.each([
  ['Pacific/Auckland', '22'],
  ['Pacific/Kiritimati', '22'],
  ['UTC', '21'],
  ['America/Los_Angeles', '21'],
])('in %s', (zone, day) => {
  const end = Date.parse('2027-11-21T20:30:00Z');

  it('a plan, the pane of a key and the date field tell the same day', async () => {
    const { sayDay, localPlan, dateOf } = await partsIn(zone);
    const line = `AWS deletes it: on ${sayMinute(end)}`;
    expect(sayDay(end)).toContain(day);
    expect(localPlan({ changes: [line], command: line })).toEqual({
      changes: [`AWS deletes it: on ${sayDay(end)}`],
      command: line,
    });
    expect(dateOf(end)).toBe(`2027-11-${day}`);
  });

  it('a day that is chosen is the day that is told', async () => {
    const { validToOf, dateOf, sayDay } = await partsIn(zone);
    const chosen = validToOf({ kind: 'on', date: '2027-11-21' }) ?? 0;
    expect(dateOf(chosen)).toBe('2027-11-21');
    expect(sayDay(chosen)).toBe(sayDay(new Date(2027, 10, 21, 9).getTime()));
  });
});

describe.each([
  ['Europe/Berlin', ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z']],
  ['America/New_York', ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z']],
  ['Asia/Kathmandu', ['2026-06-01T00:00:00Z']],
  ['Pacific/Apia', ['2010-09-26T11:00:00Z', '2011-12-30T10:00:00Z']],
])('around the turns of the clock in %s', (zone, turns) => {
  const hour = 3_600_000;
  const now = fc.oneof(
    ...turns.flatMap((turn) => [
      fc.integer({ min: Date.parse(turn) - 30 * hour, max: Date.parse(turn) + 30 * hour }),
      // a year before: what is latest then lies about the turn
      fc
        .integer({ min: -30 * hour, max: 30 * hour })
        .map((off) => Date.parse(turn) - 364 * 24 * hour + off),
    ]),
  );

  it('AWS takes the earliest and the latest day that are offered', async () => {
    const { earliestDate, latestDate, validToOf } = await partsIn(zone);
    fc.assert(
      fc.property(now, (at) => {
        const [first, last] = [earliestDate(at), latestDate(at)].map((date) =>
          Number(validToOf({ kind: 'on', date })),
        ) as [number, number];
        expect(first).toBeGreaterThan(at);
        expect(last).toBeLessThanOrEqual(at + 365 * 24 * hour);
      }),
    );
  });

  it('a date that is chosen is the date that is shown', async () => {
    const { dateOf, validToOf } = await partsIn(zone);
    fc.assert(
      fc.property(now, (at) => {
        const date = dateOf(at);
        expect(dateOf(Number(validToOf({ kind: 'on', date })))).toBe(date);
      }),
    );
  });
});
