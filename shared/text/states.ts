import type { JobState } from '../model/job.ts';
import { counted } from './counted.ts';
import { countDue } from './due.ts';
import type { KeyWorks } from './key-works.ts';

/**
 * Glyph and word of every state: always shown together, so that colour only repeats them.
 * `tone` is what colour may repeat.
 */
export interface StateText {
  readonly glyph: string;
  readonly word: string;
  readonly tone: 'good' | 'quiet' | 'busy' | 'attention';
}

export const keyStates = {
  'Active, alias': { glyph: '●', word: 'Active, alias', tone: 'good' },
  'Decrypts only': { glyph: '○', word: 'Decrypts only', tone: 'quiet' },
  'No alias': { glyph: '○', word: 'No alias', tone: 'quiet' },
  Off: { glyph: '◌', word: 'Off', tone: 'quiet' },
  'Off, alias': { glyph: '!', word: 'Off, alias', tone: 'attention' },
  'Material gone': { glyph: '!', word: 'Material gone', tone: 'attention' },
  Stopped: { glyph: '!', word: 'Stopped', tone: 'attention' },
  'Pending rotation': { glyph: '·', word: 'Pending rotation', tone: 'quiet' },
  Differs: { glyph: '!', word: 'Differs', tone: 'attention' },
  'Not checked': { glyph: '?', word: 'Not checked', tone: 'quiet' },
  'Not in AWS': { glyph: '-', word: 'Not in AWS', tone: 'quiet' },
} as const satisfies Record<string, StateText>;
export type KeyState = keyof typeof keyStates;

/** What a key state means, in one line, for a legend or a tooltip. */
export const keyStateMeaning = (state: KeyState, works: KeyWorks): string => meanings[state](works);

const meanings: Readonly<Record<KeyState, (works: KeyWorks) => string>> = {
  'Active, alias': ({ freshUnder }) => `holds the alias: ${freshUnder('it')}`,
  'Decrypts only': () => 'earlier version, enabled, without the alias',
  'No alias': ({ works }) =>
    `earlier version, enabled, without the alias: ${works} where it is named`,
  Off: ({ noneUnder }) => `disabled in AWS: ${noneUnder('it')}`,
  'Off, alias': ({ idleUnder }) => `disabled in AWS, and holds the alias: ${idleUnder('it')}`,
  'Material gone': ({ noneUnder }) => `AWS has no key material for it: ${noneUnder('it')}`,
  Stopped: () => 'AWS refuses its KMS key, which lacks material of another version',
  'Pending rotation': () => 'its material waits in AWS: nothing is encrypted under it yet',
  Differs: () => 'AWS is not what the group says',
  'Not checked': () => 'last read more than a day ago, or AWS could not be reached',
  'Not in AWS': () => 'saved here only',
};

export const jobStateTexts: Readonly<Record<JobState, StateText>> = {
  waiting: { glyph: '·', word: 'Waiting', tone: 'quiet' },
  running: { glyph: '▸', word: 'Running', tone: 'busy' },
  checking: { glyph: '?', word: 'Checking with AWS', tone: 'busy' },
  'needs-you': { glyph: '!', word: 'Needs you', tone: 'attention' },
  done: { glyph: '✓', word: 'Done', tone: 'good' },
  'done-with-remark': { glyph: '!', word: 'Done, with a remark', tone: 'attention' },
  'stopped-nothing-changed': { glyph: '–', word: 'Stopped, nothing changed', tone: 'quiet' },
  cancelled: { glyph: '–', word: 'Cancelled', tone: 'quiet' },
};

/** Titles of the four lines that every job which is not done shows, in this order. */
export const standingTitles = {
  copies: 'Your copies',
  aws: 'In AWS',
  applications: 'Applications',
  data: 'Keys in use',
} as const;

/** Stands above the first step that applications can notice. */
export const commitLine = 'applications see no change above this line';

/** First four and last four characters of an id: `7c1d…e20f`. Short ids stay whole. */
export const shortId = (id: string): string =>
  id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-4)}`;

/** How job endings are told. Names and ids come from what was read back. */
export const endings = {
  rotated: (d: { group: string; version: number; keyId: string; alias: string }): string =>
    `${d.group} rotated. Version ${d.version} (${shortId(d.keyId)}) now holds alias/${d.alias}.`,
  broughtIn: (d: { group: string; version: number; keyId: string; alias: string }): string =>
    `A key was brought into ${d.group}. It is version ${d.version} (${shortId(d.keyId)}), which holds alias/${d.alias}.`,
  copied: (d: {
    group: string;
    version: number;
    keyId: string;
    alias: string;
    from: { group: string; version: number };
  }): string =>
    `Version ${d.from.version} of ${d.from.group} was copied into ${d.group}. It is version ${d.version} (${shortId(d.keyId)}), which holds alias/${d.alias}.`,
  /** `state`: of the KMS key that all versions are in, as AWS spells it. */
  rotatedInKey: (d: { group: string; version: number; keyId: string; state: string }): string => {
    const key = `the same KMS key (${shortId(d.keyId)})`;
    return d.state === 'Enabled'
      ? `${d.group} rotated. AWS encrypts under version ${d.version} in ${key}; every earlier version decrypts.`
      : `${d.group} rotated. Version ${d.version} is the current one in ${key}, which reads as ${d.state}: AWS refuses every version.`;
  },
  previousStays: (d: { version: number; works: KeyWorks }): string =>
    `Version ${d.version} stays enabled and ${d.works.works}.`,
  firstKey: (d: { alias: string }): string =>
    `First key of this group: alias/${d.alias} is new, so no application used it before.`,
  newAlias: (d: { alias: string }): string =>
    `alias/${d.alias} is new, so no application used it before.`,
  takenOver: (d: { keyId: string }): string =>
    `KMS key ${shortId(d.keyId)} held it before: AWS took this key as the material it has.`,
  foreignStays: (d: { keyId: string }): string =>
    `KMS key ${shortId(d.keyId)}, which held the alias before, was not touched.`,
  previousIs: (d: { version: number; state: string }): string =>
    `Version ${d.version} reads as ${d.state}.`,
  copies: (d: { backupAt: string | null }): string =>
    d.backupAt === null
      ? 'Copies: keystore only, no backup place is set.'
      : `Copies: keystore, backup ${d.backupAt}.`,
  synchronized: (d: { group: string; version: number; done: readonly string[] }): string =>
    `${d.group}, version ${d.version}: ${d.done.join(', ')}.`,
  /** `until`: when AWS deletes it now; null: never. */
  renewed: (d: { group: string; version: number; until: string | null }): string =>
    `${d.group}, version ${d.version}: AWS has our copy again, and ${d.until === null ? 'does not delete it' : `deletes it on ${d.until}`}.`,
  madeActive: (d: { group: string; version: number; keyId: string; alias: string }): string =>
    `alias/${d.alias} points at version ${d.version} of ${d.group} (${shortId(d.keyId)}) now.`,
  disabled: (d: { group: string; version: number; keyId: string; works: KeyWorks }): string =>
    `Version ${d.version} of ${d.group} (${shortId(d.keyId)}) is disabled in AWS: ${d.works.noneUnder('it')} until Enable in AWS.`,
  enabled: (d: { group: string; version: number; keyId: string; works: KeyWorks }): string =>
    `Version ${d.version} of ${d.group} (${shortId(d.keyId)}) is enabled in AWS: ${d.works.again('it')}.`,
  cancelled: (d: { exists: string }): string => `Cancelled. ${d.exists}`,
} as const;

/** What empty lists and waiting say. */
export const emptyTexts = {
  groups: 'No key groups yet. A key group holds keys and says how new ones are made.',
  keys: 'No keys yet. Force Rotate of a group makes its first one.',
  jobs: 'Jobs appear here when you rotate or synchronize. They wait while the keystore is locked.',
  credentials: 'No credentials yet. Import the CSV file that AWS gives for an access key.',
  folders: 'No folders yet.',
  due: 'Nothing came due that waits for a choice.',
  audit: 'The audit log is empty.',
  /** A list that was narrowed down: there may be others. */
  noneOfThose: 'Nothing fits what was asked for.',
  modules: 'No PKCS#11 module was found on this computer.',
  nothingFound: (text: string): string => `Nothing matches “${text}”.`,
} as const;

const paused = (jobs: number): string =>
  `${counted(jobs, 'job')} paused; ${jobs === 1 ? 'it goes' : 'they go'} on at the next unlock.`;

/** What is said at a lock, and at the next unlock of what came due in between. */
export const lockTexts = {
  lockedNow: (jobs: number): string => (jobs === 0 ? 'Locked.' : `Locked. ${paused(jobs)}`),
  paused,
  cameDue: (rotations: number, renewals: number): string =>
    `While locked, ${countDue(rotations, renewals)} came due. Nothing starts by itself.`,
  nothingOpen: 'No daemon or console holds this keystore open: it is locked.',
} as const;

export const realmTexts = {
  practice: { banner: 'PRACTICE · nothing leaves this computer', word: 'Practice' },
  real: { banner: 'REAL KEYS', word: 'Real' },
} as const;

export const assuranceTexts = {
  hardware: 'Hardware',
  'software-module': 'Software module',
  'built-in-software': 'Built-in software',
  'unknown-module': 'Unknown module',
} as const;

export const storageTexts = { hsm: 'HSM Protected', software: 'Software Protected' } as const;

export const keystoreStateTexts = {
  absent: { glyph: '-', word: 'There is no keystore here', tone: 'quiet' },
  locked: { glyph: '◌', word: 'Locked', tone: 'quiet' },
  locking: { glyph: '▸', word: 'Being locked', tone: 'busy' },
  checking: { glyph: '▸', word: 'Open, being checked', tone: 'busy' },
  verified: { glyph: '✓', word: 'Open and verified', tone: 'good' },
  'read-only': { glyph: '!', word: 'Open for reading only', tone: 'attention' },
} as const satisfies Record<string, StateText>;

export const hsmStateTexts = {
  none: { glyph: '-', word: 'No HSM attached', tone: 'quiet' },
  ready: { glyph: '✓', word: 'Ready', tone: 'good' },
  'pin-needed': { glyph: '!', word: 'Waits for its PIN', tone: 'attention' },
  unavailable: { glyph: '!', word: 'Not reachable', tone: 'attention' },
  'wrong-token': { glyph: '!', word: 'Another token is attached', tone: 'attention' },
} as const satisfies Record<string, StateText>;
