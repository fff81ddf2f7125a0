import { expect, it } from 'vitest';
import { lockCauses } from '../contract/session.ts';
import { lockCauseText, lockingText } from './locks.ts';

it('names the jobs that a lock waits for, and counts where only that is known', () => {
  expect(lockingText(1)).toMatch(/^1 job stops at its next/);
  expect(lockingText(2)).toMatch(/^2 jobs stop at their next/);
  expect(lockingText([1004])).toMatch(/^Job 1004 stops at its next/);
  expect(lockingText([1004, 1007])).toMatch(/^Jobs 1004 and 1007 stop at their next/);
  expect(lockingText([1, 2, 3, 4, 5, 6, 7])).toMatch(/^Jobs 1, 2, 3, 4, 5 and 2 others stop/);
  expect(lockingText([])).toContain('then the keystore closes');
});

it('has a sentence for every cause', () => {
  for (const cause of lockCauses) {
    for (const here of [true, false]) {
      expect(lockCauseText({ cause, at: 0, minutes: null }, here)).toMatch(/^[A-Z].*\.$/);
    }
  }
});
