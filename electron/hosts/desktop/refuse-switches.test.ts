import { expect, it } from 'vitest';
import { refusedSwitches } from './refuse-switches.ts';

it.each([
  '--no-sandbox',
  '--remote-debugging-port=9222',
  '--remote-debugging-pipe',
  '--inspect=0',
  '--js-flags=--expose-gc',
  '--proxy-server=evil:80',
  '--ignore-certificate-errors',
  '--user-data-dir=/tmp/x',
  '--self-test=1',
  '--SELF-TEST',
  '/NoSandbox',
  'keyreeve://open',
  '/home/somebody/some.keystore',
  '',
])('is not taken: %s', (word) => {
  expect(refusedSwitches([word])).toEqual([word]);
});

it('takes nothing, the self-test, and what macOS adds', () => {
  expect(refusedSwitches([])).toEqual([]);
  expect(refusedSwitches(['--self-test'])).toEqual([]);
  expect(refusedSwitches(['-psn_0_12345'])).toEqual([]);
});
