import type { DetailReader, Wording } from '../wording.ts';

/** Why a keystore is open for reading only, where the reason is another failure. */
const readOnlyWhy: Readonly<Record<string, string>> = {
  KEYSTORE_TAMPERED: ': its records are not as they were last saved',
  KEYSTORE_OLDER_THAN_ANCHOR: ': it is older than the one the HSM remembers',
  KEYSTORE_DAMAGED: ': the file is damaged',
  DISK_FAILED: ': the disk reported an error',
  DISK_FULL: ': the disk was full when it was opened',
  DISK_READ_ONLY: ': the disk does not take changes',
};

const acceptKnowingly =
  'Open the newest copy, or accept this older one knowingly, with --accept-older on the command line, and compare every group with AWS.';
const keepAndRestore = 'Keep this file for examination and restore a verified backup.';
const readOnlyNext: Readonly<Record<string, string>> = {
  KEYSTORE_TAMPERED: keepAndRestore,
  KEYSTORE_OLDER_THAN_ANCHOR: acceptKnowingly,
  KEYSTORE_DAMAGED: keepAndRestore,
  DISK_FAILED: 'Check the disk, then lock and open it again, or restore a backup elsewhere.',
  DISK_FULL: 'Make room on its disk, then lock and open it again.',
  DISK_READ_ONLY: 'Make its disk writable, then lock and open it again.',
};

/** Two files that are whole and do not belong together are no damage. */
const headerIs = (d: DetailReader): 'older' | 'foreign' | 'damaged' => {
  const part = d.text('part', '');
  if (part === 'older header') return 'older';
  return part === 'store id' ? 'foreign' : 'damaged';
};

/** The folder was read, and holds nothing that says of itself that it is a finished backup. */
const noBackup = (d: DetailReader): boolean =>
  d.text('part', '') === 'manifest' && d.text('why', '') === 'missing';

/** A file that was asked for could not be written; no part of the keystore lies where it was to go. */
const notWritten = 'The file was not written. The keystore is as it was.';

/** Wording for the keystore file, its locks, its disk, its backups and its audit log. */
export const keystoreWording = {
  KEYSTORE_LOCKED: {
    headline: 'The keystore is locked.',
    forYourKeys: (d) =>
      d.when(
        'job',
        (job) => `What its steps have done stays done. Job ${job} goes on at the next unlock.`,
        'Nothing was changed. Jobs wait until it is unlocked.',
      ),
    next: 'Unlock it: "keyreeve keystore unlock".',
  },
  KEYSTORE_CHECKING: {
    headline: 'The keystore is still being checked.',
    forYourKeys: 'Lists can be read. Changes wait until every record has been checked.',
    next: 'Try again in a few seconds.',
  },
  KEYSTORE_READ_ONLY: {
    headline: 'The keystore is open for reading only.',
    forYourKeys: (d) => {
      const why = readOnlyWhy[d.text('reason', '')] ?? d.because('reason');
      return d.when(
        'job',
        (job) => `What its steps have done stays done${why}. Job ${job} stands still.`,
        `Nothing was changed${why}. Jobs do not run.`,
      );
    },
    next: (d) =>
      readOnlyNext[d.text('reason', '')] ?? 'Look at the keystore status and settle what it names.',
  },
  KEYSTORE_NOT_FOUND: {
    headline: (d) =>
      d.has('folder')
        ? 'The folder for that keystore is not there.'
        : 'There is no keystore at that place.',
    forYourKeys: (d) => (d.has('folder') ? 'Nothing was made.' : 'Nothing was made in its place.'),
    next: (d) =>
      d.when('folder', (folder) => `Make the folder ${folder}, or choose another path.`) ||
      `Check the path${d.when('path', (p) => ` ${p}`)}, or create a keystore there.`,
  },
  KEYSTORE_EXISTS: {
    headline: 'There is already something at that place.',
    forYourKeys: 'It was left as it is: a keystore is never overwritten.',
    next: 'Choose another path.',
  },
  KEYSTORE_IN_USE: {
    headline: 'Another process holds this keystore open.',
    forYourKeys: 'Nothing was changed. One process at a time may have it.',
    next: 'Wait until that has ended. A daemon, console or window has to be ended, or is where to work.',
  },
  KEYSTORE_NOT_A_FILE: {
    headline: 'That path is not a plain file.',
    forYourKeys: 'Nothing was opened or changed.',
    next: 'Give the keystore file itself, not a folder, link or device.',
  },
  KEYSTORE_HEADER_MISSING: {
    headline: 'The file that unlocks this keystore is missing.',
    forYourKeys:
      'Your keys are still in the keystore, but nothing can open it without its slot header.',
    next: 'Put the header file back beside the keystore, from its folder copy or a backup.',
  },
  KEYSTORE_HEADER_DAMAGED: {
    headline: (d) =>
      ({
        older: 'The slot header is older than this keystore.',
        foreign: 'The slot header belongs to another keystore.',
        damaged: 'Both copies of the slot header are damaged.',
      })[headerIs(d)],
    forYourKeys: (d) =>
      headerIs(d) === 'older'
        ? 'It was not opened: a passphrase or slot that was taken away since opens an older header.'
        : 'The keystore was not opened and nothing was written.',
    next: (d) =>
      headerIs(d) === 'damaged'
        ? 'Put the header back from the newest backup; where that is too old, restore that backup to a new path.'
        : 'Put back its own newest header; where there is none, restore the newest backup to a new path.',
  },
  KEYSTORE_DAMAGED: {
    headline: 'The keystore file is damaged.',
    forYourKeys: 'Nothing was written to it. Keys in AWS go on working.',
    next: (d) =>
      d.has('opened')
        ? keepAndRestore
        : 'Make sure that the slot header beside it is its own. Else keep this file, and restore the latest verified backup to a new path.',
  },
  KEYSTORE_TAMPERED: {
    headline: 'Records in the keystore are not as they were last saved.',
    forYourKeys: 'It is open for reading only; no job runs and no key is sent anywhere.',
    next: keepAndRestore,
  },
  KEYSTORE_OLDER_THAN_ANCHOR: {
    headline: 'This keystore is older than the one the HSM remembers.',
    forYourKeys:
      'It is open for reading only: keys made later may be missing, and AWS may hold newer ones.',
    next: acceptKnowingly,
  },
  KEYSTORE_NEWER_VERSION: {
    headline: 'A newer version of Keyreeve wrote this keystore.',
    forYourKeys: 'Nothing was changed in it.',
    next: 'Open it with that version or a later one.',
  },
  UNLOCK_REFUSED: {
    headline: 'That did not open the keystore.',
    forYourKeys:
      'Nothing was changed. The passphrase, the PIN or the chosen slot is not the right one.',
    next: 'Check keyboard layout and slot, and enter it again.',
  },
  PASSPHRASE_TOO_SHORT: {
    headline: 'That passphrase is too short.',
    forYourKeys: 'Nothing was changed.',
    next: (d) =>
      `Choose one of at least ${d.text('least', 'the required')} characters; several words are easy to keep.`,
  },
  SLOT_LAST: {
    headline: 'This is the last way to open the keystore.',
    forYourKeys: 'It was kept: without it nobody could open the keystore again.',
    next: 'Add another way first, then remove this one.',
  },
  DISK_FULL: {
    headline: 'The disk is full.',
    forYourKeys: (d) =>
      d.when(
        'elsewhere',
        () => notWritten,
        d.has('unmade')
          ? 'No keystore was made, and nothing was left there.'
          : 'The last change was not saved and was taken back. What was saved before is safe.',
      ),
    next: (d) =>
      d.when('elsewhere', (folder) => `Make room on the disk of ${folder}, or choose another.`) ||
      (d.has('unmade') &&
        `Make room on the disk of ${d.text('path', 'the keystore')}, then try again.`) ||
      `Make room on the disk of ${d.text('path', 'the keystore')}${d.inOpenJob ? '; jobs then go on.' : ', then try again. Jobs go on by themselves.'}`,
  },
  DISK_READ_ONLY: {
    headline: (d) =>
      d.when('folder', () => 'A folder that Keyreeve needs cannot be made.') ||
      d.when('keystore', () =>
        d.has('why')
          ? 'This account may not change the keystore.'
          : 'The keystore lies where nothing can be written.',
      ) ||
      d.when(
        'why',
        () =>
          d.has('path')
            ? 'This account may not use a folder that Keyreeve needs.'
            : 'This account may not use the files of the keystore.',
        'The disk does not take changes.',
      ),
    forYourKeys: (d) =>
      d.when(
        'keystore',
        () =>
          'It was not opened, and is as it was. Opening writes: into its audit log, and a lock that keeps others out.',
        'Nothing was changed.',
      ),
    next: (d) => {
      const missing = d.text('folder', '');
      if (missing !== '')
        return `Let this account make ${missing}, or name another place: KEYREEVE_STATE for what belongs to this computer, --keystore for a keystore.`;
      const folder = d.text('path', 'the folder of the keystore');
      if (d.has('keystore') && !d.has('why'))
        return `Make ${folder} writable, or copy the keystore, with the files beside it whose names begin with its own, to a disk that takes changes, and open it there.`;
      return d.when(
        'why',
        () => `Let this account read and write ${folder}, or use the account that owns it.`,
        `Make ${folder} writable.`,
      );
    },
  },
  DISK_FAILED: {
    headline: 'The disk reported an error.',
    forYourKeys: (d) =>
      d.when(
        'elsewhere',
        () => notWritten,
        'The last change may not be saved. Keyreeve makes no further change until it is opened again.',
      ),
    next: (d) =>
      d.when(
        'elsewhere',
        (folder) => `Check the disk of ${folder}, or choose another.`,
        'Check the disk, then open the keystore again, or restore a backup elsewhere.',
      ),
  },
  REALM_MISMATCH: {
    headline: (d) =>
      d.has('deed') ? 'Only a practice keystore does that.' : 'Practice and real do not mix.',
    forYourKeys: (d) =>
      d.has('deed')
        ? 'Nothing was changed: this keystore is for real keys.'
        : `Nothing was sent${d.because()}. A practice keystore talks to the practice KMS only, a real one never.`,
    next: (d) => {
      if (!d.has('deed')) return 'Use the keystore made for this endpoint.';
      return d.text('deed', '') === 'set up an empty token'
        ? 'Set the token up with the tools of its maker, then attach it.'
        : 'Do it in a practice keystore, or leave it out.';
    },
  },
  BACKUP_PLACE_MISSING: {
    headline: (d) =>
      d.when(
        'place',
        () =>
          d.has('emptied')
            ? 'The backup folder is there, but not the backups that were made in it.'
            : 'The backup folder is not there.',
        'No second place for backups is set.',
      ),
    forYourKeys: (d) =>
      d.has('from')
        ? 'Nothing was read, restored or changed.'
        : 'What exists only on this computer can be lost with it: a real keystore sends and switches no key without a second place.',
    next: (d) =>
      d.when('from', (from) => `Attach its disk, or look at the path ${from}.`) ||
      d.when(
        'place',
        (place) =>
          d.has('emptied')
            ? `Attach its disk to ${place}. To begin anew in that folder, choose it again as the backup place.`
            : `Attach its disk or make ${place}, or choose another folder.`,
        d.has('at')
          ? 'Give the new keystore one on another disk: on the command line with --backup-place.'
          : 'Choose a folder on another disk with "keyreeve keystore backup-place".',
      ),
  },
  BACKUP_PLACE_UNUSABLE: {
    headline: (d) =>
      d.has('full')
        ? 'The disk of the backup folder is full.'
        : 'The backup folder cannot be used.',
    forYourKeys: (d) =>
      d.has('why')
        ? `Nothing was changed${d.because('why')}.`
        : d.has('made')
          ? 'The keystore was made, without a backup. Keys wait until one can be taken.'
          : `New keys wait until a backup can be taken. The keystore itself is fine${d.because()}.`,
    next: (d) =>
      d.has('why')
        ? 'Choose another folder, best on another disk.'
        : d.has('full')
          ? `Make room on the disk of ${d.text('place', 'the folder')}, or choose another folder${d.has('made') ? ': with "keyreeve keystore backup-place"' : ''}.`
          : `Make ${d.text('path', d.text('place', 'the folder'))} reachable and writable, or choose another.`,
  },
  BACKUP_INVALID: {
    headline: (d) =>
      noBackup(d)
        ? 'There is no whole backup in that folder.'
        : 'That backup did not pass its check.',
    forYourKeys: (d) =>
      noBackup(d)
        ? 'Nothing was restored or changed.'
        : `Nothing was restored from it${d.when('part', (part) => `; its ${part} did not fit`)}.`,
    next: (d) =>
      noBackup(d)
        ? 'Name the folder that was chosen as the place for backups, or one of the copies in it.'
        : 'Use another backup, and take a new one soon.',
  },
  BACKUP_NEEDED_FIRST: {
    headline: 'This key is not in a verified backup yet.',
    forYourKeys: 'Nothing was changed in AWS. Without a backup the key could not be put back.',
    next: (d) => `Take a backup, then ${d.goOn}.`,
  },
  AUDIT_BROKEN: {
    headline: 'The audit log has been changed after it was written.',
    forYourKeys: (d) =>
      d.when(
        'seq',
        (n) => `Record ${n} is the first that does not fit.`,
        'The chain of records does not fit together.',
      ),
    next: 'Keep the file as it is and compare it with an earlier export.',
  },
} as const satisfies Record<string, Wording>;
