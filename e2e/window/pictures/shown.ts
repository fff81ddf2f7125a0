/** Every picture there is, in the order of its page, each with what is to be seen. */
export const shown = [
  {
    section: 'The way in',
    pictures: [
      ['first-run', 'The first page: practise, open a keystore, or create a real one'],
      ['first-run--open', 'Open another keystore, or restore one'],
      ['first-run--real', 'A real keystore is made in the desktop window, or on the command line'],
      ['first-run--passphrase', 'A passphrase for the practice keystore'],
      ['first-run--place', 'Where practice keys are made'],
      ['first-run--group', 'The first key group, filled in'],
      ['first-run--done', 'After the first rotation: what to try next'],
      ['unlock', 'A locked keystore'],
      ['unlock--refused', 'A passphrase that did not open it'],
      ['unlock--real', 'Real keys, in a browser that their owner has not allowed'],
      ['locking', 'A lock that waits for a job to come to a safe step'],
      ['connection-lost', 'Keyreeve does not answer: what is shown is as it was'],
      ['session-ended', 'A page without a session'],
      ['takeover--waiting', 'A second browser waits for the first'],
      ['takeover', 'The first browser is asked'],
    ],
  },
  {
    section: 'Key management',
    pictures: [
      ['key-groups', 'Folders, key groups and keys; the copies and history of one key'],
      ['key-groups--empty', 'Before there is any key group'],
      ['keys', 'Every key, whatever its group'],
      ['expiry', 'Which keys end soon, when, and what happens then'],
      ['menu--folder', 'What can be done with a folder'],
      ['menu--group', 'What can be done with a key group'],
      ['menu--key', 'What can be done with a key'],
      ['add-folder', 'Add a folder'],
      ['move', 'Move to another folder'],
      ['remove', 'Remove what is empty'],
      ['add-group', 'Add Key Group: Key Type and Storage Location'],
      ['add-group--group', 'Add Key Group: the tab Group'],
      ['add-group--aws', 'Add Key Group: the tab AWS Properties'],
      ['add-group--problems', 'Add Key Group: what is missing is said where it is missing'],
      ['add-group--credential', 'Select a credential'],
      ['add-group--policy', 'A key policy, read out in sentences'],
      ['group-properties', 'Properties of a key group'],
      ['key-properties', 'A key in full: copies, ids, history'],
      ['prove-copies', 'Every keystore copy of a group, opened and held against its KCV'],
      ['find-in-aws', 'Every KMS key that AWS holds, and whose it is'],
      ['key-policy', 'The policy in AWS beside the one of the template'],
      ['key-grants', 'Who was granted the use of a KMS key'],
      ['key-materials', 'Each key material of a KMS key'],
    ],
  },
  {
    section: 'Plans',
    pictures: [
      ['force-rotate', 'Force Rotate: what changes, what stays, what to look at, the checks'],
      ['force-rotate--refused', 'A plan that cannot be run says what is in the way'],
      ['force-rotate--running', 'A rotation of this group is under way already'],
      ['bring-in', 'Bring In Key: what goes to the other system, and what comes back'],
      ['copy-key', 'Copy a key to another group: which one takes it'],
      ['copy-key--planned', 'Copy a key to another group: what that does'],
      ['synchronize', 'Synchronize: here, in AWS now, and after'],
      ['synchronize--delete', 'Synchronize with Delete Key Material'],
      ['synchronize-group', 'Synchronize all keys of a group: what is done with each'],
      ['make-active', 'Make an earlier version active again'],
      ['turn-key', 'Disable a key in AWS: what stops, and the way back'],
    ],
  },
  {
    section: 'External key stores',
    pictures: [
      ['xks--empty', 'Before there is any external key store'],
      ['xks', 'A store: its state in AWS, its proxy, its keys below it'],
      ['xks--credentials', 'Two proxy credentials may be accepted at once'],
      ['xks--rules', 'Owner accounts, and rules that refuse'],
      ['xks--proxy', 'Which proxies serve what is published'],
      ['xks--key', 'A key, as on the Cryptographic configuration tab of AWS'],
      ['xks--refused', 'A KMS key that asked for the external key of another one'],
      ['menu--xks-store', 'The menu of a store says what stands against each deed'],
      ['xks-add-store', 'Add an external key store'],
      ['xks-edit-store', 'Edit it'],
      ['xks-store-deed', 'The plan of a deed on the store in AWS'],
      ['xks-add-key', 'Create a KMS key together with its external key'],
      ['xks-key-deed', 'The plan of a deed on the KMS key'],
      ['xks-stop', 'The kill switch says what follows'],
      ['xks-rotate-key', 'Rotate an external key'],
      ['xks-allow-kms-key', 'Allow a second KMS key to use an external key'],
      ['xks-remove', 'Retire a credential, remove a key or a store'],
      ['xks-add-rule', 'Add a rule'],
      ['xks-try-rules', 'Try a request against owners and rules'],
      ['xks-write-credential', 'The credential as a file for the AWS console'],
      ['xks-rehearse', 'A block of one key, rehearsed for a while in a scope'],
      ['xks-reconcile', 'Calls at the proxy, matched with CloudTrail'],
      ['xks-request-certificate', 'A request for the certificate of the proxies'],
      ['xks-import-certificate', 'What was issued must fit key, name, time and chain'],
    ],
  },
  {
    section: 'Logging and reporting',
    pictures: [
      ['jobs', 'Every deed is a job'],
      ['jobs--empty', 'Before there is any job'],
      ['job', 'A job that needs somebody, with its steps and their proofs'],
      ['job--done', 'A job that is done'],
      ['cancel-job', 'A cancel asks with facts'],
      ['cancel-job--several', 'Several are cancelled by one question'],
      ['due', 'Rotations and renewals that came due wait for one choice'],
      ['audit', 'The audit log, one record opened'],
      ['export-audit', 'Export the audit log, signed'],
      ['verify-audit', 'Verify an export'],
    ],
  },
  {
    section: 'Administration',
    pictures: [
      ['hsm', 'The token, its PIN, its master key, and what the probe found'],
      ['attach-hsm', 'Attach an HSM'],
      ['enter-pin', 'The PIN of the HSM'],
      ['credentials', 'Credentials for AWS'],
      ['import-credential--csv', 'Import a credential: the CSV file of AWS'],
      ['import-credential--keys', 'Import a credential: typed in'],
      ['import-credential--profile', 'Import a credential: a profile of this computer'],
      ['import-credential--role', 'Import a credential: a role'],
      ['credential-tls', 'Whom a credential believes to be AWS, by fingerprint'],
      ['remove-credential', 'Remove a credential'],
      ['configuration', 'Which device rotates on schedule'],
      ['designate', 'Designate this device'],
      ['security', 'Ways to unlock, backup, automatic lock'],
      ['add-slot', 'Add a way to unlock'],
      ['remove-slot', 'Remove a way to unlock'],
      ['change-passphrase', 'Change a passphrase'],
      ['restore', 'Restore a backup'],
      ['practice', 'The practice KMS'],
      [
        'practice--kms',
        'The practice KMS that Keyreeve started: its clock, its quotas, what it holds',
      ],
      ['practice--rehearsals-new', 'The guided rehearsals, before any is begun'],
      ['practice--rehearsals', 'A guided rehearsal under way'],
      ['practice--people', 'Users and roles of the practice KMS, and what one may do'],
      ['practice--mischief', 'Faults that the practice KMS rehearses'],
      ['practice--calls', 'Every call that the practice KMS answered'],
      ['practice--refusals', 'A refusal, and the statement that would let it through'],
      ['practice--strip', 'The rehearsal under way, wherever one is'],
      ['advance-clock', 'Move the practice clock forward: what elapses'],
      ['reset-practice', 'Reset the practice KMS: what is lost'],
      ['crash-keyreeve', 'A rehearsed crash'],
      ['commands', 'Every place and deed, by a few letters'],
      ['shortcuts', 'What the keys do'],
    ],
  },
  {
    section: 'Six errors',
    pictures: [
      ['error--pin', 'The HSM did not accept that PIN'],
      ['error--alias', 'AWS did not allow the alias to move'],
      ['error--answer-lost', 'An answer of AWS was lost: a look before anything is done again'],
      ['error--account', 'The credential belongs to another AWS account'],
      ['select-credential', 'Another credential, with the one of another account marked'],
      ['error--hsm-gone', 'The HSM went away while a key was being wrapped'],
      ['error--material', 'AWS says that our copy is not the material this KMS key had'],
    ],
  },
] as const;

export type PictureName = (typeof shown)[number]['pictures'][number][0];

export const pictureNames: readonly PictureName[] = shown.flatMap(({ pictures }) =>
  pictures.map(([name]) => name),
);

/** docs/screenshots/README.md. */
export function indexPage(): string {
  const lines = [
    '# Every screen and every dialog, light and dark',
    '',
    'Taken by the tests that drive the window (`npm run screenshots`): a real core, a SoftHSM token, the',
    'practice KMS, and Chromium at 1280 × 800. Ids, moments and paths differ from run to run; fixed ones',
    'stand for them here. `scripts/screenshots.test.ts` holds this page: no place and no dialog is missing.',
  ];
  for (const { section, pictures } of shown) {
    lines.push('', `## ${section}`, '', '| | light | dark |', '|---|---|---|');
    for (const [name, what] of pictures) {
      const cells = ['light', 'dark'].map((look) => `![${what}, ${look}](${name}.${look}.png)`);
      lines.push(`| ${what} | ${cells.join(' | ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
