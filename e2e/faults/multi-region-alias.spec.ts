import { CreateAliasCommand, CreateKeyCommand, ReplicateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws, region } from '../support/outside-aws.ts';

const replicaRegion = 'us-east-1';
let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock: new HurriedClock() });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

/** A multi-Region key of somebody else with a replica; the alias names it in both Regions. */
async function replicated(AliasName: string): Promise<string> {
  const { KeyMetadata } = await aws.kms().send(new CreateKeyCommand({ MultiRegion: true }));
  const KeyId = KeyMetadata?.KeyId ?? '';
  await aws.kms().send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: replicaRegion }));
  for (const at of [region, replicaRegion]) {
    await aws.kms(at).send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
  }
  return KeyId;
}

it('a rotation takes the alias from the replica of its Region alone, and says what that means', async () => {
  const shared = await replicated('alias/shared');
  await desk.addGroup('shared', { region: replicaRegion });
  expect((await desk.plan('shared')).blocked?.code).toBe('ALIAS_HELD_ELSEWHERE');
  const { lookFirst } = await desk.plan('shared', true);
  const said = /^KMS key mrk-…\S+ is a multi-Region key, .* decrypts in us-east-1 only$/;
  expect(lookFirst).toContainEqual(expect.stringMatching(said));
  requireDone(await desk.rotate('shared', true));
  const first = await desk.call('key.show', { key: 'shared/1' });
  expect(await aws.holder('alias/shared', replicaRegion)).toBe(first.remote?.keyId);
  expect(await aws.holder('alias/shared')).toBe(shared);
  // the alias is at a key of our own now
  expect((await desk.plan('shared')).lookFirst.join()).not.toContain('multi-Region');
  requireDone(await desk.rotate('shared'));
  expect(await aws.holder('alias/shared')).toBe(shared);
});
