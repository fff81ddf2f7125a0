import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { requireClear } from '../support/truth.ts';

/** A keystore put back from a copy that is older than what AWS has: the original went on without it. */
let aws: OutsideAws;
let original: Desk;
let here: Desk;

beforeEach(async () => {
  aws = await OutsideAws.start();
  original = await Desk.open(aws, { clock: new HurriedClock() });
  here = new Desk({ clock: new HurriedClock() });
});
afterEach(async () => {
  await here?.[Symbol.asyncDispose]();
  await original?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

/** One version in the copy that is put back here, and one more in the original and in AWS. */
async function behind(mapping: 'container' | 'material'): Promise<void> {
  await original.addGroup('older', { mapping });
  await original.rotated('older');
  await original.call('keystore.backup', {});
  const alone = join(original.folder, 'alone');
  cpSync(original.backups, alone, { recursive: true });
  await original.rotated('older');
  const passphrase = Uint8Array.from(original.passphrase);
  await here.call('keystore.restore', { from: alone, passphrase });
  await here.unlock();
  await here.call('device.designate', { confirm: true });
}

const kmsIdOf = async (key: string, at: Desk): Promise<string> =>
  (await at.call('key.show', { key })).remote?.keyId ?? '';
const newer = 'Where a newer copy of this keystore made it, restore that one first';

describe('a version that AWS has and this copy of the keystore has not', () => {
  it('is a KMS key of its own: nothing takes the alias from it unawares', async () => {
    await behind('container');
    const unknown = await kmsIdOf('older/2', original);
    const plan = await here.plan('older');
    expect(plan.blocked).toMatchObject({ code: 'ALIAS_HELD_ELSEWHERE' });
    const said = requireClear(plan.blocked ?? { code: 'INTERNAL', details: {} });
    expect(said.headline).toBe('The alias names a key that this group does not know.');
    expect(said.next).toContain('Find in AWS');
    const back = await here.call('group.planMakeActive', { key: 'older/1' });
    expect(back.blocked).toMatchObject({ code: 'ALIAS_HELD_ELSEWHERE' });
    const adopting = await here.plan('older', true);
    expect(adopting.lookFirst.join('\n')).toContain(newer);
    requireDone(
      await here.synchronize('older/1', {
        deleteMaterial: false,
        updatePolicy: false,
        importMaterial: true,
      }),
    );
    expect(await aws.holder('alias/older')).toBe(unknown);
    requireDone(await here.rotate('older', true));
    expect(await aws.holder('alias/older')).toBe(await kmsIdOf('older/2', here));
    expect((await aws.key(unknown)).metadata.KeyState).toBe('Enabled');
  });

  it('is material of the KMS key that they share: each plan says that it is not kept here', async () => {
    await behind('material');
    const back = await here.call('group.planMakeActive', { key: 'older/1' });
    expect(back.blocked).toMatchObject({ code: 'MATERIAL_NOT_CURRENT' });
    const unkept = /AWS encrypts under other material .* of which no copy is kept here/;
    expect((await here.plan('older')).lookFirst.join('\n')).toMatch(unkept);
    const choices = { deleteMaterial: false, updatePolicy: false, importMaterial: true };
    const synchronizing = await here.call('key.planSynchronize', { key: 'older/1', ...choices });
    expect(synchronizing.lookFirst.join('\n')).toMatch(unkept);
    const sealed = await aws.encrypt('alias/older', 'by the version that is not here');
    requireDone(await here.rotate('older'));
    expect((await aws.decrypt(sealed)).text).toBe('by the version that is not here');
    const { remote } = await here.call('key.show', { key: 'older/2' });
    expect(remote).toMatchObject({ materialState: 'CURRENT', otherMaterial: null });
  });
});
