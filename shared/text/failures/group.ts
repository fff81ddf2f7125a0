import type { DetailReader, Wording } from '../wording.ts';

/** By which method, as another system may show a KCV of another. */
const kcvWays: Readonly<Record<string, string>> = {
  CMAC: 'the KCV by AES-CMAC over 16 zero bytes, not by encrypting them',
  HMAC: "the KCV by HMAC over 16 zero bytes, with the hash of the key's type",
};
const kcvAsked = (d: DetailReader): string => kcvWays[d.text('method', '')] ?? 'the KCV once more';

/** Wording for credentials, policies, groups and keys. */
export const groupWording = {
  CREDENTIAL_FILE_INVALID: {
    headline: 'That is not a credential file as AWS gives it.',
    forYourKeys: (d) => `Nothing was imported${d.because()}.`,
    next: 'Download the CSV file again from the AWS console, and import it unchanged.',
  },
  CREDENTIAL_IN_USE: {
    headline: 'This credential is still in use.',
    forYourKeys: 'It was kept: key groups, external key stores or roles go by it.',
    next: 'Give those another credential first, or remove them.',
  },
  CREDENTIAL_REJECTED: {
    headline: 'AWS did not accept the credential.',
    forYourKeys: (d) => `AWS changed nothing for it${d.because()}. Keys in AWS go on working.`,
    next: (d) =>
      `Check in AWS that ${d.quoted('credential', 'the credential')} is active and not expired, or import a new one and choose it where this one is used.`,
  },
  POLICY_INVALID: {
    headline: 'That is not a usable key policy.',
    forYourKeys: (d) => `Nothing was changed${d.because()}.`,
    next: 'Correct the policy file and import it again.',
  },
  ACCOUNT_MISMATCH: {
    headline: 'This credential belongs to another AWS account.',
    forYourKeys: (d) => {
      const bound = d.text('bound', '');
      const found = d.text('credential', '');
      if (bound === '' || found === '')
        return 'Nothing was sent with it. A group is bound to one account.';
      return `Nothing was sent with it. ${d.quoted('group', 'The group')} is bound to ${bound}; the credential is for ${found}.`;
    },
    next: (d) =>
      `Choose a credential of ${d.text('bound', "the group's account")}. For another account, add a new group.`,
  },
  GROUP_NOT_EMPTY: {
    headline: 'The folder is not empty.',
    forYourKeys: 'Nothing was removed.',
    next: 'Move or remove what is in it first.',
  },
  GROUP_HAS_KEYS: {
    headline: 'The group holds keys.',
    forYourKeys: 'Nothing was changed. Keys are never removed together with their group.',
    next: 'Keep the group, and add a new one for other settings.',
  },
  ALIAS_HELD_ELSEWHERE: {
    headline: 'The alias names a key that this group does not know.',
    forYourKeys: 'The alias was not moved. Whatever uses it goes on as before.',
    next: (d) =>
      `See by Find in AWS what ${d.text('holder', 'that key', 256)} is. Where a newer copy of this keystore made it, restore that one; else adopt it knowingly, or choose another alias.`,
  },
  ALIAS_TAKEN_IN_KEYSTORE: {
    headline: 'Another group already uses that alias there.',
    forYourKeys: 'Nothing was changed.',
    next: (d) => `Choose another alias${d.when('group', (g) => `; “${g}” has this one`)}.`,
  },
  ACTIVE_KEY_UNUSABLE: {
    headline: 'The chosen KMS key cannot take this key material.',
    forYourKeys: (d) => `Nothing was sent to it${d.because()}.`,
    next: 'Choose a key of external origin, of the type and usage of this group, that waits for import in this Region, or none.',
  },
  BRING_IN_NOT_PREPARED: {
    headline: (d) =>
      d.has('waited')
        ? 'The transport key was over before this job could open the file.'
        : 'No transport key of this group is open.',
    forYourKeys: (d) =>
      d.has('waited')
        ? 'A transport key is destroyed after seven days, and the file with it. No key was kept or sent; the other system has it still.'
        : 'Nothing was opened or changed. A transport key is destroyed once it was used, given up, or seven days old.',
    next: 'Make one with Bring In Key, or "keyreeve group transport-key make", and have the key wrapped under it.',
  },
  BRING_IN_NOT_TAKEN: {
    headline: 'A key of this kind cannot be brought in.',
    forYourKeys: (d) => `Nothing was opened or changed${d.because()}.`,
    next: 'Bring in AES-256 and HMAC keys, each version in a KMS key of its own.',
  },
  BRING_IN_NOT_OPENED: {
    headline: 'The file does not open under the transport key of this group.',
    forYourKeys: (d) => `Nothing was kept or sent${d.because()}.`,
    next: 'Compare the fingerprints on both sides, wrap the key with the hash that is named there, and take that file.',
  },
  BRING_IN_WRONG_LENGTH: {
    headline: 'What the file holds is not as long as this key type.',
    forYourKeys: 'It was opened inside the vault and forgotten. Nothing was kept or sent.',
    next: (d) =>
      `Wrap exactly the ${d.text('expected', 'right number of')} bytes of the key, not their hex or base64.`,
  },
  BRING_IN_KCV_DIFFERS: {
    headline: 'The key in the file has another KCV than the one given.',
    forYourKeys: 'It was opened inside the vault and forgotten. Nothing was kept or sent.',
    next: (d) => `Ask the other system for ${kcvAsked(d)}, or have the right key wrapped.`,
  },
  BRING_IN_KNOWN: {
    headline: (d) => `This group has that key already: version ${d.text('version', 'before')}.`,
    forYourKeys: 'Nothing was kept or sent. One key is never two versions.',
    next: (d) =>
      d.has('unused')
        ? 'That version has no KMS key, so nothing in AWS is under it: rotate the group for a key that has one.'
        : 'Synchronize that version, or use Make Active, where it is to be in AWS or to have the alias.',
  },
  COPY_KEY_NOT_TAKEN: {
    headline: 'This version cannot be copied into that key group.',
    forYourKeys: (d) => `Nothing was opened or changed${d.because()}.`,
    next: 'Copy a version that is or was in use into another group of the same type, length, usage and protection, whose versions have a KMS key each.',
  },
  COPY_KEY_KNOWN: {
    headline: (d) => `That key group has this key already: version ${d.text('version', 'before')}.`,
    forYourKeys: 'Nothing was kept or sent. One key is never two versions of a group.',
    next: 'Synchronize that version, or use Make Active, where it is to be in AWS or to have the alias.',
  },
  ROTATION_OVERTAKEN: {
    headline: 'This rotation was carried on elsewhere and is over.',
    forYourKeys: (d) =>
      `This job comes from an older copy of the keystore. The alias was not moved${d.when('newer', (n) => ` back from version ${n}`)}.`,
    next: (d) =>
      `Cancel this job. To go back to version ${d.text('version', 'before')} on purpose, use Make Active.`,
  },
  KEY_NOT_IN_AWS: {
    headline: 'This key was never sent to AWS.',
    forYourKeys: 'It is saved here; there is no KMS key to work on.',
    next: 'Choose a key that has a KMS key.',
  },
  KEY_NOT_ENABLED: {
    headline: (d) =>
      d.when(
        'alias',
        (alias) => `The KMS key is disabled, and ${alias} names it.`,
        'The KMS key is not enabled.',
      ),
    forYourKeys: (d) =>
      d.has('alias')
        ? 'This job was interrupted while it disabled the key, and the alias came to name it: what goes by that alias fails.'
        : d.has('shared')
          ? 'All versions of the group are in this KMS key, and AWS refuses each of them.'
          : 'The alias was not moved: nothing would work through this key.',
    next: (d) => {
      const state = d.text('state', '');
      if (d.has('alias'))
        return `Enable it with Enable in AWS, or let the alias name another key; then ${d.goOn}.`;
      if (state === 'PendingDeletion')
        return `Cancel its deletion in AWS and enable it there, then ${d.goOn}.`;
      if (state === 'Disabled')
        return `Enable it with Enable in AWS, or "keyreeve key enable", then ${d.goOn}.`;
      if (!d.inOpenJob)
        return 'Bring the key back with Synchronize or Enable in AWS, then try again.';
      if (state !== 'PendingImport') return 'Enable it with Enable in AWS, then continue.';
      return d.text('mend', '') === 'sends-again'
        ? 'Continue: our copy is sent to it again.'
        : 'Cancel this job, bring the key back with Synchronize, then start again.';
    },
  },
  COPY_NOT_PROVED: {
    headline: 'Our copy is in no backup yet, so nothing is deleted.',
    forYourKeys: 'AWS keeps its material: without it the key would exist on this computer only.',
    next: (d) => `Take a backup, then ${d.goOn}.`,
  },
  MATERIAL_NOT_NAMED: {
    headline: 'Which material of this KMS key is ours is not known.',
    forYourKeys:
      'Nothing was deleted: it may be of somebody else, and no copy of it would be kept here.',
    next: (d) =>
      `${d.inOpenJob ? 'Cancel this job, then synchronize' : 'Synchronize'} with Import Key Material alone: AWS names our material then, or refuses it.`,
  },
  MAPPING_FIXED: {
    headline: 'The group has a key, so this cannot be changed.',
    forYourKeys: (d) => `Nothing was changed${d.because()}.`,
    next: 'Add a new group for it, and move applications to the alias of that group.',
  },
  MATERIAL_NOT_CURRENT: {
    headline: 'AWS does not go back to earlier material of a KMS key.',
    forYourKeys: (d) =>
      `Nothing was changed. Data under version ${d.text('version', 'before')} decrypts as before, in the same KMS key.`,
    next: 'To encrypt under other material than now, use Force Rotate: a new version takes over.',
  },
  MATERIAL_MISSING: {
    headline: 'The KMS key lacks material of an earlier version.',
    forYourKeys: (d) =>
      `AWS refuses the whole KMS key, new encryption included, until it is back${d.when('versions', (v) => `: ${v}`)}. Our copies are kept.`,
    next: (d) =>
      d.inOpenJob
        ? 'Cancel this job and Synchronize all keys of the group with Import Key Material. Then use Force Rotate: it takes a version that waits.'
        : 'Synchronize all keys of the group with Import Key Material, then try again.',
  },
  MATERIAL_PENDING: {
    headline: 'Other key material waits for rotation in this KMS key.',
    forYourKeys: (d) =>
      `Nothing was rotated. Material ${d.text('materialId', 'there', 16)} is not known to be ours; AWS goes on encrypting under what it has.`,
    next: (d) =>
      `Find out who imported it: somebody else, or a rotation cancelled before AWS answered. Delete it in AWS by its id, as nothing is encrypted under it; then ${d.goOn}.`,
  },
  MATERIAL_FORGOTTEN: {
    headline: 'AWS knows no material of this version.',
    forYourKeys: (d) =>
      `Nothing was changed. Nothing was ever encrypted under version ${d.text('version', 'this')}; our copy is kept.`,
    next: 'Use Force Rotate: it makes a new version.',
  },
  ROTATION_LIMIT: {
    headline: 'AWS rotates this KMS key no more.',
    forYourKeys: (d) => {
      const version = d.text('version', '');
      return version === ''
        ? `No key was made. It has had all its on-demand rotations${d.when('most', (m) => ` (${m})`)}; every version goes on as before.`
        : `AWS grants it no further on-demand rotation. Version ${version} is kept here, and its material waits unused in the KMS key; every other version goes on as before.`;
    },
    next: (d) =>
      `${d.inOpenJob ? 'Cancel this job. ' : ''}Add a new group, with key container mapping if it shall have no limit, and move applications to its alias.`,
  },
  NAME_NOT_TYPED: {
    headline: 'This key is in use, so its name must be typed first.',
    forYourKeys: 'Nothing was changed.',
    next: (d) =>
      `If sure, type ${d.quoted('name', d.quoted('confirmName', 'the name'))}: on the command line with --confirm.`,
  },
  NOT_DESIGNATED: {
    headline: 'This device is not the one that rotates keys.',
    forYourKeys: 'Nothing was run. Two devices rotating the same group would overtake each other.',
    next: 'Rotate on the designated device, or designate this one knowingly: "keyreeve device designate".',
  },
  SOFTWARE_KEY_TO_REAL_AWS: {
    headline: 'Keys made in software are not sent to real AWS unasked.',
    forYourKeys: 'Nothing was sent.',
    next: 'Use a hardware HSM, or allow software keys for this keystore once and for all: "keyreeve keystore allow-software-module-to-aws".',
  },
} as const satisfies Record<string, Wording>;
