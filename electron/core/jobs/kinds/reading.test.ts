import { expect, it } from 'vitest';
import { sayClock } from './reading.ts';

it('makes no seconds of what the whole seconds of AWS cannot tell', () => {
  expect(sayClock(0)).toBe('the clocks agree');
  expect(sayClock(-1000)).toBe('the clocks agree');
  expect(sayClock(2000)).toBe('the clocks agree');
  expect(sayClock(-42_400)).toBe('clock off by 42 s');
});
