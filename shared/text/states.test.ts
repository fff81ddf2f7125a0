import { expect, it } from 'vitest';
import { jobStates } from '../model/job.ts';
import { contract } from '../contract/index.ts';
import { keyView } from '../contract/key.ts';
import { endings, jobStateTexts, keyStates, lockTexts, shortId } from './states.ts';

it('gives every job state one glyph and a word of its own, and none is called Failed', () => {
  const words = jobStates.map((state) => jobStateTexts[state].word);
  expect(new Set(words).size).toBe(jobStates.length);
  expect(words.join()).not.toMatch(/fail/i);
  for (const state of jobStates) expect(Array.from(jobStateTexts[state].glyph)).toHaveLength(1);
});

it('words exactly the key states of the contract', () => {
  expect(Object.keys(keyStates).sort()).toEqual([...keyView.shape.state.options].sort());
  expect(contract.key.list.effect).toBe('read');
});

it('never shows an ending that is not done as green', () => {
  for (const state of jobStates) {
    if (state !== 'done') expect(jobStateTexts[state].tone).not.toBe('good');
  }
});

it('tells how a rotation ended, with the version, the short id and the alias', () => {
  expect(
    endings.rotated({
      group: 'payments-prod',
      version: 3,
      keyId: '7c1d0000-1111-4222-8333-44445555e20f',
      alias: 'payments-prod',
    }),
  ).toBe('payments-prod rotated. Version 3 (7c1d…e20f) now holds alias/payments-prod.');
});

it('shortens long ids only', () => {
  expect(shortId('c07e91d4')).toBe('c07e91d4');
  expect(shortId('c07e91d400000000000000000091d4')).toBe('c07e…91d4');
});

it('counts jobs and rotations as a person would', () => {
  expect(lockTexts.lockedNow(0)).toBe('Locked.');
  expect(lockTexts.lockedNow(1)).toBe('Locked. 1 job paused; it goes on at the next unlock.');
  expect(lockTexts.lockedNow(2)).toBe('Locked. 2 jobs paused; they go on at the next unlock.');
  expect(lockTexts.cameDue(1, 0)).toContain('1 rotation came due');
  expect(lockTexts.cameDue(2, 0)).toContain('2 rotations came due');
});
