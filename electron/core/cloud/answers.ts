/** Shapes of what AWS KMS says, with times in milliseconds since 1970 and no SDK types. */

import type { CallChange } from '../../../shared/model/job.ts';

/** Every answer names the request that gave it and when it was read. */
export interface Read {
  /** AWS request id; null when the reply carried none. */
  readonly requestId: string | null;
  /** Wall clock ms when the reply arrived. */
  readonly readAt: number;
}

export interface CallerIdentity extends Read {
  readonly account: string;
  readonly principalArn: string;
  readonly userId: string;
}

/** Who owns the keys this connection sees, and how that is known. */
export interface AccountOwner extends Read {
  readonly account: string;
  readonly principalArn: string | null;
  readonly source: 'sts' | 'kms-arn';
}

/** KMS key states as AWS spells them; a new one would come through verbatim. */
export type KmsKeyState =
  | 'Creating'
  | 'Enabled'
  | 'Disabled'
  | 'PendingDeletion'
  | 'PendingImport'
  | 'PendingReplicaDeletion'
  | 'Unavailable'
  | 'Updating'
  | (string & {});

export interface KmsKey {
  readonly keyId: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly description: string;
  readonly state: KmsKeyState;
  readonly origin: string;
  readonly spec: string;
  readonly usage: string;
  /** CUSTOMER or AWS. */
  readonly manager: string;
  /** Id of the custom key store it is in. */
  readonly keyStoreId: string | null;
  readonly multiRegion: boolean;
  /** PRIMARY or REPLICA; null where it is in one Region only. */
  readonly multiRegionRole: string | null;
  readonly createdAt: number;
  readonly currentMaterialId: string | null;
  /** Present while imported material is there. */
  readonly expires: boolean | null;
  readonly validTo: number | null;
  readonly deletionAt: number | null;
}
export type KmsKeyRead = KmsKey & Read;

/** A KMS key as AWS lists it. */
export interface ListedKey {
  readonly keyId: string;
  readonly arn: string;
}

export interface CreatedKey extends KmsKeyRead {
  /** False when the credential may not tag: the description alone carries the marker then. */
  readonly tagged: boolean;
}

export interface ImportParameters extends Read {
  readonly keyArn: string;
  readonly token: Uint8Array;
  /** DER SubjectPublicKeyInfo of AWS's wrapping key. */
  readonly spki: Uint8Array;
  /** SHA-256 of `spki`, hex: what a plan pins from request to wrap. */
  readonly fingerprint: string;
  /** SHA-256 of the RSA modulus, hex: a modulus must never be seen twice. */
  readonly modulusSha256: string;
  readonly modulusBits: number;
  /** Token and key stop working together at this time. */
  readonly validTo: number;
}

export interface MaterialAnswer extends Read {
  readonly keyArn: string;
  readonly materialId: string | null;
}

export interface Alias {
  /** With its prefix: `alias/payments-prod`. */
  readonly name: string;
  readonly arn: string;
  /** Null for names that AWS keeps for itself and has not used yet. */
  readonly keyId: string | null;
}

/** The key an alias names now, or null when there is no such alias. */
export interface AliasTarget extends Read {
  readonly keyId: string | null;
  /** Null when this credential may see the alias but not the key. */
  readonly key: KmsKey | null;
}

export interface Grant {
  readonly grantId: string;
  readonly name: string;
  readonly grantee: string;
  readonly retiring: string | null;
  readonly operations: readonly string[];
  readonly createdAt: number | null;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface Material {
  readonly materialId: string;
  /** CURRENT, NON_CURRENT, PENDING_ROTATION … */
  readonly state: string;
  /** IMPORTED or PENDING_IMPORT; null when AWS does not say. */
  readonly importState: string | null;
  readonly description: string;
  readonly expires: boolean | null;
  readonly validTo: number | null;
  readonly rotatedAt: number | null;
}

export interface LastUsage extends Read {
  /** What it was last used for; null as `usedAt` is. */
  readonly operation: string | null;
  /** Epoch ms; null: not used since `trackedSince`, and what came before AWS does not know. */
  readonly usedAt: number | null;
  /** Epoch ms. */
  readonly trackedSince: number | null;
}

/** The public half of an asymmetric KMS key. */
export interface PublicKeyRead extends Read {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

/** A custom key store, as AWS describes it. */
export interface CustomKeyStore {
  readonly kmsStoreId: string;
  readonly name: string;
  /** EXTERNAL_KEY_STORE or AWS_CLOUDHSM. */
  readonly type: string;
  /** As AWS spells it; a new one would come through verbatim. */
  readonly state: string;
  /** Why the last connect failed. */
  readonly error: string | null;
  readonly createdAt: number | null;
  readonly accessKeyId: string | null;
  readonly endpoint: string | null;
  readonly path: string | null;
  readonly connectivity: string | null;
  readonly vpcService: string | null;
  readonly vpcOwner: string | null;
}

export interface MarkedKey extends KmsKey {
  /** Do the tags say the same as the description? Null when they could not be read. */
  readonly tagsAgree: boolean | null;
}

/** One attempt at one call, without secrets, as the job's step shows it. */
export interface CallRecord {
  readonly call: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly requestId: string | null;
  /** Milliseconds. */
  readonly took: number;
  /** `ok` or AWS's error name. */
  readonly result: string;
  /** What this attempt changed in AWS. */
  readonly changed: CallChange;
}
export type ParameterValue =
  | null
  | boolean
  | number
  | string
  | readonly ParameterValue[]
  | { readonly [key: string]: ParameterValue };
