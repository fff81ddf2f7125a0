import { expect, it } from 'vitest';
import { jobStates } from '../model/job.ts';
import { contract } from '../contract/index.ts';
import { keyView } from '../contract/key.ts';
import {
  endings,
  jobStateTexts,
  keyStates,
  lockTexts,
  shortId,
  synchronizeText,
} from './states.ts';

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

it('offers no button when no box is ticked, and one for each of the other seven choices', () => {
  const buttons = new Set<string>();
  for (const bits of [0, 1, 2, 3, 4, 5, 6, 7]) {
    const choice = {
      deleteMaterial: (bits & 4) !== 0,
      updatePolicy: (bits & 2) !== 0,
      importMaterial: (bits & 1) !== 0,
    };
    const text = synchronizeText(choice, 2);
    if (bits === 0) expect(text).toBeNull();
    else buttons.add(text?.button ?? '');
    if (choice.deleteMaterial && !choice.importMaterial) {
      expect(text?.sentence).toContain('stops decrypting');
    }
  }
  expect(buttons.size).toBe(7);
});

it('counts jobs and rotations as a person would', () => {
  expect(lockTexts.lockedNow(0)).toBe('Locked.');
  expect(lockTexts.lockedNow(1)).toBe('Locked. 1 job paused; it goes on at the next unlock.');
  expect(lockTexts.lockedNow(2)).toBe('Locked. 2 jobs paused; they go on at the next unlock.');
  expect(lockTexts.cameDue(1)).toContain('1 rotation came due');
  expect(lockTexts.cameDue(2)).toContain('2 rotations came due');
});
