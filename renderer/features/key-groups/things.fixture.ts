import type { FolderView } from '../../state/folders.ts';
import type { KeyView } from './tree-lists.ts';
import type { GroupCells } from './tree-sources.ts';

export const someGroup = (given: Partial<GroupCells> = {}): GroupCells => ({
  id: 'g',
  name: 'payments-prod',
  path: 'Payments/payments-prod',
  folderId: null,
  service: 'aws-kms',
  credentialId: 'c',
  credentialName: 'payments-kms',
  connection: 'Connected',
  account: '111122223333',
  region: 'eu-west-1',
  keyType: 'AES',
  keyLength: 256,
  keyUsage: 'encrypt-decrypt',
  mapping: 'container',
  rotations: null,
  storage: 'hsm',
  rotate: true,
  rotateEvery: { amount: 12, unit: 'months' },
  keepValidFor: { amount: 24, unit: 'months' },
  alias: 'payments-prod',
  activeKeyId: null,
  hasPolicy: false,
  awsDeletesMaterialAfterDays: null,
  disableAfterRotating: false,
  disableWaitDays: 7,
  keys: 3,
  activeVersion: 3,
  nextRotationAt: Date.UTC(2027, 0, 12, 12),
  state: 'In step',
  needsYou: false,
  ...given,
});

export const someFolder = (given: Partial<FolderView> = {}): FolderView => ({
  id: 'f',
  name: 'Payments',
  parentId: null,
  path: 'Payments',
  groups: 2,
  needsYou: 0,
  ...given,
});

const remote: NonNullable<KeyView['remote']> = {
  keyId: '7c1d0000-0000-4000-8000-00000000e20f',
  arn: 'arn:aws:kms:eu-west-1:111122223333:key/7c1d0000-0000-4000-8000-00000000e20f',
  account: '111122223333',
  region: 'eu-west-1',
  state: 'Enabled',
  materialId: 'a'.repeat(64),
  otherMaterial: null,
  materialState: null,
  validTo: null,
  alias: null,
  readAt: 1,
};

export const someKey = (
  given: Partial<Omit<KeyView, 'remote'>> = {},
  inAws: Partial<NonNullable<KeyView['remote']>> | null = {},
): KeyView => ({
  id: 'k',
  groupId: 'g',
  groupName: 'payments-prod',
  version: 2,
  reference: 'Payments/payments-prod/2',
  keyType: 'AES',
  keyLength: 256,
  keyUsage: 'encrypt-decrypt',
  lifecycle: 'active',
  state: 'Decrypts only',
  kcv: { method: 'CMAC', value: '82B7A1C04E' },
  storage: 'hsm',
  assurance: 'hardware',
  madeAt: 1,
  plannedEnd: 2,
  remote: inAws === null ? null : { ...remote, ...inAws },
  ...given,
});
