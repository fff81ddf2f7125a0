import { expect, it } from 'vitest';
import { clean } from '../screen.ts';
import type { OutputFor } from '../operations.ts';
import { auditText, backupText, restoredText, statusText } from './keystore.ts';
import { styleFor } from './moments.ts';

it('says what a record is about, beside its ids', () => {
  const id = '0190c1a2-0000-7000-8000-000000000001';
  const record = {
    seq: 7,
    at: 0,
    actor: 'custodian-2',
    channel: 'cli',
    action: 'group.edit',
    objects: [id],
    outcome: 'OK',
    details: { name: 'payments-prod' },
    hash: 'aa',
  };
  const log = { records: [record], size: 7, signedSize: 7, signer: null, head: 'aa', next: null };
  const style = styleFor({ width: 200 } as unknown as Parameters<typeof styleFor>[0]);
  const [, row] = auditText(log, style).split('\n');
  expect(row).toMatch(new RegExp(`group\\.edit +OK +payments-prod +${id}`));
});

it('says of a backup how old its full copy is, and how new what came behind it', () => {
  const style = styleFor({ forPeople: false, width: Number.POSITIVE_INFINITY });
  const report = {
    path: '/b/full-000001-commit-7',
    storeId: '0190c1a2-0000-7000-8000-000000000001',
    realm: 'practice',
    takenAt: 0,
    lastIncrementAt: 86_400_000,
    commitNumber: 9,
    keys: 2,
    increments: 3,
    verified: true,
    remarks: [],
  } as const;
  const told = (more: object): string =>
    backupText({ ...report, remarks: [], ...more }, style).replaceAll(/[\uE000-\uE00F]/g, '');
  expect(told({})).toMatch(/^Full copy +taken 1970-01-01T00:00:00Z$/m);
  expect(told({})).toMatch(/^Increments +3 since, the last 1970-01-02T00:00:00Z$/m);
  const none = told({ increments: 0, lastIncrementAt: null });
  expect(none).toMatch(/^Increments +none since$/m);
});

it('says of a place for backups that it is not there, or has no full backup', () => {
  const place = '/mnt/stick';
  const status = {
    path: '/keys.keystore',
    state: 'verified',
    reason: null,
    storeId: null,
    realm: 'real',
    slots: [],
    anchor: 'not-read',
    runningJobs: 0,
    needsYou: 0,
  } as const;
  const lines = (backup: OutputFor<'keystore.status'>['backup']): string[] =>
    statusText(
      { ...status, slots: [], backup },
      styleFor({ width: 200 } as unknown as Parameters<typeof styleFor>[0]),
    )
      .split('\n')
      .map(clean)
      .filter((line) => /^(Backup place|Last full)/.test(line))
      .map((line) => line.replaceAll(/ {2,}/g, ' · '));
  const none = {
    trouble: null,
    sameDisk: null,
    lastFullAt: null,
    lastIncrementAt: null,
    lastVerifiedAt: null,
  };
  expect(lines({ ...none, place: null })).toEqual(['Backup place · none']);
  expect(lines({ ...none, place, sameDisk: true })[0]).toMatch(
    /^Backup place · \/mnt\/stick · ! The place is on the same disk as the keystore: /,
  );
  expect(lines({ ...none, place })).toEqual([
    'Backup place · /mnt/stick',
    'Last full backup · none in this place',
  ]);
  const trouble = { code: 'BACKUP_PLACE_MISSING' as const, details: { place } };
  expect(lines({ ...none, place, trouble })).toEqual([
    'Backup place · /mnt/stick · ! The backup folder is not there.',
    'Last full backup · not known while the place cannot be read',
  ]);
});

it('says of a restored keystore what it needs before it rotates', () => {
  const status = {
    path: '/keys.keystore',
    state: 'locked',
    reason: null,
    storeId: null,
    realm: 'real',
    slots: [],
    backup: {
      place: null,
      trouble: null,
      sameDisk: null,
      lastFullAt: null,
      lastIncrementAt: null,
      lastVerifiedAt: null,
    },
    anchor: 'not-read',
    runningJobs: 0,
    needsYou: 0,
  } as const;
  const text = restoredText({ ...status, slots: [] }, styleFor({ forPeople: false, width: 80 }));
  const commands = text.split('\n').filter((line) => /^ {2}keyreeve /.test(line));
  expect(commands.map((line) => line.trim())).toEqual([
    'keyreeve device designate',
    'keyreeve keystore backup-place DIR',
    'keyreeve job list',
  ]);
});
