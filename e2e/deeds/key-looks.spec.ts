import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderFailure } from '../../shared/text/failures.ts';
import { shortId } from '../../shared/text/states.ts';
import { Desk } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { editedPolicy, policyTemplate } from '../support/policies.ts';
import { replaceCopy, rewrite } from '../support/tamper.ts';

let aws: OutsideAws;
let desk: Desk;
beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws);
  await desk.addGroup('cards', { policy: policyTemplate });
  await desk.rotated('cards');
  await desk.addGroup('plain');
  await desk.rotated('plain');
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const keystoreLine = async (key: string) => {
  const { copies } = await desk.call('key.show', { key });
  return copies[0];
};

it('a look at a key notes an alias that somebody moved, away from it and to it', async () => {
  await desk.addGroup('moved');
  const first = await desk.rotated('moved');
  const second = await desk.rotated('moved');
  const aliasOf = async (version: number) =>
    (await desk.call('key.show', { key: `moved/${version}` })).remote?.alias;
  await aws.pointAlias('alias/moved', first.remote?.keyId ?? '');
  const checked = await desk.call('key.check', { key: 'moved/2' });
  expect(checked).toMatchObject({ id: second.id, remote: { alias: null } });
  expect(await aliasOf(1)).toBe('alias/moved');
  await aws.pointAlias('alias/moved', await aws.makeKey());
  await desk.call('key.check', { key: 'moved/2' });
  expect(await aliasOf(1)).toBeNull();
  await aws.pointAlias('alias/moved', second.remote?.keyId ?? '');
  await desk.call('key.check', { key: 'moved/2' });
  expect(await aliasOf(2)).toBe('alias/moved');
});

it('a refusal of AWS names the version and the group of the KMS key, and its id', async () => {
  await desk.addGroup('inside', { mapping: 'material' });
  for (const group of ['plain', 'inside', 'inside']) await desk.rotated(group);
  const wordsOf = async (key: string) => {
    const { remote } = await desk.call('key.show', { key });
    const failure = await desk.refused('key.comparePolicy', { key });
    return renderFailure(failure).next.replace(shortId(remote?.keyId ?? ''), 'ID');
  };
  await aws.deny(['kms:GetKeyPolicy']);
  try {
    expect(await wordsOf('plain/2')).toMatch(
      / for \S.* on version 2 of \S*plain\S* \(KMS key ID\), then try again\.$/,
    );
    expect(await wordsOf('inside/1')).toMatch(/ on KMS key ID of \S*inside\S*, then try again\.$/);
  } finally {
    await aws.allow();
  }
});

describe('proving the kept copy of a key', () => {
  it('opens it, keeps the moment, and is in history and audit', async () => {
    expect(await keystoreLine('cards/1')).toMatchObject({ ok: true, at: null });
    const shown = await desk.call('key.prove', { key: 'cards/1' });
    expect(shown.copies[0]).toMatchObject({
      ok: true,
      text: 'Keystore, opened with the right KCV',
    });
    expect(shown.copies[0]?.at).toBeTypeOf('number');
    expect(shown.history[0]?.text).toContain(`KCV ${shown.kcv.value}`);
    expect(await keystoreLine('cards/1')).toEqual(shown.copies[0]);
    const { records } = await desk.call('audit.list', { action: 'key.prove' });
    expect(records[0]).toMatchObject({ outcome: 'OK', objects: [shown.id] });
  });

  it('makes no call to AWS', async () => {
    const since = await aws.mark();
    await desk.call('key.prove', { key: 'plain/1' });
    expect(await aws.calls(since)).toEqual([]);
  });

  it('says when the copy is another key, and does not forget it', async () => {
    await desk.addGroup('broken');
    const own = await desk.rotated('broken');
    const other = await desk.rotated('broken');
    await desk.call('key.prove', { key: 'broken/1' });
    await rewrite(desk, ({ keys }, store) =>
      replaceCopy(store, own.id, Buffer.from(keys.blob(other.id).wrapped)),
    );
    const failure = await desk.refused('key.prove', { key: 'broken/1' });
    expect(failure.code).toBe('HSM_KEY_DIFFERS');
    expect(await keystoreLine('broken/1')).toMatchObject({
      ok: false,
      text: 'The copy in the keystore did not open as noted at birth',
    });
    const { records } = await desk.call('audit.list', { action: 'key.prove' });
    expect(records[0]).toMatchObject({ outcome: 'HSM_KEY_DIFFERS' });
  });
});

describe('looking at a KMS key', () => {
  it('compares the policy of AWS with the template, in sentences', async () => {
    const { remote } = await desk.call('key.show', { key: 'cards/1' });
    const alike = await desk.call('key.comparePolicy', { key: 'cards/1' });
    expect(alike).toMatchObject({ same: true, differences: [] });
    await aws.putPolicy(remote?.keyId ?? '', editedPolicy);
    const other = await desk.call('key.comparePolicy', { key: 'cards/1' });
    expect(other.same).toBe(false);
    expect(other.differences.length).toBeGreaterThan(0);
    for (const { how, here, inAws } of other.differences) {
      expect([here === null, inAws === null]).toEqual([how === 'added', how === 'removed']);
      expect(`${here ?? ''}${inAws ?? ''}`).toMatch(/(Allows|Forbids) /);
    }
    expect(other.requestId).toMatch(/^[0-9a-f-]{36}$/);
    const plain = await desk.call('key.comparePolicy', { key: 'plain/1' });
    expect(plain).toMatchObject({ same: null, here: null, differences: [] });
    expect(plain.inAws.reading.length).toBeGreaterThan(0);
  });

  it('lists grants and materials, and audits the request of each look', async () => {
    const since = await aws.mark();
    const { grants } = await desk.call('key.grants', { key: 'plain/1' });
    expect(grants).toEqual([]);
    const read = await desk.call('key.materials', { key: 'plain/1' });
    expect(read.materials).toHaveLength(1);
    expect(read.materials[0]).toMatchObject({ ours: true, state: 'CURRENT', validTo: null });
    const calls = (await aws.calls(since)).filter((call) => call !== 'GetCallerIdentity');
    expect(calls).toEqual(['ListGrants', 'ListKeyRotations']);
    const { records } = await desk.call('audit.list', { action: 'key.materials' });
    expect(records[0]).toMatchObject({
      outcome: 'OK',
      details: { call: 'ListKeyRotations', requestId: read.requestId },
    });
  });

  it('tells which permission is missing', async () => {
    await aws.deny(['kms:ListGrants']);
    const failure = await desk.refused('key.grants', { key: 'plain/1' });
    expect(failure).toMatchObject({ code: 'AWS_ACCESS_DENIED' });
    expect(failure.details).toMatchObject({ permission: 'kms:ListGrants' });
    await aws.allow();
  });
});
