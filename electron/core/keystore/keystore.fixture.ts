import { randomBytes } from 'node:crypto';
import type { KeyBlob } from '../hsm/driver.ts';
import { Secret } from '../kernel/secret.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import { type TemporaryStore, temporaryStore } from '../store/store.fixture.ts';
import { createDomain, type DomainModel } from './domain.ts';
import type { NewGroup } from './groups.ts';
import type { Group, Key, RemoteKey } from './rows.ts';

/** Everything a keystore keeps about keys, on a real store, with makers of its things. */
export interface TestKeystore extends DomainModel {
  readonly temporary: TemporaryStore;
  readonly clock: TestClock;
  /** Id of a credential called "aws". */
  readonly credentialId: string;
  newGroup(fields?: Partial<NewGroup>): NewGroup;
  addGroup(fields?: Partial<NewGroup>): Group;
  /** The next version of this group, with a kept copy. */
  addKey(groupId: string, fields?: Partial<Key>, blob?: Partial<KeyBlob>): Key;
  /** A KMS key for this key, as a reading says. */
  addRemote(keyId: string, fields?: Partial<RemoteKey>): RemoteKey;
  [Symbol.dispose](): void;
}

export const account = '123456789012';

export function testBlob(fields: Partial<KeyBlob> = {}): KeyBlob {
  return {
    wrapped: randomBytes(40),
    mechanism: 'CKM_AES_KEY_WRAP_KWP',
    masterId: '6b31',
    kcv: { method: 'CMAC', value: randomBytes(5).toString('hex').toUpperCase() },
    spec: 'SYMMETRIC_DEFAULT',
    publicKey: null,
    ...fields,
  };
}

export const secretOf = (text: string): Secret => Secret.copyOf(Buffer.from(text));

export const groupFields = (credentialId: string, fields: Partial<NewGroup> = {}): NewGroup => ({
  folderId: null,
  name: 'payments',
  service: 'aws-kms',
  credentialId,
  keySpec: 'SYMMETRIC_DEFAULT',
  keyUsage: 'ENCRYPT_DECRYPT',
  storage: 'hsm',
  mapping: 'container',
  rotate: true,
  rotateEvery: { amount: 12, unit: 'months' },
  keepValidFor: { amount: 24, unit: 'months' },
  alias: 'payments',
  description: '',
  region: 'eu-west-1',
  activeKeyId: null,
  policy: null,
  materialDays: null,
  disableAfter: false,
  disableWaitDays: 7,
  nextRotationAt: null,
  ...fields,
});

export const remoteFields = (keyId: string, fields: Partial<RemoteKey>): RemoteKey => {
  const hex = randomBytes(16).toString('hex');
  const made = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  const kmsKeyId = fields.kmsKeyId ?? made;
  const region = fields.region ?? 'eu-west-1';
  return {
    keyId,
    kmsKeyId,
    arn: `arn:aws:kms:${region}:${fields.account ?? account}:key/${kmsKeyId}`,
    account,
    region,
    madeBy: 'group',
    state: 'Enabled',
    materialId: randomBytes(32).toString('hex'),
    currentMaterial: null,
    taken: fields.materialId !== null,
    materialState: null,
    importState: null,
    validTo: null,
    alias: null,
    policyRead: null,
    readAt: 0,
    ...fields,
  };
};

export function testKeystore(): TestKeystore {
  const clock = new TestClock();
  const temporary = temporaryStore({ clock });
  const ports = { store: temporary.store, clock, random: temporary.random };
  const domain = createDomain(ports);
  const credential = {
    name: 'aws',
    kind: 'keys' as const,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    endpoint: null,
    profile: null,
    sourceId: null,
    roleArn: null,
    externalId: null,
    mfaSerial: null,
    expiresAt: null,
  };
  const credentialId = domain.credentials.add(credential, {}).id;
  const newGroup = (fields: Partial<NewGroup> = {}): NewGroup => {
    const name = fields.name ?? 'payments';
    return groupFields(credentialId, { name, alias: name, ...fields });
  };
  return {
    ...domain,
    temporary,
    clock,
    credentialId,
    newGroup,
    addGroup: (fields) => domain.groups.add(newGroup(fields)),
    addKey: (groupId, fields = {}, blob = {}) => {
      const kept = testBlob(blob);
      const key = {
        id: uuidv7(ports),
        groupId,
        version: domain.keys.nextVersion(groupId),
        usage: 'ENCRYPT_DECRYPT' as const,
        storage: 'hsm' as const,
        assurance: 'software-module' as const,
        tokenSerial: '7016234',
        mechanism: kept.mechanism,
        masterId: kept.masterId,
        madeAt: clock.now(),
        plannedEnd: clock.now() + 86_400_000,
        backedUpAt: null,
        provedAt: null,
        broughtIn: false,
        copiedFrom: null,
      };
      return domain.keys.add({ ...key, ...fields }, kept);
    },
    addRemote: (keyId, fields = {}) => {
      const remote = remoteFields(keyId, { readAt: clock.now(), ...fields });
      domain.keys.setRemote(remote);
      return remote;
    },
    [Symbol.dispose]: () => temporary.dispose(),
  };
}

/** Code of the OperationError that `work` throws. */
export function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'nothing thrown';
}
