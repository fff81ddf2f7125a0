import { CreateGrantCommand, DeleteAliasCommand, DescribeKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, type KeyView, requireDone } from '../support/desk.ts';
import { day } from '../support/clocks.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { ownCopies } from '../support/own-copy.ts';
import { SoftHsm, tokenLabel } from '../support/soft-hsm.ts';

let aws: OutsideAws;
beforeAll(async () => {
  aws = await OutsideAws.start();
});
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]();
});

const idOf = (key: KeyView): string => key.remote?.keyId ?? '';

describe.each([
  { storage: 'hsm' as const, title: 'HSM protected', assurance: 'software-module' },
  { storage: 'software' as const, title: 'software protected', assurance: 'built-in-software' },
])('keys that are $title', ({ storage, title, assurance }) => {
  let desk: Desk;
  let token: SoftHsm | null = null;
  const group = `payments-${storage}`;
  const alias = `alias/${group}`;
  let versions: [KeyView, KeyView];
  let first: Uint8Array;

  beforeAll(async () => {
    desk = await Desk.open(aws);
    if (storage === 'hsm') {
      token = new SoftHsm(desk.folder);
      await token.attach(desk);
    }
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('the first rotation makes alias and key, and applications can begin', async () => {
    await desk.addGroup(group, {
      storage,
      description: 'cheque imprints',
      keepValidFor: { amount: 90, unit: 'days' },
    });
    const plan = await desk.plan(group);
    expect(plan.changes).toContain('First key of this group');
    expect(plan.stays[0]).toBe('Nothing: no application uses this alias yet');
    const detail = await desk.rotate(group);
    requireDone(detail);
    expect(detail.job.title).toBe(`Rotate ${title} keys: ${group}`);
    const key = await desk.call('key.show', { key: `${group}/1` });
    expect(key).toMatchObject({ state: 'Active, alias', lifecycle: 'active', storage, assurance });
    expect(key.plannedEnd - key.madeAt).toBe(90 * day);
    expect(await aws.holder(alias)).toBe(idOf(key));
    first = await aws.encrypt(alias, 'encrypted before the second rotation');
    expect((await aws.decrypt(first)).keyId).toBe(idOf(key));
  });

  it('the second moves the alias; the first key goes on decrypting', async () => {
    const before = await desk.call('key.show', { key: `${group}/1` });
    requireDone(await desk.rotate(group));
    const now = await desk.call('key.show', { key: `${group}/2` });
    versions = [await desk.call('key.show', { key: `${group}/1` }), now];
    expect(versions.map(({ state, lifecycle }) => `${state}, ${lifecycle}`)).toEqual([
      'Decrypts only, deactivated',
      'Active, alias, active',
    ]);
    expect(idOf(now)).not.toBe(idOf(before));
    expect(now.kcv.value).not.toBe(before.kcv.value);
    expect(await aws.holder(alias)).toBe(idOf(now));
    expect(await aws.decrypt(first)).toEqual({
      text: 'encrypted before the second rotation',
      keyId: idOf(before),
    });
    const fresh = await aws.decrypt(await aws.encrypt(alias, 'after it'));
    expect(fresh).toEqual({ text: 'after it', keyId: idOf(now) });
  });

  it('what AWS holds is what is kept here, by a check that is not ours', async () => {
    const device = token && { target: await token.target(desk), pin: token.pin };
    const copies = await ownCopies(desk, device);
    if (token) await token.login(desk);
    expect(copies).toHaveLength(2);
    for (const { version, sha256, kcv } of copies) {
      const key = versions[version - 1];
      if (!key) throw new Error(`no version ${version}`);
      expect(key.kcv).toEqual({ method: 'CMAC', value: kcv });
      const held = await aws.key(idOf(key));
      expect(held.materials).toHaveLength(1);
      expect(held.materials[0]?.sha256).toBe(sha256);
    }
  });

  it('KMS keys say where they come from: description, tags, origin, and no expiry', async () => {
    for (const key of versions) {
      const reply = await aws.kms().send(new DescribeKeyCommand({ KeyId: idOf(key) }));
      expect(reply.KeyMetadata).toMatchObject({
        Origin: 'EXTERNAL',
        KeySpec: 'SYMMETRIC_DEFAULT',
        KeyUsage: 'ENCRYPT_DECRYPT',
        Enabled: true,
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      });
      expect(reply.KeyMetadata?.Description).toMatch(/^cheque imprints .*kr-\d+-[0-9a-f]{12}/);
      expect(JSON.stringify((await aws.key(idOf(key))).tags)).toContain('keyreeve:job');
    }
  });

  it('Make Active takes one call back, and the next rotation goes on from there', async () => {
    const [one, two] = versions;
    const plan = await desk.call('group.planMakeActive', { key: `${group}/1` });
    expect(plan.calls.filter((call) => call.changes)).toEqual([
      { call: 'UpdateAlias', changes: true },
    ]);
    requireDone(await desk.makeActive(`${group}/1`));
    expect(await aws.holder(alias)).toBe(idOf(one));
    const states = [];
    for (const n of [1, 2]) {
      const { state, lifecycle } = await desk.call('key.show', { key: `${group}/${n}` });
      states.push(`${state}, ${lifecycle}`);
    }
    expect(states).toEqual(['Active, alias, active', 'Decrypts only, deactivated']);
    const third = await desk.rotated(group);
    expect(third.version).toBe(3);
    expect(await aws.holder(alias)).toBe(idOf(third));
    expect((await aws.key(idOf(two))).metadata.KeyState).toBe('Enabled');
  });

  it('its copies are told, and the history of a key tells its life', async () => {
    const { copies, history, tokenSerial, masterId } = await desk.call('key.show', {
      key: `${group}/1`,
    });
    expect(copies.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(tokenSerial === null).toBe(storage === 'software');
    expect(masterId === null).toBe(storage === 'software');
    const made = token ? `Made in HSM “${tokenLabel}”` : 'Made in the built-in software driver';
    expect(history.map(({ text }) => text).toReversed()).toEqual([
      made,
      `KMS key ${idOf(versions[0])} made for version 1`,
      `Holds ${alias}`,
      `Gave ${alias} to a newer version; still decrypts`,
      `Made active: holds ${alias}`,
      `Gave ${alias} to a newer version; still decrypts`,
    ]);
  });

  it('grants on the outgoing key are told before they are left behind', async () => {
    const holder = (await aws.holder(alias)) ?? '';
    for (const role of ['rds', 'autoscaling']) {
      await aws.kms().send(
        new CreateGrantCommand({
          KeyId: holder,
          GranteePrincipal: `arn:aws:iam::123456789012:role/${role}`,
          Operations: ['Decrypt'],
        }),
      );
    }
    const plan = await desk.plan(group);
    const [line = ''] = plan.lookFirst;
    expect(line).toMatch(/^2 grants on version 3 do not move with the alias \(/);
    for (const role of ['rds', 'autoscaling']) expect(line).toContain(`role/${role}`);
    expect(plan.lookFirst[1]).toMatch(/names the key by ID or ARN stays on version 3/);
    await aws.deny(['kms:ListGrants']);
    expect((await desk.plan(group)).lookFirst[0]).toBe(
      'Grants on version 3 could not be read (AccessDeniedException)',
    );
    await aws.allow();
  });

  it('an alias that somebody deleted in AWS is told as gone, and made anew', async () => {
    await aws.kms().send(new DeleteAliasCommand({ AliasName: alias }));
    const plan = await desk.plan(group);
    expect(plan.subject).toMatch(/ · no key has the alias$/);
    expect(plan.changes).toContain(`${alias} is made and names version 4`);
    expect(plan.lookFirst).toContain(
      `AWS has no ${alias} any more: it named version 3 when it was last read`,
    );
    expect(plan.stays.join()).not.toContain('version 3');
    const done = await desk.rotate(group);
    requireDone(done);
    const fourth = await desk.call('key.show', { key: `${group}/4` });
    expect(await aws.holder(alias)).toBe(idOf(fourth));
  });
});
