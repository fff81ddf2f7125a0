import type {
  SynchronizeGroupPlan,
  VersionLine,
} from '../../../shared/contract/group-synchronize.ts';
import type { SynchronizePlan } from '../../../shared/contract/key.ts';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { Plan } from '../../../shared/contract/shapes.ts';

export const groupId = '0190aaaa-0000-7000-8000-0000000000a1';
export const keyId = '0190aaaa-0000-7000-8000-0000000000b1';
export const jobId = '0190aaaa-0000-7000-8000-0000000000c1';
export const credentialId = '0190aaaa-0000-7000-8000-0000000000d1';
const kmsKeyId = '7c1d0000-0000-4000-8000-00000000e20f';
const at = 1_800_000_000_000;

export const rotationPlan = (more: Partial<Plan> = {}): Plan => ({
  number: 'aaaaaa111111',
  deed: 'force-rotate',
  title: 'Rotate “payments-prod”?',
  subject: '111122223333 · eu-west-1 · alias/payments-prod · version 3 is active',
  sentence: 'A new key is made and saved; then a wrapped copy goes to AWS.',
  changes: ['New KMS key', 'alias/payments-prod: version 3 → version 4'],
  stays: ['Version 3 stays enabled and decrypts'],
  lookFirst: ['Whoever names the key by ID stays on version 3'],
  checks: [{ ok: true, text: 'The account is right' }],
  checkedAt: at,
  steps: ['Check', 'Generate', 'Move alias'],
  calls: [
    { call: 'DescribeKey', changes: false },
    { call: 'CreateKey', changes: true },
  ],
  approximateSeconds: 20,
  goBack: 'Make Active on version 3, one call',
  command: 'keyreeve group force-rotate payments-prod --plan aaaaaa111111',
  button: 'Rotate payments-prod (practice)',
  confirmName: null,
  blocked: null,
  runningJob: null,
  ...more,
});

export const synchronizePlan = (more: Partial<SynchronizePlan> = {}): SynchronizePlan => ({
  ...rotationPlan({ deed: 'synchronize', title: 'Synchronize “payments-prod”, version 3?' }),
  comparison: [
    { what: 'Key material', here: 'KCV 82B7A1', awsNow: 'gone', after: 'imported again' },
    { what: 'Policy', here: 'template', awsNow: 'differs', after: 'template' },
  ],
  ...more,
});

/** A line of the plan of a whole group. */
export const versionLine = (version: number, more: Partial<VersionLine> = {}): VersionLine => ({
  key: `0190aaaa-0000-7000-8000-0000000000e${version}`,
  version,
  reference: `payments-prod/${version}`,
  kmsKey: kmsKeyId,
  inAws: 'Enabled, material there',
  verdict: 'nothing',
  does: 'in step',
  failure: null,
  runningJob: null,
  ...more,
});

export const synchronizeGroupPlan = (
  more: Partial<SynchronizeGroupPlan> = {},
): SynchronizeGroupPlan => ({
  ...rotationPlan({
    deed: 'synchronize',
    title: 'Synchronize all keys of “payments-prod”?',
    sentence: '2 of 3 keys are brought in line with what is kept here.',
    button: 'Synchronize 2 keys of payments-prod (practice)',
  }),
  versions: [
    versionLine(3),
    versionLine(2, {
      inAws: 'PendingImport, material gone',
      verdict: 'synchronize',
      does: 'import the material again',
    }),
    versionLine(1, { inAws: '', verdict: 'left-out', does: 'never sent to AWS', kmsKey: null }),
  ],
  ...more,
});

export const groupShown = (
  more: Partial<OutputFor<'group.show'>['group']> = {},
): OutputFor<'group.show'> => ({
  group: {
    id: groupId,
    name: 'payments-prod',
    path: 'payments-prod',
    folderId: null,
    service: 'aws-kms',
    credentialId,
    credentialName: 'payments-kms',
    connection: 'Connected',
    account: '111122223333',
    region: 'eu-west-1',
    keyType: 'AES',
    keyLength: 256,
    keyUsage: 'encrypt-decrypt',
    mapping: 'container',
    rotations: null,
    storage: 'software',
    rotate: true,
    rotateEvery: { amount: 12, unit: 'months' },
    keepValidFor: { amount: 24, unit: 'months' },
    alias: 'payments-prod',
    description: '',
    activeKeyId: kmsKeyId,
    hasPolicy: false,
    awsDeletesMaterialAfterDays: null,
    disableAfterRotating: false,
    disableWaitDays: 7,
    keys: 3,
    activeVersion: 3,
    aliasElsewhere: null,
    nextRotationAt: null,
    state: 'In step',
    needsYou: false,
    sentence: 'New AES-256 keys are made here.',
    remarks: [],
    ...more,
  },
  policy: null,
  policyReading: [],
});

export const keyShown = (): OutputFor<'key.show'> => ({
  id: keyId,
  groupId,
  groupName: 'payments-prod',
  version: 3,
  reference: 'payments-prod/3',
  keyType: 'AES',
  keyLength: 256,
  keyUsage: 'encrypt-decrypt',
  publicKeySha256: null,
  lifecycle: 'active',
  state: 'Active, alias',
  kcv: { method: 'CMAC', value: '82B7A1C04E' },
  storage: 'software',
  assurance: 'built-in-software',
  madeAt: at,
  broughtIn: false,
  copiedFrom: null,
  sameMaterial: [],
  plannedEnd: at,
  remote: null,
  tokenSerial: null,
  masterId: null,
  lifecycleTimes: {},
  renewsAt: null,
  copies: [],
  history: [],
});

export const jobShown = (
  more: Partial<OutputFor<'job.show'>['job']> = {},
): OutputFor<'job.show'> => ({
  job: {
    id: jobId,
    number: 1043,
    kind: 'group.force-rotate',
    title: 'Rotate software protected keys: payments-prod',
    state: 'running',
    groupId,
    keyId: null,
    createdAt: at,
    startedAt: at,
    endedAt: null,
    notBefore: null,
    dueAt: null,
    actor: 'custodian-2',
    step: null,
    eta: null,
    progress: null,
    failure: null,
    message: '',
    ...more,
  },
  steps: [],
  commitStep: null,
  standing: null,
  next: null,
  leftovers: null,
  discardable: false,
  needsPin: false,
});
