import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SmallDisk } from '../store/disk-faults.fixture.ts';
import { TestCore } from './core.fixture.ts';

it('tells that keys changed when a full backup takes them in', async () => {
  await using test = new TestCore();
  await test.create();
  const place = join(test.folder, 'second');
  mkdirSync(place);
  const told: string[] = [];
  const end = test.core.onChange(({ what }) => told.push(what));
  await test.call('keystore.setBackupPlace', { place });
  expect(told).toEqual(expect.arrayContaining(['session', 'key']));
  told.length = 0;
  await test.call('keystore.backup', {});
  expect(told).toEqual(expect.arrayContaining(['session', 'key']));
  end();
});

it('tells of a full disk for its first backup that the new keystore stands', async ({ skip }) => {
  const disk = SmallDisk.mount('64k');
  if (disk === null) return skip('no disk of its own can be made here');
  try {
    await using test = new TestCore();
    const made = {
      realm: 'real',
      passphrase: Uint8Array.from(Buffer.from('twelve and more')),
    } as const;
    await expect(
      test.call('keystore.create', { ...made, backupPlace: disk.path }),
    ).rejects.toMatchObject({
      code: 'BACKUP_PLACE_UNUSABLE',
      details: { place: disk.path, full: true, made: true },
    });
    const { state, backup } = await test.call('keystore.status', {});
    expect({ state, place: backup.place }).toEqual({ state: 'verified', place: null });
  } finally {
    disk.dispose();
  }
});
