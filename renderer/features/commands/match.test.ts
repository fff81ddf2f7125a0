import { describe, expect, it } from 'vitest';
import { fitOf } from './match.ts';

const fits = (text: string, typed: string): boolean => fitOf(text, typed) !== null;
const best = (typed: string, ...texts: string[]): string | undefined =>
  texts
    .flatMap((text) => {
      const fit = fitOf(text, typed);
      return fit === null ? [] : [{ text, score: fit.score }];
    })
    .toSorted((a, b) => a.score - b.score)[0]?.text;

describe('what was typed and what fits', () => {
  it.each([
    ['Lock now', ''],
    ['Lock now', 'lock'],
    ['Lock now', 'NOW'],
    ['Lock now', 'now lock'],
    ['Force Rotate payments-prod…', 'rot pay'],
    ['Security and backup', 'bkp'],
  ])('"%s" fits "%s"', (text, typed) => expect(fits(text, typed)).toBe(true));

  it.each([
    ['Lock now', 'unlock'],
    ['Lock now', 'lock later'],
    ['Show keyboard shortcuts', 'rot'],
    ['Go to Security and backup, in Administration', 'gp'],
  ])('"%s" does not fit "%s"', (text, typed) => expect(fits(text, typed)).toBe(false));

  it('the beginning of a word is better than its middle, and that than letters in order', () => {
    expect(best('key', 'Look for turkey', 'Go to Keys')).toBe('Go to Keys');
    expect(best('ock', 'Open credentials', 'Lock now')).toBe('Lock now');
    expect(best('lo', 'Go to Look', 'Lock now')).toBe('Lock now');
  });

  it('says which letters fit', () => {
    expect(fitOf('Lock now', 'now')?.at).toEqual([5, 6, 7]);
  });
});
