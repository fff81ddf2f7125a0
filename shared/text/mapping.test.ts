import { expect, it } from 'vitest';
import { lastRotationAt } from '../model/mapping.ts';
import { sayNextRotation, sayRotation } from './mapping.ts';

const at = Date.parse('2026-11-23T12:00:00Z');

it.each([
  [
    8,
    25,
    { amount: 12, unit: 'months' },
    'Rotation 8 of 25; at this pace the last is in Nov 2043.',
  ],
  [
    24,
    25,
    { amount: 90, unit: 'days' },
    'Rotation 24 of 25; at this pace the last is in Feb 2027.',
  ],
  [1, 2, { amount: 2, unit: 'years' }, 'Rotation 1 of 2; at this pace the last is in Nov 2028.'],
] as const)('rotation %i of %i at a pace of %j', (next, most, every, text) => {
  expect(sayRotation(next, most, lastRotationAt({ next, most }, at, every))).toBe(text);
});

it('says of a group which rotation is its next, until none is left', () => {
  expect(sayNextRotation(8, 25, null)).toBe('Next is rotation 8 of 25.');
  expect(sayNextRotation(26, 25, null)).toBe(sayRotation(26, 25, null));
});

it('says of a group without a pace which one it is, and of the last that it is the last', () => {
  expect(sayRotation(8, 25, null)).toBe('Rotation 8 of 25.');
  expect(sayRotation(25, 25, at)).toBe('Rotation 25 of 25: the last that AWS grants this KMS key.');
  expect(sayRotation(26, 25, null)).toBe('All 25 rotations that AWS grants a KMS key are used up.');
  expect(lastRotationAt({ next: 26, most: 25 }, at, { amount: 1, unit: 'days' })).toBeNull();
});
