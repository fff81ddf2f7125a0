import { expect, it } from 'vitest';
import { daysLater } from './counted.ts';
import { sayLead } from './renewal.ts';

it('says in days and hours how long before its end material is imported again', () => {
  expect([365, 60, 33, 30, 2, 1].map(sayLead)).toEqual([
    '30 days',
    '30 days',
    '16 days 12 hours',
    '15 days',
    '1 day',
    '12 hours',
  ]);
});

it('counts the days after which something follows', () => {
  expect([0, 1, 7].map(daysLater)).toEqual(['at once', '1 day later', '7 days later']);
});
