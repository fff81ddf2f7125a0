import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupDraft } from '../../../shared/contract/group.ts';
import type { KeySpec } from '../../../shared/model/key-specs.ts';
import { addSpan } from '../../../shared/model/span.ts';
import { account, testKeystore, type TestKeystore } from '../keystore/keystore.fixture.ts';
import { groupSentence } from '../keystore/views.ts';
import { previewGroup } from './group-preview.ts';

let keystore: TestKeystore;
let hsmTitle: string | null;
let hsmSpecs: ReadonlySet<KeySpec> | null;
const principal = `arn:aws:iam::${account}:user/kms-push`;

beforeEach(() => {
  keystore = testKeystore();
  hsmTitle = 'HSM “BYOK-A”';
  hsmSpecs = new Set<KeySpec>(['SYMMETRIC_DEFAULT', 'HMAC_256', 'ECC_NIST_P384']);
  keystore.credentials.noteTest(keystore.credentialId, {
    connection: 'Connected',
    problem: null,
    account,
    principalArn: principal,
  });
});
afterEach(() => keystore[Symbol.dispose]());

type Draft = Parameters<typeof groupDraft.parse>[0];

function preview(fields: Draft, group: string | null = null) {
  const open = { ...keystore, hsmTitle, hsmSpecs };
  return previewGroup(open as never, groupDraft.parse(fields), group);
}
const whole = { name: 'Payments (prod)', credential: 'aws', region: 'eu-west-1' };
const fields = (draft: Draft, group: string | null = null) =>
  preview(draft, group).problems.map(({ field, failure }) => [field, failure.code]);

describe('a new group', () => {
  it('says the very sentence that adding it would keep, its alias and its first rotation', () => {
    const said = preview({ ...whole, rotateEvery: { amount: 6, unit: 'months' } });
    const group = keystore.newGroup({ rotateEvery: { amount: 6, unit: 'months' } });
    expect(said).toMatchObject({
      sentence: groupSentence(group, hsmTitle),
      alias: 'Payments-prod',
      firstRotationAt: addSpan(keystore.clock.now(), { amount: 6, unit: 'months' }),
      remarks: [],
      policy: null,
      problems: [],
    });
    expect(preview({ ...whole, rotate: false }).firstRotationAt).toBeNull();
  });

  it('is answered while it is empty: what it still needs, by field', () => {
    expect(fields({})).toEqual([
      ['name', 'BAD_INPUT'],
      ['credential', 'BAD_INPUT'],
      ['region', 'BAD_INPUT'],
    ]);
    expect(preview({}).sentence).toMatch(/^New AES-256 keys/);
  });

  it.each([
    [{ keyType: 'HMAC' }, 'HMAC-256', []],
    [{ keyType: 'HMAC', keyLength: 2048 }, 'HMAC-256', ['keyLength', 'BAD_INPUT']],
    [{ keyType: 'HMAC', keyUsage: 'sign-verify' }, 'HMAC-256', ['keyUsage', 'BAD_INPUT']],
    [{ keyType: 'ECC', keyLength: 'P-384', keyUsage: 'key-agreement' }, 'ECC P-384', []],
    [{ keyType: 'ECC', keyLength: 'P-256' }, 'ECC P-256', ['keyType', 'HSM_CANNOT_CARRY']],
    [{ keyType: 'ECC', keyLength: 'P-256', storage: 'software' }, 'ECC P-256', []],
  ] as const)('of %j says %s', (kind, name, wrong) => {
    const said = preview({ ...whole, ...kind });
    expect(said.sentence).toMatch(`New ${name} keys`);
    expect(said.problems.flatMap(({ field, failure }) => [field, failure.code])).toEqual(wrong);
  });

  it('promises nothing of a device that was not tried', () => {
    hsmSpecs = null;
    expect(fields({ ...whole, keyType: 'RSA' })).toEqual([]);
  });

  it('says of a name of blanks what it says of none', () => {
    const told = (name: string) => preview({ ...whole, name }).problems[0]?.failure.details;
    expect(told('   ')).toEqual({ field: 'name', problem: 'give the group a name' });
    expect(told('   ')).toEqual(told(''));
  });

  it('says of a character that nobody sees what it is', () => {
    const [problem] = preview({ ...whole, name: 'pay\u200bments' }).problems;
    expect(problem?.failure.details['problem']).toMatch(/^no invisible characters/);
  });

  it.each([
    ['name', { name: 'a\u202eb' }],
    ['name', { name: '   ' }],
    ['credential', { credential: 'nobody' }],
    ['region', { region: 'eu-west-99' }],
    ['region', { region: 'here' }],
    ['alias', { alias: 'aws/mine' }],
    ['alias', { alias: '' }],
    ['alias', { name: '支払い' }],
    ['activeKeyId', { activeKeyId: '1234' }],
    ['rotateEvery', { rotateEvery: { amount: 0, unit: 'days' } }],
    ['keepValidFor', { keepValidFor: { amount: 1.5, unit: 'years' } }],
    ['awsDeletesMaterialAfterDays', { awsDeletesMaterialAfterDays: 0 }],
    ['awsDeletesMaterialAfterDays', { awsDeletesMaterialAfterDays: 366 }],
    ['disableWaitDays', { disableWaitDays: 366 }],
    ['policy', { policy: '{"Version"' }],
    ['folder', { folder: 'nowhere' }],
  ] as const)('names %s as what does not fit: %j', (field, draft) => {
    expect(fields({ ...whole, ...draft })).toEqual([[field, expect.any(String)]]);
  });

  it('says what is taken already, and where keys could not be made', () => {
    keystore.addGroup({ name: 'payments', alias: 'other' });
    keystore.addGroup({ name: 'other', alias: 'nick' });
    expect(fields({ ...whole, name: 'payments' })).toEqual([['name', 'NAME_TAKEN']]);
    expect(fields({ ...whole, alias: 'nick' })).toEqual([['alias', 'ALIAS_TAKEN_IN_KEYSTORE']]);
    expect(fields({ ...whole, alias: 'nick', region: 'eu-west-2' })).toEqual([]);
    const { id } = keystore.folders.add('Cards', null);
    expect(fields({ ...whole, name: 'payments', folder: id })).toEqual([]);
    hsmTitle = null;
    expect(fields(whole)).toEqual([['storage', 'HSM_NOT_ATTACHED']]);
    expect(fields({ ...whole, storage: 'software' })).toEqual([]);
  });
});

describe('material that AWS deletes before the next rotation', () => {
  it('is allowed, for it is imported again, and what that takes is said', () => {
    const said = preview({ ...whole, awsDeletesMaterialAfterDays: 40 });
    expect(said.problems).toEqual([]);
    expect(said.remarks).toEqual([expect.stringMatching(/imports it again 20 days before/)]);
    const short = { keepValidFor: { amount: 20, unit: 'days' as const } };
    expect(preview({ ...whole, ...short, awsDeletesMaterialAfterDays: 40 }).remarks).toEqual([
      expect.stringMatching(/40 days after an import, before the next one takes its place/),
    ]);
    const never = { ...whole, ...short, rotate: false, awsDeletesMaterialAfterDays: 40 };
    expect(preview(never).remarks).toEqual([]);
  });
});

describe('a group that is changed', () => {
  const inUse = ({ id }: { readonly id: string }): void =>
    keystore.temporary.store.change(() => keystore.keys.setLifecycle(id, 'active'));

  it('counts its schedule from the newest version that was in use', () => {
    const { id } = keystore.addGroup({ name: 'cards' });
    const every = { amount: 6, unit: 'months' } as const;
    const { clock } = keystore;
    const first = (): number | null => preview({ rotateEvery: every }, 'cards').firstRotationAt;
    const used = keystore.addKey(id);
    inUse(used);
    const due = addSpan(used.madeAt, every);
    expect(first()).toBe(due);
    clock.jumpWall(86_400_000 * 30);
    // a rotation that was cancelled left it
    keystore.addKey(id);
    expect(first()).toBe(due);
  });

  it('starts from what it is, and is no obstacle to itself', () => {
    const group = keystore.addGroup({ name: 'cards', rotate: false, materialDays: 30 });
    const same = { name: 'cards', credential: 'aws', region: 'eu-west-1' };
    const said = preview(same, 'cards');
    expect(said).toMatchObject({ problems: [], alias: 'cards', firstRotationAt: null });
    expect(said.sentence).toContain('30 days');
    expect(said.remarks).toHaveLength(1);
    const madeAt = keystore.clock.now() - 86_400_000;
    inUse(keystore.addKey(group.id, { madeAt }));
    expect(
      preview({ ...same, rotate: true, rotateEvery: { amount: 1, unit: 'weeks' } }, 'cards')
        .firstRotationAt,
    ).toBe(madeAt + 7 * 86_400_000);
  });

  it('does not take a credential of another account', () => {
    const group = keystore.addGroup({ name: 'cards' });
    keystore.groups.bindAccount(group.id, '444455556666');
    expect(fields({ name: 'cards', credential: 'aws', region: 'eu-west-1' }, 'cards')).toEqual([
      ['credential', 'ACCOUNT_MISMATCH'],
    ]);
  });

  it('must be there', () => {
    expect(() => preview(whole, 'nothing')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('its policy', () => {
  const statement = (more: object) => ({ Sid: 'Use', Effect: 'Allow', Resource: '*', ...more });
  const policy = (...statements: object[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: statements });

  it('is read aloud, measured, and completed where the credential could not import again', () => {
    const text = policy(
      statement({ Principal: { AWS: principal }, Action: ['kms:DescribeKey', 'kms:PutKeyPolicy'] }),
    );
    const said = preview({ ...whole, policy: text }).policy;
    expect(said).toMatchObject({ bytes: text.length, statements: 1 });
    expect(said?.reading[0]).toContain('user kms-push');
    expect(said?.warnings).toEqual([expect.stringContaining('kms:ImportKeyMaterial')]);
    const added = JSON.parse(said?.add ?? 'null') as { Action: string[]; Sid: string };
    expect(added.Action).toEqual(
      expect.arrayContaining(['kms:GetParametersForImport', 'kms:ImportKeyMaterial']),
    );
    const complete = policy(
      statement({ Principal: { AWS: principal }, Action: ['kms:DescribeKey', 'kms:PutKeyPolicy'] }),
      added,
    );
    expect(preview({ ...whole, policy: complete }).policy).toMatchObject({
      warnings: [],
      add: null,
    });
  });

  it('that forbids or locks out is said plainly', () => {
    const text = policy(
      statement({ Principal: { AWS: principal }, Action: 'kms:*' }),
      statement({ Sid: 'No', Effect: 'Deny', Principal: '*', Action: 'kms:*' }),
    );
    const { warnings, add } = preview({ ...whole, policy: text }).policy ?? {};
    expect(add).toBeNull();
    expect(warnings?.join(' ')).toMatch(/could not change this policy.*Statement 2/);
  });
});
