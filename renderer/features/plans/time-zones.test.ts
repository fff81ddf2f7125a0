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
