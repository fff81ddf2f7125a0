import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TestCore } from './core.fixture.ts';

const refused = expect.objectContaining({ code: 'CONSOLE_NOT_ALLOWED' });

describe('a keystore of real keys in the browser console', () => {
  it('does not open before its owner allowed it, and stays closed', async () => {
    await using test = new TestCore();
    await test.create('real');
    await test.call('keystore.lock', {});
    await expect(test.unlock('console')).rejects.toEqual(refused);
    expect(await test.state()).toBe('locked');
    await test.unlock('desktop');
  });

  it('asks its owner for a clear yes, and opens then', async () => {
    await using test = new TestCore();
    await test.create('real');
    await expect(test.call('setting.change', { consoleAllowed: true })).rejects.toMatchObject({
      code: 'CONFIRMATION_NEEDED',
    });
    expect(await test.call('setting.show', {})).toMatchObject({ consoleAllowed: false });
    const allowed = { consoleAllowed: true, confirm: true };
    expect(await test.call('setting.change', allowed)).toMatchObject({ consoleAllowed: true });
    await test.call('keystore.lock', {});
    await test.unlock('console');
    expect((await test.call('group.list', {}, 'console')).total).toBe(0);
    const { records } = await test.call('audit.list', { action: 'setting.change' });
    expect(records.map(({ outcome, details }) => [outcome, details])).toEqual([
      ['OK', { consoleAllowed: true }],
      ['CONFIRMATION_NEEDED', {}],
    ]);
  });

  it('stays closed to a page that waits until what opens it is typed there', async () => {
    await using test = new TestCore();
    await test.create('real');
    const seen = async () => (await test.call('session.snapshot', {}, 'console')).keystore.state;
    await test.call('setting.change', { consoleAllowed: true, confirm: true });
    expect(await seen()).toBe('locked');
    await expect(test.call('group.list', {}, 'console')).rejects.toMatchObject({
      code: 'KEYSTORE_LOCKED',
    });
    const wrong = Uint8Array.from(Buffer.from('not the passphrase at all'));
    await expect(
      test.call('keystore.unlock', { passphrase: wrong }, 'console'),
    ).rejects.toMatchObject({ code: 'UNLOCK_REFUSED' });
    expect(await seen()).toBe('locked');
    await test.unlock('console');
    expect(await seen()).toBe('verified');
    const { records } = await test.call('audit.list', { action: 'keystore.unlock' });
    expect(records[0]).toMatchObject({ channel: 'console', details: { wasOpen: true } });

    await test.call('setting.change', { consoleAllowed: false });
    expect(await seen()).toBe('locked');
    await test.call('setting.change', { consoleAllowed: true, confirm: true });
    expect(await seen()).toBe('locked');
  });

  it('is not shown there while somebody has it open elsewhere', async () => {
    await using test = new TestCore();
    await test.create('real');
    await expect(test.call('group.list', {}, 'console')).rejects.toEqual(refused);
    await expect(test.unlock('console')).rejects.toEqual(refused);
    expect(await test.state()).toBe('verified');
    expect(await test.call('session.snapshot', {}, 'console')).toMatchObject({
      keystore: { state: 'locked' },
      counts: { groups: 0 },
    });
  });

  it('does not say there where its backups lie', async () => {
    await using test = new TestCore();
    await test.create('real');
    const look = () => test.call('keystore.lookAtBackup', { from: null }, 'console');
    await expect(look()).rejects.toMatchObject({ code: 'BACKUP_PLACE_MISSING' });
    const passphrase = Uint8Array.from(Buffer.from('a passphrase long enough'));
    const verify = test.call('keystore.verifyBackup', { from: null, passphrase }, 'console');
    await expect(verify).rejects.toMatchObject({ code: 'BACKUP_PLACE_MISSING' });
  });

  it('is not kept open by what is refused there', async () => {
    await using test = new TestCore({ idleLock: true });
    await test.create('real');
    const locksAt = async () => (await test.call('session.snapshot', {}, 'desktop')).locksAt;
    const before = await locksAt();
    await test.clock.advance(60_000);
    await expect(test.call('folder.add', { name: 'a' }, 'console')).rejects.toEqual(refused);
    await expect(test.unlock('console')).rejects.toEqual(refused);
    await test.call('session.touch', {}, 'console');
    expect(await locksAt()).toBe(before);
  });

  it('is not made there', async () => {
    await using test = new TestCore();
    const create = test.call(
      'keystore.create',
      {
        realm: 'real',
        passphrase: Uint8Array.from(Buffer.from('a passphrase long enough')),
        backupPlace: test.backups,
      },
      'console',
    );
    await expect(create).rejects.toEqual(refused);
    expect(existsSync(test.keystore)).toBe(false);
  });
});

it('lets a practice keystore be used in the browser console without asking', async () => {
  await using test = new TestCore();
  await test.create();
  expect(await test.call('setting.show', {})).toEqual({
    autoLockMinutes: 10,
    consoleAllowed: true,
    rotationLimit: 25,
    softwareModuleToAws: false,
  });
  await test.call('keystore.lock', {});
  await test.unlock('console');
  expect((await test.call('folder.list', {}, 'console')).folders).toEqual([]);
});
