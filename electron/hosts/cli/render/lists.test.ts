import { expect, it } from 'vitest';
import { Screen } from '../screen.ts';
import type { OutputFor } from '../operations.ts';
import { aliasLines, groupText, keyDetailText, keyText } from './lists.ts';
import { styleFor } from './moments.ts';

type Key = OutputFor<'key.check'>;
const style = styleFor(
  new Screen({ stdout: { write: () => true }, stderr: { write: () => true }, colour: false }),
);

/** A key whose material AWS never deletes by itself. */
const key = (state: Key['state']): Key => ({
  id: '01a200db-4f99-70c6-8706-a8123c15892c',
  groupId: '01a200db-4f99-70c6-8706-a8123c15892d',
  groupName: 'cards',
  reference: 'cards/1',
  version: 1,
  keyType: 'AES',
  keyLength: 256,
  keyUsage: 'encrypt-decrypt',
  state,
  lifecycle: 'active',
  kcv: { method: 'CMAC', value: '08E9D8691B' },
  storage: 'software',
  assurance: 'built-in-software',
  madeAt: 0,
  broughtIn: false,
  plannedEnd: 1,
  remote: {
    keyId: 'k',
    account: '111122223333',
    arn: 'arn:aws:kms:eu-west-1:111122223333:key/k',
    region: 'eu-west-1',
    state: state === 'Material gone' ? 'PendingImport' : 'Enabled',
    materialId: null,
    otherMaterial: null,
    materialState: null,
    importState: null,
    validTo: null,
    alias: null,
    readAt: 0,
  },
});

it('does not say of material that is gone that AWS never deletes it', () => {
  expect(keyText(key('Active, alias'), style)).toMatch(/^\W*Deleted by AWS\W*never$/m);
  expect(keyText(key('Material gone'), style)).toMatch(/^\W*Deleted by AWS\W*AWS has no material/m);
});

it('sets all that is known of a key under each other, and calls none made here that came in', () => {
  const detail = {
    ...key('Active, alias'),
    broughtIn: true,
    tokenSerial: '37297b0c90bf59df',
    masterId: null,
    publicKeySha256: null,
    copiedFrom: null,
    sameMaterial: [],
    lifecycleTimes: {},
    renewsAt: null,
    copies: [],
    history: [],
  };
  const [head = ''] = keyDetailText(detail, style)
    .replaceAll(/[\uE000-\uE00F]/g, '')
    .split('\n\n');
  const lines = head.split('\n');
  const starts = lines.map((line) => /^.+? {2,}(?=\S)/.exec(line)?.[0].length);
  expect(new Set(starts).size).toBe(1);
  expect(lines.filter((line) => /^(?:Origin|Token|Brought in) /.test(line))).toHaveLength(3);
  expect(head).not.toMatch(/^Made /m);
});

it('says of a group whose alias was taken from it that none of its versions has it, and not “none yet”', () => {
  const group: OutputFor<'group.show'>['group'] = {
    id: '01a200db-4f99-70c6-8706-a8123c15892d',
    name: 'cards',
    path: 'cards',
    folderId: null,
    service: 'aws-kms',
    credentialId: '01a200db-4f99-70c6-8706-a8123c15892e',
    credentialName: 'kms',
    connection: 'Connected',
    account: '111122223333',
    region: 'eu-west-1',
    keyType: 'AES',
    keyLength: 256,
    keyUsage: 'encrypt-decrypt',
    storage: 'software',
    mapping: 'container',
    rotations: null,
    rotate: false,
    rotateEvery: { amount: 12, unit: 'months' },
    keepValidFor: { amount: 24, unit: 'months' },
    alias: 'cards',
    description: '',
    activeKeyId: null,
    hasPolicy: false,
    awsDeletesMaterialAfterDays: null,
    disableAfterRotating: false,
    disableWaitDays: 7,
    keys: 2,
    activeVersion: null,
    aliasElsewhere: null,
    nextRotationAt: null,
    state: 'In step',
    needsYou: false,
    sentence: '',
    remarks: [],
  };
  const said = (keys: number, activeVersion: number | null) =>
    groupText({ group: { ...group, keys, activeVersion }, policy: null, policyReading: [] }, style);
  expect(said(0, null)).toMatch(/^\W*Active version\W*none yet$/m);
  expect(said(2, null)).toMatch(/^\W*Active version\W*none holds the alias$/m);
  expect(said(2, 2)).toMatch(/^\W*Active version\W*2$/m);
});

it.each([
  [
    'somebody else has it',
    { keyId: '9f3a0000-0000-4000-8000-00000000c001', group: null, adopted: false },
    [
      /!\S* alias\/cards names KMS key 9f3a0000-0000-4000-8000-00000000c001, which is none of this group\. Read .+\.$/,
      /^ {2}Whatever goes by the alias uses that key: new data is encrypted under it, and no copy of it is kept here\.$/,
      /^ {2}Where nobody meant that, have the alias moved back in AWS, then Check against AWS\. Until then Force Rotate and Make Active leave it where it is; /,
    ],
  ],
  [
    'another group here has it',
    { keyId: '9f3a0000-0000-4000-8000-00000000c001', group: 'Payments/ledger', adopted: true },
    [
      /which is of key group .?Payments\/ledger.?\. Read/,
      /new data is encrypted under it, and that group keeps its copy\.$/,
      /^ {2}This group has adopted that key: Make Active on a version moves the alias back to it/,
    ],
  ],
  [
    'it does not exist',
    { keyId: null, group: null, adopted: false },
    [
      /!\S* alias\/cards does not exist in AWS\. Read/,
      /^ {2}Nothing can be encrypted through alias\/cards any more\.$/,
      /^ {2}Make Active on the version that applications are to use makes the alias again/,
    ],
  ],
])('says what became of an alias that is on no key of its group: %s', (_what, place, lines) => {
  const kind = { keyType: 'AES', keyUsage: 'encrypt-decrypt' } as const;
  const aliasElsewhere = { ...place, readAt: 0 };
  const said = aliasLines({ alias: 'cards', ...kind, aliasElsewhere }, style);
  expect(said).toEqual(lines.map((line) => expect.stringMatching(line)));
  expect(aliasLines({ alias: 'cards', ...kind, aliasElsewhere: null }, style)).toEqual([]);
});
