import { afterEach, beforeEach, expect, it } from 'vitest';
import { codeOf, type TestKeystore, testKeystore } from './keystore.fixture.ts';

let keystore: TestKeystore;
beforeEach(() => {
  keystore = testKeystore();
});
afterEach(() => keystore[Symbol.dispose]());

it('keeps a tree and says the path from the root', () => {
  const { folders } = keystore;
  const bank = folders.add('Bank', null);
  const cards = folders.add('Cards', bank.id);
  const eu = folders.add('EU', cards.id);
  expect(folders.path(eu.id)).toBe('Bank/Cards/EU');
  expect(folders.path(null)).toBe('');
  expect(folders.list().map((folder) => folder.name)).toEqual(['Bank', 'Cards', 'EU']);
  expect(folders.byId(cards.id)).toEqual({ id: cards.id, parentId: bank.id, name: 'Cards' });
  expect(folders.byId(keystore.credentialId)).toBeNull();
});

it('renames and moves a folder with everything in it', () => {
  const { folders } = keystore;
  const bank = folders.add('Bank', null);
  const cards = folders.add('Cards', bank.id);
  const eu = folders.add('EU', cards.id);
  folders.edit(cards.id, { parentId: null });
  expect(folders.path(eu.id)).toBe('Cards/EU');
  expect(folders.edit(cards.id, { name: 'Debit' })).toMatchObject({
    name: 'Debit',
    parentId: null,
  });
  expect(folders.path(eu.id)).toBe('Debit/EU');
});

it('refuses to move a folder into itself or below itself, and changes nothing', () => {
  const { folders } = keystore;
  const bank = folders.add('Bank', null);
  const cards = folders.add('Cards', bank.id);
  const eu = folders.add('EU', cards.id);
  for (const parentId of [bank.id, cards.id, eu.id]) {
    expect(codeOf(() => folders.edit(bank.id, { parentId }))).toBe('BAD_INPUT');
  }
  expect(folders.path(eu.id)).toBe('Bank/Cards/EU');
});

it('refuses a name that is taken in the same place, and only there', () => {
  const { folders } = keystore;
  const bank = folders.add('Bank', null);
  const cards = folders.add('Cards', bank.id);
  expect(codeOf(() => folders.add('Bank', null))).toBe('NAME_TAKEN');
  expect(codeOf(() => folders.add('Cards', bank.id))).toBe('NAME_TAKEN');
  const other = folders.add('Cards', null);
  expect(codeOf(() => folders.edit(cards.id, { parentId: null }))).toBe('NAME_TAKEN');
  expect(codeOf(() => folders.edit(other.id, { name: 'Bank' }))).toBe('NAME_TAKEN');
  expect(folders.edit(other.id, { name: 'Cards' }).name).toBe('Cards');
});

it('takes two ways to write one accent as one name', () => {
  const { folders } = keystore;
  folders.add('Caf\u00e9', null);
  expect(codeOf(() => folders.add('Cafe\u0301', null))).toBe('NAME_TAKEN');
});

it('removes only an empty folder', () => {
  const { folders, groups } = keystore;
  const bank = folders.add('Bank', null);
  const cards = folders.add('Cards', bank.id);
  const group = keystore.addGroup({ folderId: cards.id });
  expect(codeOf(() => folders.remove(bank.id))).toBe('GROUP_NOT_EMPTY');
  expect(codeOf(() => folders.remove(cards.id))).toBe('GROUP_NOT_EMPTY');
  groups.remove(group.id);
  folders.remove(cards.id);
  folders.remove(bank.id);
  expect(folders.list()).toEqual([]);
});

it('names what is not there', () => {
  const { folders } = keystore;
  const gone = keystore.credentialId;
  expect(codeOf(() => folders.remove(gone))).toBe('NOT_FOUND');
  expect(codeOf(() => folders.edit(gone, { name: 'x' }))).toBe('NOT_FOUND');
  expect(codeOf(() => folders.add('x', gone))).toBe('NOT_FOUND');
  const bank = folders.add('Bank', null);
  expect(codeOf(() => folders.edit(bank.id, { parentId: gone }))).toBe('NOT_FOUND');
});
