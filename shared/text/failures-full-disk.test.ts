import { expect, it } from 'vitest';
import type { FailureCode } from '../errors/failures.ts';
import type { SafeDetails } from '../errors/operation-error.ts';
import { renderFailure } from './failures.ts';

const told = (code: FailureCode, details: SafeDetails): string => {
  const { headline, forYourKeys, next } = renderFailure({ code, details });
  return `${headline} ${forYourKeys} ${next}`.replace(/[\u2066-\u2069]/g, '');
};

it('tells a keystore that is only being made from one that is there', () => {
  expect(told('DISK_FULL', { path: '/srv/keys', unmade: true })).toBe(
    'The disk is full. No keystore was made, and nothing was left there. Make room on the disk of /srv/keys, then try again.',
  );
  expect(told('DISK_FULL', {})).toMatch(/taken back.*Jobs go on by themselves/);
});

it('tells a full backup disk from a folder that cannot be reached', () => {
  const place = '/mnt/stick';
  expect(told('BACKUP_PLACE_UNUSABLE', { place, full: true })).toBe(
    'The disk of the backup folder is full. New keys wait until a backup can be taken. The keystore itself is fine. Make room on the disk of /mnt/stick, or choose another folder.',
  );
  expect(told('BACKUP_PLACE_UNUSABLE', { place })).toMatch(/reachable and writable/);
});

it('says that the keystore stands when only its first backup failed', () => {
  const made = told('BACKUP_PLACE_UNUSABLE', { place: '/mnt/stick', full: true, made: true });
  expect(made).toMatch(/The keystore was made, without a backup\./);
  expect(made).toMatch(/another folder: with "keyreeve keystore backup-place"\.$/);
});
