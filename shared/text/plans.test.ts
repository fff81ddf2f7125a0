import { describe, expect, it } from 'vitest';
import { sayAbout, sayEffort } from './plans.ts';

const calls = (...changes: boolean[]) =>
  changes.map((one) => ({ call: 'CreateKey', changes: one }));

describe('how much a plan is', () => {
  it('counts steps and calls, and how many change something', () => {
    const steps = ['Check', 'Import', 'Confirm'];
    expect(sayEffort({ steps, calls: calls(true, false), approximateSeconds: 20 })).toBe(
      '3 steps, 2 AWS calls (1 changes something, 1 only reads), about 20 seconds',
    );
    expect(sayEffort({ steps: ['Check'], calls: calls(true, true), approximateSeconds: 1 })).toBe(
      '1 step, 2 AWS calls (2 change something), about 1 second',
    );
  });

  it.each([
    [0, 'about 1 second'],
    [1.2, 'about 2 seconds'],
    [89, 'about 89 seconds'],
    [193, 'about 3 minutes'],
    [5400, 'about 2 hours'],
  ])('%d s: %s', (seconds, words) => expect(sayAbout(seconds)).toBe(words));
});
