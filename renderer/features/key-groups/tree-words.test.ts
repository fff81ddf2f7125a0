import { describe, expect, it } from 'vitest';
import { sayDay } from '../../ui/moments.ts';
import { someFolder, someGroup, someKey } from './things.fixture.ts';
import {
  folderLabel,
  folderStateText,
  groupLabel,
  groupStateMeaning,
  groupStateText,
  keyLabel,
  sayNews,
  spellRegion,
  whenGroup,
} from './tree-words.ts';

const now = Date.UTC(2026, 10, 22);

describe('what is read out for a row', () => {
  it('tells a group from its name to its next rotation', () =>
    expect(groupLabel(someGroup(), now)).toBe(
      `payments-prod, key group, A W S e u west 1, 3 keys, in step, next rotation ${sayDay(Date.UTC(2027, 0, 12, 12))}`,
    ));

  it('puts the state first where somebody is needed', () => {
    const group = someGroup({ state: 'Job needs you', needsYou: true });
    expect(groupLabel(group, now)).toMatch(/^Job needs you: payments-prod, key group/);
    expect(keyLabel(someKey({ state: 'Material gone' }), now)).toMatch(/^Material gone: /);
    expect(folderLabel(someFolder({ needsYou: 1 }))).toMatch(/^1 needs you: Payments, folder/);
  });

  it('tells a key by group, version and what AWS says', () =>
    expect(keyLabel(someKey(), now)).toBe(
      'payments-prod version 2, key, Decrypts only, A W S says Enabled, KMS key 7c1d to e20f',
    ));

  it('spells a Region', () => {
    expect(spellRegion('eu-west-1')).toBe('e u west 1');
    expect(spellRegion('us-gov-east-1')).toBe('u s gov east 1');
  });
});

describe('states', () => {
  it('rise to closed folders in words', () => {
    expect(folderStateText(someFolder({ needsYou: 2 })).word).toBe('2 need you');
    expect(folderStateText(someFolder()).word).toBe('2 groups');
    expect(folderStateText(someFolder({ groups: 0 })).word).toBe('empty');
  });

  it('have a glyph and a word for every state of a group', () => {
    for (const state of ['In step', 'Not in AWS', 'Not checked']) {
      expect(groupStateText({ state, needsYou: false }).glyph).not.toBe('!');
    }
    for (const state of [
      'Job needs you',
      'Alias elsewhere',
      'Alias missing',
      'Material gone',
      'Differs',
      'Active key off',
    ]) {
      expect(groupStateMeaning(someGroup({ state }))).toMatch(/\.$/);
      expect(groupStateText({ state, needsYou: true })).toEqual({
        glyph: '!',
        word: state,
        tone: 'attention',
      });
    }
  });

  it('say when a group rotates next, and that it is due', () => {
    expect(whenGroup({ rotate: false, nextRotationAt: null }, now)).toBe('');
    expect(whenGroup({ rotate: true, nextRotationAt: now - 1 }, now)).toBe('now');
  });
});

it('says what waits to be shown', () => {
  expect(sayNews({ came: 0, went: 0 })).toBe('');
  expect(sayNews({ came: 3, went: 1 })).toBe('3 new, 1 moved or gone');
});
