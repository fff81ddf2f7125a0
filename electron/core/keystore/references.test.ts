import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperationError } from '../../../shared/errors/operation-error.ts';
import { codeOf, type TestKeystore, testKeystore } from './keystore.fixture.ts';

let keystore: TestKeystore;
beforeEach(() => {
  keystore = testKeystore();
});
afterEach(() => keystore[Symbol.dispose]());

const candidatesOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return (error as OperationError).details['candidates'];
  }
  return null;
};

describe('a group', () => {
  it('is found by id, path and name; the path goes before the name', () => {
    const { references, folders } = keystore;
    const bank = folders.add('Bank', null);
    const cards = folders.add('Cards', bank.id);
    const root = keystore.addGroup({ name: 'pay', alias: 'a' });
    const deep = keystore.addGroup({ name: 'pay', alias: 'b', folderId: cards.id });
    const alone = keystore.addGroup({ name: 'alone', folderId: bank.id });
    expect(references.groupPath(deep)).toBe('Bank/Cards/pay');
    for (const reference of [deep.id, 'Bank/Cards/pay']) {
      expect(references.group(reference)).toEqual(deep);
    }
    expect(references.group('pay')).toEqual(root);
    expect(references.group('alone')).toEqual(alone);
    for (const reference of ['Cards/pay', 'Bank/pay', 'Pay', '', '/', 'pay/', bank.id])
      expect(
        codeOf(() => references.group(reference)),
        reference,
      ).toBe('NOT_FOUND');
  });

  it('is ambiguous by a name that two folders have, and says the candidates', () => {
    const { references, folders } = keystore;
    for (const place of ['A', 'B']) {
      keystore.addGroup({ name: 'pay', alias: place, folderId: folders.add(place, null).id });
    }
    expect(codeOf(() => references.group('pay'))).toBe('AMBIGUOUS_NAME');
    expect(candidatesOf(() => references.group('pay'))).toEqual(['A/pay', 'B/pay']);
  });

  it('with slashes in its name is found by name, by path, and by id where paths are equal', () => {
    const { references, folders } = keystore;
    const place = folders.add('A', null);
    const named = keystore.addGroup({ name: 'B/c', alias: 'x', folderId: place.id });
    expect(references.group('B/c')).toEqual(named);
    expect(references.group('A/B/c')).toEqual(named);
    const inner = folders.add('B', place.id);
    const nested = keystore.addGroup({ name: 'c', alias: 'y', folderId: inner.id });
    expect(codeOf(() => references.group('A/B/c'))).toBe('AMBIGUOUS_NAME');
    expect(candidatesOf(() => references.group('A/B/c'))).toEqual(
      expect.arrayContaining([`A/B/c (${named.id})`, `A/B/c (${nested.id})`]),
    );
    expect(references.group(nested.id)).toEqual(nested);
    expect(references.group('c')).toEqual(nested);
  });
});

it('finds folders by id, path and name', () => {
  const { references, folders } = keystore;
  const bank = folders.add('Bank', null);
  const inner = folders.add('Bank', bank.id);
  const eu = folders.add('EU', inner.id);
  expect(references.folder('Bank')).toEqual(bank);
  expect(references.folder('Bank/Bank')).toEqual(inner);
  expect(references.folder('EU')).toEqual(eu);
  expect(references.folder(eu.id)).toEqual(eu);
  expect(codeOf(() => references.folder('Bank/EU'))).toBe('NOT_FOUND');
  folders.add('EU', bank.id);
  expect(references.folder('Bank/EU').parentId).toBe(bank.id);
  expect(codeOf(() => references.folder('EU'))).toBe('AMBIGUOUS_NAME');
});

describe('a key', () => {
  it('is found by id, KMS key id, ARN, alias and GROUP/VERSION', () => {
    const { references, keys, folders } = keystore;
    const bank = folders.add('Bank', null);
    const group = keystore.addGroup({ name: 'pay', folderId: bank.id });
    keystore.addKey(group.id);
    const key = keystore.addKey(group.id);
    const remote = keystore.addRemote(key.id, { alias: 'alias/pay' });
    const direct = [key.id, remote.kmsKeyId, remote.arn, 'alias/pay'];
    const versions = ['pay/2', 'pay/v2', 'pay/02', 'Bank/pay/2', `${group.id}/2`];
    for (const reference of [...direct, ...versions])
      expect(references.key(reference), reference).toEqual(keys.get(key.id));
    for (const reference of ['pay', 'pay/3', 'pay/0', 'pay/x', '/2', 'alias/none', group.id])
      expect(
        codeOf(() => references.key(reference)),
        reference,
      ).toBe('NOT_FOUND');
  });

  it('follows the path of its group before the name', () => {
    const { references, folders } = keystore;
    const bank = folders.add('Bank', null);
    const root = keystore.addGroup({ name: 'pay', alias: 'a' });
    const deep = keystore.addGroup({ name: 'pay', alias: 'b', folderId: bank.id });
    for (const { id } of [root, deep]) keystore.addKey(id);
    expect(references.key('pay/1').key.groupId).toBe(root.id);
    expect(references.key('Bank/pay/1').key.groupId).toBe(deep.id);
  });

  it('is ambiguous by an alias held in two Regions', () => {
    const { references } = keystore;
    const { id } = keystore.addGroup({ name: 'pay' });
    for (const region of ['eu-west-1', 'us-east-1']) {
      keystore.addRemote(keystore.addKey(id).id, { alias: 'alias/pay', region });
    }
    expect(candidatesOf(() => references.key('alias/pay'))).toEqual(['pay/1', 'pay/2']);
    const arn = 'arn:aws:kms:us-east-1:123456789012:alias/pay';
    expect(references.key(arn).key.version).toBe(2);
  });
});

it('finds credentials by id and name', () => {
  const { references, credentials, credentialId } = keystore;
  expect(references.credential('aws')).toEqual(credentials.get(credentialId));
  expect(references.credential(credentialId)).toEqual(credentials.get(credentialId));
  expect(codeOf(() => references.credential('AWS'))).toBe('NOT_FOUND');
});

it('finds everything by its path, whatever characters its names hold', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '/',
      '//',
      "'",
      '"',
      '\\',
      '%',
      '_',
      '@',
      ';--',
      ' ',
      'é',
      'e\u0301',
      '1',
      'v2',
    ),
    fc.constantFrom('日本', '👩‍👧', 'ﬁ', 'İ', '\u{1F511}', '\ud800', 'a', 'B', 'null', '?'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
  );
  const name = fc
    .array(part, { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join(''))
    .filter((text) => text.trim() !== '' && !/\p{Cc}/u.test(text));
  const { references, folders, groups, temporary } = keystore;
  let n = 0;
  fc.assert(
    fc.property(fc.array(name, { maxLength: 3 }), name, (path, own) => {
      temporary.store.change(() => {
        let folderId = folders.add(`root ${n++}`, null).id;
        for (const each of path) folderId = folders.add(each, folderId).id;
        const group = keystore.addGroup({ name: own, alias: `a${n}`, folderId });
        const key = keystore.addKey(group.id);
        expect(groups.get(group.id)).toEqual(group);
        expect(folders.byId(folderId)?.name).toBe(
          (path.at(-1) ?? `root ${n - 1}`).normalize('NFC').toWellFormed(),
        );
        const whole = [`root ${n - 1}`, ...path, own].join('/');
        expect(references.folder(folders.path(folderId)).id).toBe(folderId);
        expect(references.group(whole)).toEqual(group);
        expect(references.group(references.groupPath(group))).toEqual(group);
        expect(references.key(`${whole}/1`).key).toEqual(key);
        const found = groups.list({ find: own, limit: 10_000, after: null }).groups;
        expect(found.map(({ id }) => id)).toContain(group.id);
      });
    }),
    { numRuns: 150 },
  );
});
