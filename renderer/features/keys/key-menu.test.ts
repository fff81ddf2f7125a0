import { describe, expect, it } from 'vitest';
import { someKey } from '../key-groups/things.fixture.ts';
import {
  checkBlocked,
  copyToBlocked,
  keyMenu,
  makeActiveBlocked,
  shellWord,
  synchronizeBlocked,
  turnBlocked,
} from './key-menu.ts';

describe('what a key can do', () => {
  it.each([
    ['one that is not in AWS', someKey({ state: 'Not in AWS' }, null), 'not in AWS'],
    ['the active one', someKey({ state: 'Active, alias' }, { alias: 'alias/x' }), 'already'],
    [
      'one whose material went',
      someKey({ state: 'Material gone' }, { state: 'PendingImport' }),
      'Synchronize first',
    ],
    ['one that is off', someKey({ state: 'Off' }, { state: 'Disabled' }), 'Enable in AWS first'],
    ['one to be deleted', someKey({ state: 'Differs' }, { state: 'PendingDeletion' }), 'Pending'],
  ])('Make Active: not %s', (_what, key, why) =>
    expect(makeActiveBlocked(key, null)).toContain(why),
  );

  it('Make Active: an earlier one that is enabled', () =>
    expect(makeActiveBlocked(someKey(), null)).toBeNull());

  it.each([
    ['Enabled', null, 'said Enabled'],
    ['Disabled', 'said Disabled', null],
    ['PendingImport', 'Synchronize first', 'Synchronize first'],
    ['PendingDeletion', 'says PendingDeletion', 'says PendingDeletion'],
    ['Gone', 'says Gone', 'says Gone'],
  ])('Disable and Enable in AWS: a key that reads %s', (state, noDisable, noEnable) => {
    const key = someKey({}, { state });
    for (const [turn, why] of [
      ['disable', noDisable],
      ['enable', noEnable],
    ] as const) {
      const blocked = turnBlocked(turn, key, null);
      if (why === null) expect(blocked).toBeNull();
      else expect(blocked).toContain(why);
      expect(turnBlocked(turn, key, 'Read-only.')).toBe('Read-only.');
      expect(turnBlocked(turn, someKey({}, null), null)).toContain('not in AWS');
    }
  });

  it.each([
    ['pre-activation', 'never was in use'],
    ['active', null],
    ['suspended', 'Enable in AWS first'],
    ['deactivated', null],
    ['compromised', 'compromised'],
    ['destroyed', 'destroyed'],
  ] as const)('Copy to Another Group: a key that is %s', (lifecycle, why) => {
    const blocked = copyToBlocked(someKey({ lifecycle }), null);
    if (why === null) expect(blocked).toBeNull();
    else expect(blocked).toContain(why);
    expect(copyToBlocked(someKey({ lifecycle }), 'Read-only.')).toBe('Read-only.');
  });

  it('Synchronize and check: whatever is in AWS', () => {
    for (const asked of [synchronizeBlocked, checkBlocked]) {
      expect(
        asked(someKey({ state: 'Material gone' }, { state: 'PendingImport' }), null),
      ).toBeNull();
      expect(asked(someKey({}, null), null)).toContain('not in AWS');
      expect(asked(someKey(), 'Read-only.')).toBe('Read-only.');
    }
  });

  it('stays whole, with reasons, where it is not in AWS', () => {
    const never = () => undefined;
    const menu = keyMenu(someKey({}, null), null, {
      synchronize: never,
      makeActive: never,
      turn: never,
      copyTo: never,
      check: never,
      prove: never,
      history: never,
      properties: never,
      copy: never,
    });
    const lines = menu.flatMap(({ heading, entries }) =>
      entries.map(({ label, blocked }) => [heading, label, blocked == null] as const),
    );
    expect(lines.filter(([, , usable]) => usable).map(([, label]) => label)).toEqual([
      'Copy to Another Group…',
      'Prove keystore copy',
      'History',
      'KCV',
      'As command',
      'Properties',
    ]);
    expect(lines).toHaveLength(13);
  });
});

it('makes one word of a name for a shell', () => {
  expect(shellWord('Payments/payments-prod/3')).toBe('Payments/payments-prod/3');
  expect(shellWord('two words')).toBe("'two words'");
  expect(shellWord("it's; rm $HOME")).toBe("'it'\\''s; rm $HOME'");
});
