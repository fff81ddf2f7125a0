import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import { WallWatch } from './wall.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

type Event =
  /** Both clocks go on. */
  | { readonly pass: number }
  /** Somebody or a time server set the clock: only the wall clock moves. */
  | { readonly jump: number }
  | { readonly suspend: number }
  | { readonly do: 'remember' | 'confirm' | 'restart' };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ pass: fc.integer({ min: 0, max: 40 * day }) }),
  fc.record({ jump: fc.integer({ min: 0, max: 14 * day }) }),
  fc.record({ suspend: fc.integer({ min: 0, max: 14 * day }) }),
  fc.record({ jump: fc.integer({ min: -3 * day, max: 0 }) }),
  fc.record({ jump: fc.integer({ min: -2 * minute, max: 2 * minute }) }),
  fc.record({ do: fc.constantFrom('remember', 'confirm', 'restart') }),
);

it('says so whenever the clock may be wrong, and only then, whatever happened to it before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
      const clock = new TestClock();
      let highest: number | null = null;
      const memory = { read: () => highest, write: (at: number) => void (highest = at) };
      let watch = new WallWatch(clock, memory);
      let drift = 0;
      let seen: number | null = null;
      for (const each of events) {
        if ('pass' in each) await clock.advance(each.pass);
        else if ('suspend' in each) clock.suspend(each.suspend);
        else if ('jump' in each) {
          clock.jumpWall(each.jump);
          drift += each.jump;
        } else if (each.do === 'restart') {
          watch = new WallWatch(clock, memory);
          drift = 0;
        } else if (each.do === 'confirm') {
          watch.confirm();
          drift = 0;
          seen = clock.now();
        } else {
          const before = watch.verdict();
          watch.remember();
          if (before === 'fine') seen = Math.max(seen ?? 0, clock.now());
        }
        const now = clock.now();
        const verdict = watch.verdict();
        if (Math.abs(drift) > day) expect(verdict).toBe('jumped');
        else if (seen !== null && now < seen - minute - 10 * minute) expect(verdict).toBe('behind');
        else if (seen === null || now >= seen - minute) expect(verdict).toBe('fine');
        expect(watch.trusted).toBe(verdict === 'fine');
        expect(watch.holdsBack(now)).toBe(verdict !== 'fine');
        expect(watch.holdsBack(now + 1)).toBe(false);
        // a time that may be wrong is never kept, and what is kept never goes back by itself
        if (highest !== null) expect(highest).toBeLessThanOrEqual(seen ?? 0);
      }
    }),
  );
});
