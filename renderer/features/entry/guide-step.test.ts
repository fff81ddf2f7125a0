import { describe, expect, it } from 'vitest';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { guideStep } from './guide-step.ts';

const none = snapshotOf('absent').counts;
const set = { credential: 'practice' };
const unset = { credential: null };

describe('the next of the first steps', () => {
  it.each([
    { of: snapshotOf('absent'), practice: null, way: 'real' as const, is: 'way' },
    { of: snapshotOf('verified'), practice: null, is: 'practice-place' },
    { of: snapshotOf('checking'), practice: unset, is: 'practice-place' },
    { of: snapshotOf('verified'), practice: set, is: 'first-group' },
    {
      of: snapshotOf('verified', 'practice', { counts: { ...none, groups: 1 } }),
      practice: set,
      is: 'first-rotation',
    },
    {
      of: snapshotOf('verified', 'practice', { counts: { ...none, groups: 1, keys: 1 } }),
      practice: set,
      is: 'first-rotation',
    },
    {
      of: snapshotOf('verified', 'practice', { counts: { ...none, groups: 2 } }),
      practice: set,
      is: 'over',
    },
    {
      of: snapshotOf('verified', 'practice', { counts: { ...none, groups: 1, keys: 2 } }),
      practice: set,
      is: 'over',
    },
    { of: snapshotOf('verified', 'real'), practice: null, is: 'real-place' },
    {
      of: snapshotOf('verified', 'real', { hsm: 'ready', hsmLabel: 'BYOK-A' }),
      practice: null,
      is: 'real-ready',
    },
    {
      of: snapshotOf('verified', 'real', { counts: { ...none, groups: 1 } }),
      practice: null,
      is: 'over',
    },
  ])('is $is', ({ of, practice, way, is }) => {
    expect(guideStep(of, practice, way ?? 'choose').step).toBe(is);
  });

  it('waits until everything is set up: the credential is there before the place for keys', () => {
    expect(guideStep(snapshotOf('verified'), set, 'choose', true).step).toBe('practice-place');
  });
});
