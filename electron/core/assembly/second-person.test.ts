import { describe, expect, it } from 'vitest';
import { approvalStatement } from '../keystore/approvals.ts';
import { ecdsaVerify } from '../crypto/signature.ts';
import { TestCore } from './core.fixture.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const passphrase = 'correct horse battery';
const marias = 'a passphrase of Maria';
const hour = 3_600_000;

async function opened(rule: 'off' | 'destructive' | 'every-deed' = 'destructive') {
  const core = new TestCore();
  await core.call('keystore.create', {
    realm: 'practice',
    passphrase: bytes(passphrase),
    backupPlace: core.backups,
  });
  await core.call('approver.add', { name: 'Maria', passphrase: bytes(marias) });
  if (rule !== 'off') await core.call('approval.setRule', { rule });
  return core;
}

const approve = (core: TestCore, number: number, by = 'Maria', with_ = marias) =>
  core.call('approval.give', { number, approver: by, passphrase: bytes(with_) });

const addSlot = (core: TestCore, label = 'safe') =>
  core.call('keystore.addSlot', {
    kind: 'passphrase',
    label,
    passphrase: bytes('for the safe, sealed'),
  });

/** What a keystore holds that these deeds would change. */
const slotsOf = async (core: TestCore) =>
  (await core.call('keystore.status', {})).slots.map(({ label }) => label);

describe('a second person', () => {
  it('is needed for nothing until somebody says so, and not by a rule that nobody could meet', async () => {
    await using core = new TestCore();
    await core.call('keystore.create', { realm: 'practice', passphrase: bytes(passphrase) });
    await expect(core.call('approval.setRule', { rule: 'destructive' })).rejects.toMatchObject({
      code: 'APPROVER_NEEDED',
    });
    await addSlot(core);
    expect(await core.call('approval.list', {})).toEqual({ rule: 'off', requests: [] });
  });

  it('holds a deed up, shows what it is, and lets it through once when it was approved', async () => {
    await using core = await opened();
    const before = await slotsOf(core);
    await expect(addSlot(core)).rejects.toMatchObject({
      code: 'APPROVAL_NEEDED',
      details: { request: 1, about: 'safe', approvers: ['Maria'] },
    });
    // pressed again: the same request
    await expect(addSlot(core)).rejects.toMatchObject({ details: { request: 1 } });
    expect(await slotsOf(core)).toEqual(before);

    expect(await approve(core, 1)).toMatchObject({ state: 'approved', decidedBy: 'Maria' });
    // another deed of the same kind is not meant by it
    await expect(addSlot(core, 'attic')).rejects.toMatchObject({ details: { request: 2 } });
    await addSlot(core);
    expect(await slotsOf(core)).toEqual([...before, 'safe']);
    expect(await core.call('approval.show', { number: 1 })).toMatchObject({ state: 'used' });
    await expect(approve(core, 1)).rejects.toMatchObject({ code: 'APPROVAL_OVER' });

    const { slots } = await core.call('keystore.status', {});
    const remove = { slot: slots.find(({ label }) => label === 'safe')?.id ?? '', confirm: true };
    await expect(core.call('keystore.removeSlot', remove)).rejects.toMatchObject({
      details: { request: 3, about: 'safe' },
    });
    expect(await slotsOf(core)).toEqual([...before, 'safe']);
  });

  it('is who knows the passphrase, and what was signed can be verified by anybody', async () => {
    await using core = await opened();
    await expect(addSlot(core)).rejects.toMatchObject({ code: 'APPROVAL_NEEDED' });
    await expect(approve(core, 1, 'Maria', passphrase)).rejects.toMatchObject({
      code: 'APPROVER_REFUSED',
    });
    expect(await core.call('approval.show', { number: 1 })).toMatchObject({ state: 'open' });
    await approve(core, 1);
    await addSlot(core);

    const { records } = await core.call('audit.list', {});
    const text = (value: unknown): string => (typeof value === 'string' ? value : '');
    const one = (action: string, outcome = 'OK') => {
      const found = records.find(
        (record) => record.action === action && record.outcome === outcome,
      );
      if (found === undefined) throw new Error(`no record of ${action}`);
      return found;
    };
    expect(one('approval.give', 'APPROVER_REFUSED')).toBeDefined();
    expect(one('keystore.addSlot').details).toMatchObject({ approval: 1, approvedBy: 'Maria' });
    const { details, objects } = one('approval.give');
    const { storeId } = await core.call('keystore.status', {});
    const statement = approvalStatement(storeId ?? '', {
      number: 1,
      digest: text(details['digest']),
      approverId: objects[0] ?? '',
    });
    const publicKey = Buffer.from(text(one('approver.add').details['publicKey']), 'base64');
    const signature = Buffer.from(text(details['signature']), 'base64');
    expect(ecdsaVerify(publicKey, statement, signature)).toBe(true);
  });

  it('can refuse, also what was approved and not done yet; and what nobody decided is over', async () => {
    await using core = await opened();
    await expect(addSlot(core)).rejects.toMatchObject({ details: { request: 1 } });
    await approve(core, 1);
    await core.call('approval.refuse', { number: 1 });
    await expect(addSlot(core)).rejects.toMatchObject({ details: { request: 2 } });

    await core.clock.advance(24 * hour);
    expect(await core.call('approval.show', { number: 2 })).toMatchObject({ state: 'over' });
    await expect(approve(core, 2)).rejects.toMatchObject({ code: 'APPROVAL_OVER' });
    await expect(addSlot(core)).rejects.toMatchObject({ details: { request: 3 } });
    await approve(core, 3);
    await core.clock.advance(hour);
    await expect(addSlot(core)).rejects.toMatchObject({ details: { request: 4 } });
  });

  it('guards the rule and the approvers themselves, and nobody is locked out for good', async () => {
    await using core = await opened();
    await expect(
      core.call('approver.add', { name: 'Eve', passphrase: bytes('a passphrase of Eve') }),
    ).rejects.toMatchObject({ code: 'APPROVAL_NEEDED' });
    await expect(
      core.call('approver.remove', { approver: 'Maria', confirm: true }),
    ).rejects.toMatchObject({ code: 'APPROVER_NEEDED' });
    const off = () => core.call('approval.setRule', { rule: 'off' });
    await expect(off()).rejects.toMatchObject({ details: { request: 2 } });
    await core.clock.advance(7 * 24 * hour - 1);
    await expect(off()).rejects.toMatchObject({ details: { request: 2 } });
    await core.clock.advance(1);
    await off();
    expect(await core.call('approval.list', {})).toMatchObject({ rule: 'off' });
    expect(await core.call('approval.show', { number: 2 })).toMatchObject({
      state: 'used',
      decidedBy: null,
    });
  });

  it('keeps a new passphrase to the person who knows the former one', async () => {
    await using core = await opened();
    const change = (current: string) =>
      core.call('approver.changePassphrase', {
        approver: 'Maria',
        current: bytes(current),
        replacement: bytes('another one of Maria'),
      });
    await expect(change(passphrase)).rejects.toMatchObject({ code: 'APPROVER_REFUSED' });
    await change(marias);
    await expect(addSlot(core)).rejects.toMatchObject({ details: { request: 1 } });
    await expect(approve(core, 1)).rejects.toMatchObject({ code: 'APPROVER_REFUSED' });
    await approve(core, 1, 'Maria', 'another one of Maria');
  });

  it('is asked for only where the deed would be done otherwise', async () => {
    await using core = await opened();
    await expect(
      core.call('group.remove', { group: 'nowhere', confirm: true }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(core.call('setting.change', { consoleAllowed: false })).resolves.toBeDefined();
    await expect(core.call('keystore.allowSoftwareModuleToAws', {})).rejects.toMatchObject({
      code: 'CONFIRMATION_NEEDED',
    });
    expect((await core.call('approval.list', {})).requests).toEqual([]);
    await expect(
      core.call('keystore.allowSoftwareModuleToAws', { confirm: true }),
    ).rejects.toMatchObject({ code: 'APPROVAL_NEEDED' });
    expect(await core.call('setting.show', {})).toMatchObject({ softwareModuleToAws: false });
    await expect(core.call('device.designate', { confirm: true })).rejects.toMatchObject({
      code: 'APPROVAL_NEEDED',
    });
  });
});
