import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { SoftHsm, tokenLabel } from '../support/soft-hsm.ts';
import { requireClear } from '../support/truth.ts';

/** A keystore that no passphrase alone opens: its token is a part of every way in. */
let aws: OutsideAws;
let desk: Desk;
let token: SoftHsm;
const folders: string[] = [];

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws);
  token = new SoftHsm(desk.folder);
  await token.attach(desk);
  await desk.addGroup('payments', { storage: 'hsm' });
  await desk.rotated('payments');
  await desk.call('keystore.addSlot', { kind: 'combined', label: 'both', passphrase: phrase() });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const phrase = () => Uint8Array.from(desk.passphrase);
const pin = () => Uint8Array.from(token.pin);
const both = () => ({ passphrase: phrase(), pin: pin() });

/** A computer that has never seen the token: it has the module, and nothing is known of it. */
function anotherComputer(): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-desk-'));
  folders.push(folder);
  return new Desk({ folder });
}

async function opened(there: Desk): Promise<void> {
  for (;;) {
    const { state } = await there.call('keystore.status', {});
    if (state === 'verified') break;
    if (state !== 'checking') throw new Error(state);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { keys } = await there.call('key.list', {});
  expect(keys.map((key) => key.reference)).toEqual(['payments/1']);
}

describe('the last passphrase', () => {
  it('is not taken away without a word about what opens the keystore then', async () => {
    const asked = await desk.refused('keystore.removeSlot', { slot: 'passphrase', confirm: true });
    expect(asked.code).toBe('CONFIRMATION_NEEDED');
    const said = requireClear(asked);
    expect(said.forYourKeys).toMatch(/only with .*token/);
    const { slots } = await desk.call('keystore.status', {});
    expect(slots.map((slot) => slot.kind)).toEqual(['passphrase', 'combined']);
    const { remaining } = await desk.call('keystore.removeSlot', {
      slot: 'passphrase',
      confirm: true,
      withoutPassphrase: true,
    });
    expect(remaining.map((slot) => slot.label)).toEqual(['both']);
    await desk.call('keystore.backup', {});
  });
});

describe('a backup of it', () => {
  it('shows before it is opened what it asks for', async () => {
    const seen = await anotherComputer().call('keystore.lookAtBackup', { from: desk.backups });
    const { storeId } = await desk.call('keystore.status', {});
    expect(seen).toMatchObject({ storeId, realm: 'practice' });
    expect(seen.slots.map((slot) => slot.kind)).toEqual(['combined']);
  });

  it('is verified with passphrase and PIN', async () => {
    const report = await desk.call('keystore.verifyBackup', both());
    expect(report).toMatchObject({ verified: true, keys: 1 });
    const refused = await desk.refused('keystore.verifyBackup', { passphrase: phrase() });
    expect(refused.code).toBe('UNLOCK_REFUSED');
  });

  it('becomes a keystore on a new computer, once somebody says where the token is', async () => {
    const there = anotherComputer();
    const from = desk.backups;
    const unknown = await there.refused('keystore.restore', { from, ...both() });
    expect(unknown.code).toBe('HSM_NOT_ATTACHED');
    expect(requireClear(unknown).next).toContain('--token-module');
    const named = { module: token.module, label: 'another' };
    const wrong = await there.refused('keystore.restore', { from, ...both(), token: named });
    expect(wrong.code).toBe('HSM_WRONG_TOKEN');
    expect((await there.call('keystore.status', {})).state).toBe('absent');
    const { module } = token;
    await there.call('keystore.restore', { from, ...both(), token: { module } });
    // From now on this computer knows.
    await there.call('keystore.unlock', both());
    await opened(there);
    await there.core.stop();
  });
});

describe('its files on a new computer', () => {
  it('open once somebody says where the token is', async () => {
    await desk.lock();
    const there = anotherComputer();
    for (const name of readdirSync(desk.folder).filter((each) => each.startsWith('desk.keystore')))
      copyFileSync(join(desk.folder, name), join(there.folder, name));
    expect((await there.refused('keystore.unlock', both())).code).toBe('HSM_NOT_ATTACHED');
    const place = { module: token.module, label: tokenLabel };
    await there.call('keystore.unlock', { ...both(), token: place });
    await opened(there);
    await there.call('keystore.lock', {});
    await there.call('keystore.unlock', both());
    await opened(there);
    await there.core.stop();
  });

  it('a mistyped PIN locks nobody out: the next try is confirmed', async () => {
    const wrong = { passphrase: phrase(), pin: Uint8Array.from(Buffer.from('0000-mistyped')) };
    expect((await desk.refused('keystore.unlock', wrong)).code).toBe('HSM_PIN_REFUSED');
    expect((await desk.refused('keystore.unlock', both())).code).toBe('HSM_PIN_LAST_TRY');
    await desk.call('keystore.unlock', { ...both(), confirmLastTry: true });
    await opened(desk);
  });
});
