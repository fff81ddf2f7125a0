import { expect, it } from 'vitest';
import { originText } from './origin.ts';

const from = (reference: string | null, broughtIn = false) =>
  originText({ broughtIn, copiedFrom: { group: 'pay', version: 2, reference } }, 'Monday');

it('says where a key came from, as it was called then and as it is called now', () => {
  expect(originText({ broughtIn: false, copiedFrom: null }, 'Monday')).toBeNull();
  expect(originText({ broughtIn: true, copiedFrom: null }, 'Monday')).toBe(
    'Brought in on Monday, not made here',
  );
  expect(from('pay/2')).toBe('Copied from pay/2 on Monday');
  expect(from('eu/pay/2')).toBe('Copied from pay/2 on Monday');
  expect(from('repay/2')).toBe('Copied from pay/2 on Monday, now repay/2');
  expect(from(null)).toBe('Copied from pay/2 on Monday');
  expect(from('pay/2', true)).toBe('Copied from pay/2 on Monday; not made here');
});
