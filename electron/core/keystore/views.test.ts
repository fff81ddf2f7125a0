import { describe, expect, it } from 'vitest';
import { groupFields, remoteFields } from './keystore.fixture.ts';
import type { KeyWithRemote } from './keys.ts';
import type { AliasElsewhere, RemoteKey } from './rows.ts';
import {
  type AliasStanding,
  aliasStanding,
  groupSentence,
  groupState,
  type KeyState,
  keyState,
  stale,
} from './views.ts';

const now = 1_767_603_600_000;
const remote = (fields: Partial<RemoteKey> = {}): RemoteKey =>
  remoteFields('key', { readAt: now, ...fields });

describe('the state word of a key', () => {
  const holder = { alias: 'alias/pay' };
  const table: [KeyState, string, RemoteKey | null][] = [
    ['Not in AWS', 'no KMS key', null],
    [
      'Not in AWS',
      'a KMS key that never had material',
      remote({ state: 'PendingImport', materialId: null }),
    ],
    ['Material gone', 'material deleted or expired', remote({ state: 'PendingImport' })],
    [
      'Material gone',
      'a KMS key that never had material, and has the alias',
      remote({ ...holder, state: 'PendingImport', materialId: null }),
    ],
    [
      'Material gone',
      'material gone of which AWS gave no name when it was sent',
      remote({ state: 'PendingImport', materialId: null, currentMaterial: 'b' }),
    ],
    [
      'Differs',
      'enabled, and AWS encrypts under material of somebody else',
      remote({ ...holder, materialId: 'a', currentMaterial: 'b' }),
    ],
    [
      'Active, alias',
      'enabled, and AWS encrypts under our material',
      remote({ ...holder, materialId: 'a', currentMaterial: 'a' }),
    ],
    ['Active, alias', 'enabled and holding the alias', remote(holder)],
    ['Decrypts only', 'enabled without alias', remote()],
    ['Off', 'disabled', remote({ state: 'Disabled' })],
    ['Off, alias', 'disabled, though it holds the alias', remote({ ...holder, state: 'Disabled' })],
    ['Differs', 'waiting for its deletion', remote({ ...holder, state: 'PendingDeletion' })],
    ['Differs', 'gone', remote({ state: 'Gone' })],
    ['Differs', 'a state we do not know', remote({ state: 'Hibernating' })],
    ['Active, alias', 'read a day ago', remote({ ...holder, readAt: now - stale })],
    ['Not checked', 'read longer ago', remote({ ...holder, readAt: now - stale - 1 })],
    ['Not checked', 'disabled, read longer ago', remote({ state: 'Disabled', readAt: 0 })],
    ['Not checked', 'read in the future', remote({ readAt: now + stale + 1 })],
    ['Active, alias', 'read a moment in the future', remote({ ...holder, readAt: now + 1000 })],
    ['Not in AWS', 'not sent to the KMS key it shares', remote({ materialState: 'NOT_IMPORTED' })],
    [
      'Pending rotation',
      'waiting in the KMS key it shares',
      remote({ materialState: 'PENDING_ROTATION' }),
    ],
    ['Decrypts only', 'used before', remote({ materialState: 'NON_CURRENT' })],
    [
      'Material gone',
      'its own material missing',
      remote({
        materialState: 'NON_CURRENT',
        importState: 'PENDING_IMPORT',
        state: 'PendingImport',
      }),
    ],
    [
      'Stopped',
      'material of another version missing',
      remote({ ...holder, materialState: 'CURRENT', state: 'PendingImport' }),
    ],
    // What needs a person is said however old the reading is.
    [
      'Material gone',
      'material gone, read long ago',
      remote({ state: 'PendingImport', readAt: 0 }),
    ],
    ['Differs', 'gone, read long ago', remote({ state: 'Gone', readAt: 0 })],
    [
      'Off, alias',
      'disabled with the alias, read long ago',
      remote({ ...holder, state: 'Disabled', readAt: 0 }),
    ],
  ];
  it.each(table)('is "%s": %s', (word, _why, read) => {
    expect(keyState(read, 'ENCRYPT_DECRYPT', now)).toBe(word);
  });

  it.each(['SIGN_VERIFY', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT'] as const)(
    'speaks of no decrypting where the usage is %s',
    (usage) => {
      expect(keyState(remote(), usage, now)).toBe('No alias');
      expect(keyState(remote(holder), usage, now)).toBe('Active, alias');
    },
  );
});

describe('the state word of a group', () => {
  const key = (read: RemoteKey | null, lifecycle = 'active') =>
    ({ key: { usage: 'ENCRYPT_DECRYPT', lifecycle }, remote: read }) as KeyWithRemote;
  const old = key(remote({ readAt: 0 }));
  const gone = key(remote({ state: 'PendingImport' }));
  const differs = key(remote({ state: 'PendingDeletion' }));
  const good = key(remote({ alias: 'alias/pay' }));
  const off = key(remote({ state: 'Disabled' }));
  const holderOff = key(remote({ alias: 'alias/pay', state: 'Disabled' }));
  const waiting = key(null);
  const table: [string, boolean, readonly KeyWithRemote[], boolean][] = [
    ['Not in AWS', false, [], false],
    ['Not in AWS', false, [waiting], false],
    ['In step', false, [good, off, waiting], false],
    ['Not checked', false, [good, old], false],
    ['Active key off', true, [old, off, holderOff], false],
    ['Differs', true, [good, old, differs, holderOff], false],
    ['Material gone', true, [good, old, differs, gone], false],
    ['Job needs you', true, [good, gone], true],
  ];
  it.each(table)('is "%s", needs you: %s', (state, needsYou, keys, job) => {
    expect(groupState(keys, 'fine', job, now)).toEqual({ state, needsYou });
  });

  const ofAlias: [string, boolean, AliasStanding, readonly KeyWithRemote[], boolean][] = [
    ['Alias elsewhere', true, 'elsewhere', [good, old, differs, gone, holderOff], false],
    ['Alias missing', true, 'missing', [good, old, gone], false],
    ['Job needs you', true, 'elsewhere', [good], true],
    ['Not checked', false, 'unknown', [good, off], false],
    ['Differs', true, 'unknown', [good, differs], false],
  ];
  it.each(ofAlias)('is "%s", needs you: %s, by its alias', (state, needsYou, alias, keys, job) => {
    expect(groupState(keys, alias, job, now)).toEqual({ state, needsYou });
  });

  describe('and how its alias stands', () => {
    const group = { alias: 'pay', region: 'eu-west-1' };
    const taken = { kmsKeyId: 'theirs', arn: null, readAt: now };
    const none = { ...taken, kmsKeyId: null };
    const bare = remote();
    const elsewhere = remote({ alias: 'alias/pay', region: 'us-east-1' });
    const former = remote({ alias: 'alias/before' });
    const held = remote({ alias: 'alias/pay' });
    const standings: [AliasStanding, string, readonly KeyWithRemote[], AliasElsewhere | null][] = [
      ['fine', 'no keys', [], taken],
      ['fine', 'a key that never was sent', [key(null, 'pre-activation')], taken],
      ['fine', 'a first rotation on its way', [key(bare, 'pre-activation')], taken],
      ['fine', 'given up before it was in use', [key(bare, 'destroyed')], none],
      ['fine', 'on the newest', [key(bare, 'deactivated'), key(held)], null],
      ['fine', 'on an earlier one', [key(held, 'deactivated'), key(bare)], null],
      ['fine', 'on the one that is off', [key(held, 'suspended')], null],
      ['elsewhere', 'on a KMS key of somebody else', [key(bare)], taken],
      ['elsewhere', 'the same, and all are off', [key(bare, 'suspended')], taken],
      ['elsewhere', 'the new name after an edit is taken', [key(former)], taken],
      ['missing', 'deleted', [key(bare)], none],
      ['missing', 'deleted, and one has the alias of before', [key(former), key(bare)], none],
      ['fine', 'another name, which the next rotation makes', [key(former)], none],
      ['fine', 'another name that nobody has read', [key(former), key(bare, 'deactivated')], null],
      ['fine', 'another Region', [key(elsewhere)], null],
      ['unknown', 'lost before it was kept where it is', [key(bare)], null],
    ];
    it.each(standings)('is %s: %s', (standing, _why, keys, read) => {
      expect(aliasStanding(group, keys, read)).toBe(standing);
    });
  });
});

describe('the sentence of a group', () => {
  const group = groupFields('credential');

  it('says where keys are made, how often they rotate and how long they are meant to live', () => {
    expect(groupSentence(group, 'HSM "BYOK-A"')).toBe(
      'New AES-256 keys are made in HSM "BYOK-A" and rotated every 12 months. Their planned life is 24 months. Nothing is sent to AWS until the first Force Rotate.',
    );
    expect(groupSentence(group, null)).toContain('made in the HSM and');
    const byHand = groupFields('credential', { rotate: false, storage: 'software' });
    expect(groupSentence(byHand, 'HSM "BYOK-A"')).toContain(
      'made by the built-in software driver; they are rotated by hand only.',
    );
  });

  it('warns of what will stop decrypting', () => {
    const harsh = groupFields('credential', {
      materialDays: 400,
      disableAfter: true,
      disableWaitDays: 7,
    });
    const sentence = groupSentence(harsh, null);
    expect(sentence).toContain('AWS deletes the material of each 400 days after an import');
    expect(sentence).toContain('disabled 7 days later');
    expect(groupSentence(group, null)).not.toMatch(/deletes|disabled/);
    expect(sentence).toContain('until the planned life of a key without alias is over');
  });

  it('says of materials that share a KMS key that all of them are kept, and what one of them stops', () => {
    const shared = groupFields('credential', { materialDays: 60, mapping: 'material' });
    expect(groupSentence(shared, null)).toContain(
      'Keyreeve imports it again 30 days before, that of earlier versions too, for as long as the KMS key has the alias. Where it cannot, the whole KMS key stops, new encryption included, until you Synchronize.',
    );
  });
});
