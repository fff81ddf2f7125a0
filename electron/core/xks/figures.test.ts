import { describe, expect, it } from 'vitest';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import { Figures } from './figures.ts';

describe('live figures', () => {
  it('are of the last minute: rate, quantiles within 15 %, refusals by cause', async () => {
    const clock = new TestClock();
    const figures = new Figures(clock);
    expect(figures.live()).toMatchObject({ perSecond: 0, p50: null, p999: null, refusals: {} });
    for (let at = 1; at <= 1000; at++)
      figures.add(at % 100 === 0 ? 'ThrottlingException' : 'ok', at / 10);
    await clock.advance(10_000);
    const { perSecond, p50, p99, p999, refusals } = figures.live();
    expect(perSecond).toBe(100);
    expect(refusals).toEqual({ ThrottlingException: 10 });
    for (const [found, exact] of [
      [p50, 50],
      [p99, 99],
      [p999, 99.9],
    ] as const) {
      expect(found).toBeGreaterThanOrEqual(exact);
      expect(found).toBeLessThanOrEqual(exact * 1.15);
    }
    await clock.advance(60_000);
    expect(figures.live()).toMatchObject({ perSecond: 0, p99: null, refusals: {} });
  });

  it('count everything since the start for Prometheus, whatever took longer than the last bound', () => {
    const figures = new Figures(new TestClock());
    for (const ms of [0.05, 3, 5000]) figures.add('ok', ms);
    const { upTo, count, sum } = figures.histogram();
    expect({ count, sum }).toEqual({ count: 3, sum: 5003.05 });
    expect(upTo.at(-1)?.[1]).toBe(2);
    expect(upTo.map(([, each]) => each)).toEqual(
      upTo.map(([, each]) => each).toSorted((a, b) => a - b),
    );
  });
});
