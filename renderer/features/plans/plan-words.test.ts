import { describe, expect, it } from 'vitest';
import { rotationPlan } from './plan.fixture.ts';
import { sayAbout, sayEffort } from './plan-words.ts';

describe('how much a plan is', () => {
  it('counts steps and calls, and how many change something', () => {
    expect(sayEffort(rotationPlan())).toBe(
      '3 steps, 2 AWS calls (1 changes something, 1 only reads), about 20 seconds',
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
