import type { JobState } from '../../../shared/model/job.ts';

export const id = '01a200db-4f99-70c6-8706-a8123c15892c';
/** What every command may ask first, as the core answers it. */
export const snapshot = {
  revision: 0,
  product: 'keyreeve',
  keystore: { path: '/k', state: 'verified', reason: null, realm: 'practice', storeId: id },
  locking: null,
  lock: null,
  locksAt: null,
  hsmLabel: null,
  hsm: 'ready',
  designated: true,
  connections: { connected: 0, all: 0 },
  places: [],
  counts: {
    groups: 0,
    keys: 0,
    running: 0,
    needsYou: 0,
    groupsNeedYou: 0,
    xksNeedYou: 0,
    endingNeedYou: 0,
    due: 0,
    renewals: 0,
  },
  latest: null,
  at: 0,
};
/** A plan as the core answers it. */
/** What `key.show` says of a key beyond a list, where there is nothing to say. */
export const bareKey = {
  publicKeySha256: null,
  copiedFrom: null,
  sameMaterial: [],
  tokenSerial: null,
  masterId: null,
  lifecycleTimes: {},
  renewsAt: null,
  copies: [],
  history: [],
};

export const plan = (more: object = {}) => ({
  number: '8f3a21c0ffee',
  deed: 'synchronize',
  title: 'Synchronize “cards-prod”, version 2?',
  subject: '111122223333 · eu-west-1',
  sentence: 'When this is done, data under version 2 can be decrypted again.',
  changes: [],
  stays: [],
  lookFirst: ['A warning'],
  checks: [{ ok: true, text: 'HSM ready' }],
  checkedAt: 0,
  steps: ['Check', 'Import'],
  calls: [{ call: 'ImportKeyMaterial', changes: true }],
  approximateSeconds: 3,
  goBack: 'nothing to go back to',
  command: 'keyreeve key synchronize cards-prod/2 --plan 8f3a21c0ffee',
  button: 'Import material',
  confirmName: null,
  blocked: null,
  runningJob: null,
  comparison: [],
  ...more,
});

/** A job as the core answers it. */
export const detail = (state: JobState, more: object = {}) => ({
  job: {
    id,
    number: 1043,
    kind: 'group.force-rotate',
    title: 'Rotate HSM protected keys: ledger-prod',
    state,
    groupId: null,
    keyId: null,
    createdAt: 0,
    startedAt: 0,
    endedAt: null,
    notBefore: null,
    dueAt: null,
    actor: 'custodian-2',
    step: { n: 9, of: 9, title: 'Move alias' },
    eta: null,
    progress: null,
    failure:
      state === 'needs-you'
        ? {
            code: 'AWS_ACCESS_DENIED',
            details: { permission: 'kms:UpdateAlias', credential: 'ledger-kms' },
            external: { name: 'AccessDeniedException', at: 'UpdateAlias', requestId: '51d9' },
          }
        : null,
    message: state === 'done' ? 'ledger-prod rotated.' : '',
  },
  steps: [
    {
      n: 9,
      name: 'move-alias',
      title: 'Move alias',
      state: state === 'done' ? 'done' : 'needs-you',
      beganAt: 0,
      endedAt: 0,
      attempts: 1,
      proof: [],
      calls: [],
      failure: null,
    },
  ],
  commitStep: 'move-alias',
  standing: {
    copies: { good: true, text: 'Version 3 is saved', readAt: 0 },
    aws: { good: true, text: 'Version 3 is there', readAt: 0 },
    applications: { good: true, text: 'See no change', readAt: 0 },
    data: { good: null, text: 'Not readable', readAt: 0 },
  },
  next: { text: 'Add kms:UpdateAlias, then continue.', deed: 'continue' },
  leftovers: null,
  discardable: false,
  needsPin: false,
  ...more,
});
