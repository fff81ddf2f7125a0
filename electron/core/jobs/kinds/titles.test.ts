import { expect, it } from 'vitest';
import type { Group, Key } from '../../keystore/rows.ts';
import {
  disableTitle,
  makeActiveTitle,
  rotationTitle,
  synchronizeTitle,
  titleNow,
} from './titles.ts';

it('names jobs in the words of the trade', () => {
  const group = { name: 'payments-prod', storage: 'hsm' } as Group;
  const key = { version: 3, storage: 'hsm' } as Key;
  expect(rotationTitle(group)).toBe('Rotate HSM protected keys: payments-prod');
  expect(synchronizeTitle(group, key)).toBe('Synchronize HSM protected key: payments-prod/3');
  expect(makeActiveTitle(group, key)).toBe('Make active: payments-prod/3');
  expect(disableTitle(group, key)).toBe('Disable former key: payments-prod/3');
});

it('never calls a software protected key HSM protected', () => {
  const group = { name: 'test', storage: 'software' } as Group;
  expect(rotationTitle(group)).toBe('Rotate software protected keys: test');
});

it('keeps the name a group had, and says the one it has now where that is another', () => {
  const named = (name: string) => ({ name, storage: 'hsm' }) as Group;
  const key = { version: 3, storage: 'hsm' } as Key;
  for (const name of ['pay', 'a: b', '\u05d0']) {
    for (const title of [rotationTitle(named(name)), makeActiveTitle(named(name), key)]) {
      expect(titleNow(title, named(name))).toBe(title);
      expect(titleNow(title, named('other'))).toBe(`${title} (now other)`);
      expect(titleNow(title, null)).toBe(title);
    }
  }
});
