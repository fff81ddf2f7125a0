import { expect, it } from 'vitest';
import { keyed } from './keyed.ts';

it('gives two equal lines two keys, and each line the same one wherever it stands', () => {
  expect(keyed(['a', 'b', 'a'])).toEqual([
    { key: '0 a', thing: 'a' },
    { key: '0 b', thing: 'b' },
    { key: '1 a', thing: 'a' },
  ]);
  expect(keyed(['b', 'a']).map(({ key }) => key)).toEqual(['0 b', '0 a']);
});

it('goes by what a thing says', () => {
  const [one, other] = [{ says: 'x' }, { says: 'x' }];
  expect(keyed([one, other], ({ says }) => says).map(({ key }) => key)).toEqual(['0 x', '1 x']);
});
