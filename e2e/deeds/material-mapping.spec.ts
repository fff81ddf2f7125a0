import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, type KeyView, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';

let aws: OutsideAws;
let desk: Desk;
beforeAll(async () => {
  aws = await OutsideAws.start(['--rotation-seconds', '2']);
  desk = await Desk.open(aws);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const group = 'cards';
const alias = `alias/${group}`;
const view = (version: number): Promise<KeyView> =>
  desk.call('key.show', { key: `${group}/${version}` });
const all = async (newest: number): Promise<string[]> => {
  const words: string[] = [];
  for (let n = 1; n <= newest; n++) {
    const { state, lifecycle } = await view(n);
    words.push(`${state}, ${lifecycle}`);
  }
  return words;
};

describe('a group whose versions are materials of one KMS key', () => {
  let kmsKeyId: string;
  const texts: Uint8Array[] = [];

  it('gets its KMS key by the first rotation', async () => {
    await desk.addGroup(group, { mapping: 'material', rotateEvery: { amount: 9, unit: 'months' } });
    requireDone(await desk.rotate(group));
    const first = await view(1);
    expect(first).toMatchObject({ state: 'Active, alias', lifecycle: 'active' });
    expect(first.remote).toMatchObject({ materialState: 'CURRENT', state: 'Enabled' });
    kmsKeyId = first.remote?.keyId ?? '';
    texts.push(await aws.encrypt(alias, 'under version 1'));
  });

  it('is rotated within it, three times: id, ARN and alias stay', async () => {
    const before = await view(1);
    const aliases = (await aws.held()).aliases;
    for (const version of [2, 3, 4]) {
      const since = await aws.mark();
      requireDone(await desk.rotate(group));
      const changing = (await aws.calls(since)).filter((call) =>
        [
          'CreateKey',
          'CreateAlias',
          'UpdateAlias',
          'ImportKeyMaterial',
          'RotateKeyOnDemand',
        ].includes(call),
      );
      expect(changing).toEqual(['ImportKeyMaterial', 'RotateKeyOnDemand']);
      const now = await view(version);
      expect(now.remote).toMatchObject({ keyId: kmsKeyId, arn: before.remote?.arn });
      texts.push(await aws.encrypt(alias, `under version ${version}`));
    }
    expect((await aws.held()).aliases).toEqual(aliases);
    expect(await all(4)).toEqual([
      'Decrypts only, deactivated',
      'Decrypts only, deactivated',
      'Decrypts only, deactivated',
      'Active, alias, active',
    ]);
    for (const [n, text] of texts.entries()) {
      expect((await aws.decrypt(text)).text).toBe(`under version ${n + 1}`);
    }
  });
});
