import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, testKeystore, type TestKeystore } from '../keystore/keystore.fixture.ts';
import { findThings } from './find.ts';

let keystore: TestKeystore;
const materialId = 'c07e'.padEnd(64, '9');
const kmsKeyId = '91ab0c44-12ab-34cd-56ef-1234567890ab';
const arn = `arn:aws:kms:eu-west-1:${account}:key/${kmsKeyId}`;
const ids: Record<'cards' | 'deep' | 'group' | 'first' | 'second' | 'other', string> = {
  cards: '',
  deep: '',
  group: '',
  first: '',
  second: '',
  other: '',
};

beforeAll(() => {
  keystore = testKeystore();
  ids.cards = keystore.folders.add('Cards', null).id;
  ids.deep = keystore.folders.add('Production', ids.cards).id;
  ids.group = keystore.addGroup({ name: 'cards-prod', folderId: ids.deep, alias: 'cards/now' }).id;
  ids.other = keystore.addGroup({ name: 'Discards-PROD', alias: 'discards' }).id;
  const kcv = (value: string) => ({ kcv: { method: 'CMAC' as const, value } });
  ids.first = keystore.addKey(ids.group, {}, kcv('82B7A1C04E')).id;
  ids.second = keystore.addKey(ids.group, {}, kcv('82B7FF0011')).id;
  keystore.addRemote(ids.first, { kmsKeyId, arn, materialId, alias: 'alias/cards/now' });
  keystore.addRemote(ids.second);
});
afterAll(() => keystore[Symbol.dispose]());

const jobs = [
  {
    id: '0b7a1c2d-1111-4222-8333-444455556691',
    number: 1043,
    title: 'Rotate HSM protected keys: cards-prod',
  },
];
const calls = [
  {
    jobId: jobs[0]?.id ?? '',
    call: 'CreateKey',
    requestId: '0c7e4a10-0000-4000-8000-000000000001',
  },
];

function find(text: string, limit = 20) {
  const searched = {
    open: { ...keystore, jobs: {} },
    jobs: {
      find: (reference: string) => {
        const job = jobs.find(({ id, number }) => id === reference || String(number) === reference);
        return job ? { ...job, subjects: { group: ids.group } } : null;
      },
    },
    calls: (begins: string) => calls.filter(({ requestId }) => requestId.startsWith(begins)),
  };
  return findThings(searched as never, { text, limit });
}
const first = (text: string) => {
  const [hit] = find(text);
  return hit ? `${hit.kind} ${hit.title} (${hit.detail})` : 'nothing';
};

describe('what fits wholly comes first', () => {
  it.each([
    ['a key id', () => kmsKeyId, 'key cards-prod, version 1 (KMS key 91ab…90ab)'],
    [
      'a key id in capitals',
      () => kmsKeyId.toUpperCase(),
      'key cards-prod, version 1 (KMS key 91ab…90ab)',
    ],
    ['a key ARN', () => arn, 'key cards-prod, version 1 (KMS key 91ab…90ab)'],
    ['an alias', () => 'alias/cards/now', 'group cards-prod (alias/cards/now)'],
    ['an alias without its prefix', () => 'cards/now', 'group cards-prod (alias/cards/now)'],
    [
      'an alias ARN',
      () => `arn:aws:kms:eu-west-1:${account}:alias/cards/now`,
      'group cards-prod (alias/cards/now)',
    ],
    ['a KCV', () => '82B7A1C04E', 'key cards-prod, version 1 (KCV 82B7A1C04E)'],
    [
      'a KCV in small letters',
      () => 'kcv 82b7a1c04e',
      'key cards-prod, version 1 (KCV 82B7A1C04E)',
    ],
    [
      'a material id',
      () => materialId.toUpperCase(),
      'key cards-prod, version 1 (material c07e…9999)',
    ],
    [
      'a request id',
      () => '0c7e4a10-0000-4000-8000-000000000001',
      'job Rotate HSM protected keys: cards-prod (request 0c7e…0001, CreateKey)',
    ],
    ['a job number', () => '1043', 'job Rotate HSM protected keys: cards-prod (job 1043)'],
    [
      'a job number in words',
      () => 'Job 1043',
      'job Rotate HSM protected keys: cards-prod (job 1043)',
    ],
    ['the id of a thing', () => ids.second, 'key cards-prod, version 2 (KCV 82B7FF0011)'],
    ['a path', () => 'Cards/Production/cards-prod', 'group cards-prod (alias/cards/now)'],
    ['a version', () => 'cards-prod/v2', 'key cards-prod, version 2 (KCV 82B7FF0011)'],
  ])('%s', (_what, text, found) => {
    expect(first(text())).toBe(found);
  });
});

it('says every folder from the top down to what was found', () => {
  expect(find(arn)[0]).toMatchObject({
    groupId: ids.group,
    folderIds: [ids.cards, ids.deep],
  });
  expect(find('Production').find(({ kind }) => kind === 'folder')).toMatchObject({
    groupId: null,
    folderIds: [ids.cards],
  });
  expect(find('1043')[0]).toMatchObject({ groupId: ids.group, folderIds: [ids.cards, ids.deep] });
});

it('finds parts of names in any case, those that begin with them first', () => {
  const names = find('cards').map(({ kind, title }) => `${kind} ${title}`);
  expect(names.slice(0, 3)).toEqual(['folder Cards', 'group cards-prod', 'group Discards-PROD']);
  expect(find('ISCARD').map(({ title }) => title)).toContain('Discards-PROD');
});

it('finds parts of a KCV, a key id, an ARN and a request id', () => {
  const keysOf = (text: string) => find(text).map(({ id }) => id);
  expect(keysOf('82b7')).toEqual([ids.first, ids.second]);
  expect(keysOf('kcv 82B7F')).toEqual([ids.second]);
  expect(keysOf('91ab0c44-12')).toEqual([ids.first]);
  expect(keysOf('key/91ab0c44')).toEqual([ids.first]);
  expect(keysOf(materialId.slice(0, 12))).toEqual([ids.first]);
  expect(keysOf('0c7e4a10')).toEqual([jobs[0]?.id]);
});

it('keeps to its limit, names nothing twice, and takes what nobody would type', () => {
  expect(find('cards', 1)).toHaveLength(1);
  for (const text of ['cards', 'prod', '82b7', arn]) {
    const names = find(text).map(({ kind, id }) => `${kind} ${id}`);
    expect(new Set(names).size).toBe(names.length);
  }
  for (const text of ['"', "a'b", '\u0000\u0001', '%_*', '🔑'.repeat(300), '-1'])
    expect(find(text)).toEqual([]);
});
