import { expect, it } from 'vitest';
import { addSpan, saySpan } from './span.ts';

const utc = (text: string) => Date.parse(`${text}T10:20:30.400Z`);

it.each([
  ['2026-11-21', 12, 'months', '2027-11-21'],
  ['2027-01-31', 1, 'months', '2027-02-28'],
  ['2028-01-31', 1, 'months', '2028-02-29'],
  ['2028-02-29', 1, 'years', '2029-02-28'],
  ['2026-12-30', 3, 'days', '2027-01-02'],
  ['2026-12-30', 2, 'weeks', '2027-01-13'],
  ['2026-08-31', 6, 'months', '2027-02-28'],
] as const)('%s plus %d %s is %s', (from, amount, unit, to) => {
  expect(addSpan(utc(from), { amount, unit })).toBe(utc(to));
});

it('says one month and two months', () => {
  expect(saySpan({ amount: 1, unit: 'months' })).toBe('1 month');
  expect(saySpan({ amount: 24, unit: 'months' })).toBe('24 months');
});
