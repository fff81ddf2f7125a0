import type { SpanOfTime } from '../../../shared/model/span.ts';
import type { KeySpec, KeyUsage } from '../../../shared/model/key-specs.ts';
import type { Lifecycle } from '../../../shared/model/lifecycle.ts';
import type { Mapping } from '../../../shared/model/mapping.ts';
import type { Base } from '../ports.ts';
import type { Assurance, BlobMechanism, Kcv } from '../hsm/driver.ts';
import type { Store } from '../store/store.ts';

/** What the repositories of this folder work on. */
export interface Domain extends Pick<Base, 'clock' | 'random'> {
  readonly store: Store;
}

export interface Folder {
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
}

export type StorageLocation = 'hsm' | 'software';

export interface Group {
  readonly id: string;
  readonly folderId: string | null;
  readonly name: string;
  readonly service: 'aws-kms';
  readonly credentialId: string;
  readonly account: string | null;
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
  readonly storage: StorageLocation;
  readonly mapping: Mapping;
  readonly rotate: boolean;
  readonly rotateEvery: SpanOfTime;
  readonly keepValidFor: SpanOfTime;
  readonly alias: string;
  readonly description: string;
  readonly region: string;
  readonly activeKeyId: string | null;
  readonly policy: string | null;
  readonly materialDays: number | null;
  readonly disableAfter: boolean;
  readonly disableWaitDays: number;
  readonly nextRotationAt: number | null;
  readonly createdAt: number;
}

export interface Key {
  readonly id: string;
  readonly groupId: string;
  readonly version: number;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly lifecycle: Lifecycle;
  readonly lifecycleTimes: Readonly<Partial<Record<Lifecycle, number>>>;
  readonly kcv: Kcv;
  readonly storage: StorageLocation;
  readonly assurance: Assurance;
  readonly tokenSerial: string | null;
  readonly mechanism: BlobMechanism;
  readonly masterId: string;
  readonly madeAt: number;
  readonly plannedEnd: number;
  readonly backedUpAt: number | null;
  readonly provedAt: number | null;
  /** It was made elsewhere, and came in at `madeAt`, or is a copy of such a key. */
  readonly broughtIn: boolean;
  /** The version of another group whose material it is, copied at `madeAt`; null: no copy. */
  readonly copiedFrom: CopiedFrom | null;
}

/** Group and version as they were called when the copy was made. */
export interface CopiedFrom {
  readonly keyId: string;
  readonly group: string;
  readonly version: number;
}

/** `group`: made by a rotation here; `waiting`: made elsewhere, filled by us; `adopted`: taken over. */
export type MadeBy = 'group' | 'waiting' | 'adopted';

/** As AWS spells them; `NOT_IMPORTED`: AWS knows no material of this version, or has forgotten it. */
export type MaterialState =
  | 'NOT_IMPORTED'
  | 'PENDING_ROTATION'
  | 'CURRENT'
  | 'NON_CURRENT'
  | (string & {});

export interface RemoteKey {
  readonly keyId: string;
  readonly kmsKeyId: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly madeBy: MadeBy;
  readonly state: string;
  /** The name AWS gave to our material; null before the first import. */
  readonly materialId: string | null;
  /** AWS took our copy at least once, whether or not it names material of such keys. */
  readonly taken: boolean;
  /** The material AWS encrypts under, as last read: another than ours if somebody gave the key one. */
  readonly currentMaterial: string | null;
  /** Where versions are materials of one KMS key: how it stands among them. Null: it has its KMS key to itself. */
  readonly materialState: MaterialState | null;
  /** IMPORTED or PENDING_IMPORT, as AWS says of this material; null: it did not say. */
  readonly importState: string | null;
  readonly validTo: number | null;
  readonly alias: string | null;
  readonly policyRead: string | null;
  readonly readAt: number;
}

/** Where a group's alias was when AWS was last asked, and named none of the group's keys. */
export interface AliasElsewhere {
  /** The KMS key that it named; null: the alias did not exist. */
  readonly kmsKeyId: string | null;
  /** Null also where this credential may see the alias and not the KMS key. */
  readonly arn: string | null;
  readonly readAt: number;
}

/** A key with what AWS last said of it; null when it was never there. */
export interface KeyWithRemote {
  readonly key: Key;
  readonly remote: RemoteKey | null;
}

export type CredentialKind = 'keys' | 'session' | 'profile' | 'assume-role';
export type Connection = 'Connected' | 'Not Connected' | 'Not tested';

export interface Credential {
  readonly id: string;
  readonly name: string;
  readonly kind: CredentialKind;
  readonly accessKeyId: string | null;
  readonly endpoint: string | null;
  readonly profile: string | null;
  readonly sourceId: string | null;
  readonly roleArn: string | null;
  readonly externalId: string | null;
  readonly mfaSerial: string | null;
  readonly account: string | null;
  readonly principalArn: string | null;
  readonly connection: Connection;
  readonly problem: string | null;
  readonly testedAt: number | null;
  readonly expiresAt: number | null;
}

export type Row = Readonly<Record<string, unknown>>;
const text = (row: Row, column: string) => row[column] as string;
const textOrNull = (row: Row, column: string) => (row[column] as string | null) ?? null;
const number = (row: Row, column: string) => row[column] as number;
const numberOrNull = (row: Row, column: string) => (row[column] as number | null) ?? null;

export const folderFrom = (row: Row): Folder => ({
  id: text(row, 'id'),
  parentId: textOrNull(row, 'parent_id'),
  name: text(row, 'name'),
});

const spanFrom = (row: Row, prefix: string): SpanOfTime => ({
  amount: number(row, `${prefix}_amount`),
  unit: text(row, `${prefix}_unit`) as SpanOfTime['unit'],
});

export const groupFrom = (row: Row): Group => ({
  id: text(row, 'id'),
  folderId: textOrNull(row, 'folder_id'),
  name: text(row, 'name'),
  service: 'aws-kms',
  credentialId: text(row, 'credential_id'),
  account: textOrNull(row, 'account'),
  keySpec: text(row, 'key_spec') as KeySpec,
  keyUsage: text(row, 'key_usage') as KeyUsage,
  storage: text(row, 'storage') as StorageLocation,
  mapping: text(row, 'mapping') as Mapping,
  rotate: number(row, 'rotate') === 1,
  rotateEvery: spanFrom(row, 'rotate'),
  keepValidFor: spanFrom(row, 'valid'),
  alias: text(row, 'alias'),
  description: text(row, 'description'),
  region: text(row, 'region'),
  activeKeyId: textOrNull(row, 'active_key_id'),
  policy: textOrNull(row, 'policy'),
  materialDays: numberOrNull(row, 'material_days'),
  disableAfter: number(row, 'disable_after') === 1,
  disableWaitDays: number(row, 'disable_wait_days'),
  nextRotationAt: numberOrNull(row, 'next_rotation_at'),
  createdAt: number(row, 'created_at'),
});

/** Columns of `"key" k left join remote_key r`, in the order of {@link JoinedRow}. */
export const joinedColumns = `k.id, k.group_id, k.version, k.lifecycle, k.lifecycle_times,
  k.kcv_method, k.kcv, k.storage, k.assurance, k.token_serial, k.mechanism, k.master_id, k.made_at,
  k.planned_end, k.backed_up_at, k.proved_at, k.spec, k.usage, r.key_id, r.kms_key_id, r.arn, r.account, r.region,
  r.made_by, r.state, r.material_id, r.valid_to, r.alias, r.policy_read, r.read_at,
  r.current_material, r.taken, r.material_state, r.import_state, k.brought_in, k.copied_key,
  k.copied_group, k.copied_version`;

/** Read raw, as lists of values: objects by column name would be made twice for every row. */
export type JoinedRow = readonly [
  id: string,
  groupId: string,
  version: number,
  lifecycle: Lifecycle,
  lifecycleTimes: string,
  kcvMethod: Key['kcv']['method'],
  kcv: string,
  storage: StorageLocation,
  assurance: Assurance,
  tokenSerial: string | null,
  mechanism: BlobMechanism,
  masterId: string,
  madeAt: number,
  plannedEnd: number,
  backedUpAt: number | null,
  provedAt: number | null,
  spec: KeySpec,
  usage: KeyUsage,
  ...remote: RemoteRow,
];
/** What is of the key, and came later, stands at its end. */
type RemoteRow = readonly [
  keyId: string | null,
  kmsKeyId: string,
  arn: string,
  account: string,
  region: string,
  madeBy: MadeBy,
  state: string,
  materialId: string | null,
  validTo: number | null,
  alias: string | null,
  policyRead: string | null,
  readAt: number,
  currentMaterial: string | null,
  taken: number,
  materialState: MaterialState | null,
  importState: string | null,
  broughtIn: number,
  copiedKey: string | null,
  copiedGroup: string,
  copiedVersion: number,
];

export function keyWithRemoteFrom(row: JoinedRow): KeyWithRemote {
  const keyId = row[18];
  return {
    key: {
      id: row[0],
      groupId: row[1],
      version: row[2],
      lifecycle: row[3],
      lifecycleTimes: JSON.parse(row[4]) as Key['lifecycleTimes'],
      kcv: { method: row[5], value: row[6] },
      storage: row[7],
      assurance: row[8],
      tokenSerial: row[9],
      mechanism: row[10],
      masterId: row[11],
      madeAt: row[12],
      plannedEnd: row[13],
      backedUpAt: row[14],
      provedAt: row[15],
      spec: row[16],
      usage: row[17],
      broughtIn: row[34] === 1,
      copiedFrom: row[35] === null ? null : { keyId: row[35], group: row[36], version: row[37] },
    },
    remote: keyId === null ? null : remoteFrom(keyId, row),
  };
}

const remoteFrom = (keyId: string, row: JoinedRow): RemoteKey => ({
  keyId,
  kmsKeyId: row[19],
  arn: row[20],
  account: row[21],
  region: row[22],
  madeBy: row[23],
  state: row[24],
  materialId: row[25],
  validTo: row[26],
  alias: row[27],
  policyRead: row[28],
  readAt: row[29],
  currentMaterial: row[30],
  taken: row[31] === 1,
  materialState: row[32],
  importState: row[33],
});

export const credentialFrom = (row: Row): Credential => ({
  id: text(row, 'id'),
  name: text(row, 'name'),
  kind: text(row, 'kind') as CredentialKind,
  accessKeyId: textOrNull(row, 'access_key_id'),
  endpoint: textOrNull(row, 'endpoint'),
  profile: textOrNull(row, 'profile'),
  sourceId: textOrNull(row, 'source_id'),
  roleArn: textOrNull(row, 'role_arn'),
  externalId: textOrNull(row, 'external_id'),
  mfaSerial: textOrNull(row, 'mfa_serial'),
  account: textOrNull(row, 'account'),
  principalArn: textOrNull(row, 'principal_arn'),
  connection: text(row, 'connection') as Connection,
  problem: textOrNull(row, 'problem'),
  testedAt: numberOrNull(row, 'tested_at'),
  expiresAt: numberOrNull(row, 'expires_at'),
});
