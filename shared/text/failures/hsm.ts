import type { DetailReader, Wording } from '../wording.ts';

const token = (d: DetailReader): string => {
  const label = d.quoted('label', d.quoted('token', ''));
  const serial = d.text('serial', '');
  if (label === '')
    return serial === '' ? 'the token of this keystore' : `the token with serial ${serial}`;
  return `token ${label}${serial && `, serial ${serial}`}`;
};

/** The key that opens the keystore is missing, not the one that its keys are under. */
const opens = (d: DetailReader): boolean => d.text('slotKey', '') !== '';
const noMasterYet = (d: DetailReader): boolean => d.text('master', '') === 'none';
/** A token was looked for among those of a module. */
const searched = (d: DetailReader): boolean => d.has('candidates');

/** What a token says of its PIN after a wrong one, where it says anything. */
const triesLeft: Readonly<Record<string, string>> = {
  'final-try': 'one try is left',
  'count-low': 'few tries are left',
};

/** What is to be done about a module goes by why it cannot be used. */
const moduleNext = (d: DetailReader): string => {
  const module = d.text('module', 'the file');
  switch (d.text('reason', '')) {
    case 'no-binding':
      return 'Install a C++ compiler, then run "npm run setup" where Keyreeve is.';
    case 'no-softhsm':
      return 'Install SoftHSM, or choose keys made in software.';
    case 'replaced':
      return `If its maker's update put it there, attach it again: "keyreeve hsm attach". Else find out who replaced ${module}.`;
    default:
      return `Check that ${module} is the module of the HSM, for this kind of computer.`;
  }
};

/** Wording for everything the HSM and its module can answer. */
export const hsmWording = {
  HSM_NOT_ATTACHED: {
    headline: (d) =>
      d.when(
        'slot',
        () => 'This computer has not used that token yet.',
        'No HSM is attached to this keystore.',
      ),
    forYourKeys: (d) =>
      d.when(
        'slot',
        (slot) => `Nothing was opened. “${slot}” needs ${token(d)}.`,
        'Nothing was changed. Keys of HSM protected groups are made inside an HSM only.',
      ),
    next: (d) =>
      d.when(
        'slot',
        () => 'Say which PKCS#11 module reaches it: on the command line --token-module FILE.',
        'Attach one: "keyreeve hsm attach".',
      ),
  },
  HSM_MODULE_UNUSABLE: {
    headline: 'That PKCS#11 module cannot be used.',
    forYourKeys: (d) => `Nothing was changed${d.because('problem')}.`,
    next: moduleNext,
  },
  HSM_UNAVAILABLE: {
    headline: (d) =>
      d.has('starting') ? 'The PKCS#11 module does not start.' : 'The HSM does not answer.',
    forYourKeys: 'Saved keys stay safe. Jobs that need the HSM wait; applications see no change.',
    next: (d) => {
      if (!d.has('starting'))
        return `Attach ${token(d)} and enter its PIN; waiting jobs then go on by themselves.`;
      return /softhsm/i.test(d.text('starting', ''))
        ? 'See that the folder that its settings name for tokens (directories.tokendir of softhsm2.conf) is there, and let this account read and write it: by its group softhsm, or a folder of its own in settings that SOFTHSM2_CONF names.'
        : 'See that the HSM is reachable, and that this account may read what its module is set up with.';
    },
  },
  HSM_TIMEOUT: {
    headline: 'The HSM took too long to answer.',
    forYourKeys:
      'The call was given up and its process ended. A job looks what came of it before it goes on.',
    next: 'Check the connection to the HSM, then try again.',
  },
  HSM_WRONG_TOKEN: {
    headline: (d) =>
      searched(d)
        ? 'This module has no such token.'
        : 'This is another token than the one this keystore uses.',
    forYourKeys: 'Nothing was changed, and no PIN was tried on it.',
    next: (d) => {
      if (!searched(d)) return `Attach ${token(d)}.`;
      const there = d.first('candidates', '');
      return `Attach ${token(d)}${there && `, or name one that is there: ${there}`}.`;
    },
  },
  HSM_PIN_NEEDED: {
    headline: 'The HSM waits for its PIN.',
    forYourKeys: 'Jobs that need the HSM wait. Keyreeve never tries a PIN by itself.',
    next: 'Enter the PIN (on the command line: keyreeve hsm login, --pin-file or --pin-fd).',
  },
  HSM_PIN_REFUSED: {
    headline: 'The HSM did not accept that PIN.',
    forYourKeys: 'Nothing was changed; jobs that need the HSM wait.',
    next: (d) => {
      const left = triesLeft[d.text('pin', '')];
      return left === undefined
        ? `Make sure that this is ${token(d)}, then enter the PIN again.`
        : `The token says ${left} before it locks. Make sure that this is ${token(d)}, and ask your HSM officer if in doubt.`;
    },
  },
  HSM_PIN_LAST_TRY: {
    headline: 'The token has few PIN tries left before it locks.',
    forYourKeys: 'No PIN was tried this time. A locked token makes its keys unavailable.',
    next: (d) =>
      `Ask the HSM officer if in doubt. If sure of the PIN of ${token(d)}: "keyreeve hsm login --confirm-last-try".`,
  },
  HSM_PIN_LOCKED: {
    headline: 'The token has locked its PIN.',
    forYourKeys: 'Saved keys are not lost, but nothing can be made or sent until it is unlocked.',
    next: 'Ask the HSM officer to set a new PIN.',
  },
  HSM_MASTER_MISSING: {
    headline: (d) => {
      if (opens(d)) return 'The key that opens this keystore is not on the token.';
      if (d.has('transportKey')) return 'The transport key was made on another token.';
      return noMasterYet(d)
        ? 'This token holds no master key yet.'
        : 'The master key of this keystore is not on the token.';
    },
    forYourKeys: (d) => {
      if (opens(d)) return 'Nothing was opened. The keystore and its keys are as they were.';
      if (d.has('transportKey')) return 'The file was not opened. Nothing was kept or sent.';
      return noMasterYet(d)
        ? 'The HSM was not attached: HSM protected keys are kept under its master key, and none is made unasked.'
        : 'HSM protected keys cannot be opened without it. No new master is made unasked.';
    },
    next: (d) => {
      if (opens(d)) return 'Attach the token that the slot was made with, or open it another way.';
      if (d.has('transportKey'))
        return `Attach ${token(d)}, or give the transport key up, make one on this token, and have the key wrapped under that.`;
      return noMasterYet(d)
        ? 'Have one made: tick the box for it, or on the command line --create-master.'
        : `Attach ${token(d)}, or bring the master back from its second copy.`;
    },
  },
  HSM_MASTER_DIFFERS: {
    headline: (d) =>
      d.has('masters')
        ? 'The token holds more than one master key.'
        : 'The token holds another master key than expected.',
    forYourKeys: (d) =>
      d.has('masters')
        ? 'The HSM was not attached: nobody here can know which one is meant.'
        : `HSM protected keys stay unopened; nothing was changed${d.because()}.`,
    next: (d) =>
      d.has('masters')
        ? 'Use a token with one master key or none, or remove what is too much with the tools of its maker.'
        : `Attach ${token(d)} with the master key this keystore was made with.`,
  },
  HSM_CANNOT_SEND: {
    headline: 'This token has no safe way to do that.',
    forYourKeys: (d) => `Nothing was sent${d.because()}.`,
    next: 'Look at what the probe found, then use another token, firmware or setting.',
  },
  HSM_CANNOT_CARRY: {
    headline: (d) =>
      `${d.text('vault', 'This HSM')} cannot take ${d.text('kind', 'keys of this type')} keys to AWS unchanged.`,
    forYourKeys:
      'Nothing was made or sent. At its last probe such a key did not come back whole, or was not tried.',
    next: 'Probe it again ("keyreeve hsm probe"), or use a Software Protected group, another key type or another HSM.',
  },
  HSM_REFUSED: {
    headline: 'The HSM refused this call.',
    forYourKeys: (d) => `Saved keys are untouched${d.because()}. Steps done before stand.`,
    next: (d) => `Look up its answer in the manual of the HSM, settle it, then ${d.goOn}.`,
  },
  HSM_KEY_DIFFERS: {
    headline: 'The key that the HSM opened is not the expected one.',
    forYourKeys:
      'It was not used and nothing was sent. Its check value differs from the one saved.',
    next: 'Delete nothing. Verify a backup and look for this key there.',
  },
} as const satisfies Record<string, Wording>;
