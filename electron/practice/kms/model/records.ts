import type { Place } from './arn.ts';
import type { KeySpec, KeyUsage, Origin } from './key-specs.ts';
import type { KeyState } from './key-states.ts';

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

/** All times are milliseconds since 1970 by the practice clock. */
export interface KeyRecord extends Place {
  readonly keyId: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly origin: Origin;
  readonly multiRegion: boolean;
  readonly state: KeyState;
  /** Which of a multi-Region family it is; null for a key of one Region. */
  readonly role: 'PRIMARY' | 'REPLICA' | null;
  /**
   * When Creating or Updating is over, and what the key is then. An Unavailable key has no such
   * time: it waits for its key store.
   */
  readonly settlesAt: number | null;
  readonly settlesTo: KeyState | null;
  /** Days a primary will wait once its last replica is gone. */
  readonly windowDays: number | null;
  readonly description: string;
  readonly policy: string;
  readonly tags: readonly Tag[];
  readonly deleteAt: number | null;
  /** The custom key store it is in, and the external key there; null for KMS's own keys. */
  readonly storeId: string | null;
  readonly xksKeyId: string | null;
  /** Until then other calls do not see the key (rehearsed eventual consistency). */
  readonly visibleAt: number;
}

export type MaterialState =
  | 'CURRENT'
  | 'NON_CURRENT'
  | 'PENDING_ROTATION'
  | 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
export type ExpirationModel = 'KEY_MATERIAL_EXPIRES' | 'KEY_MATERIAL_DOES_NOT_EXPIRE';
export const expirationModels = [
  'KEY_MATERIAL_DOES_NOT_EXPIRE',
  'KEY_MATERIAL_EXPIRES',
] as const satisfies readonly ExpirationModel[];

export interface MaterialRecord extends Place {
  readonly keyId: string;
  /** Computed for every key; shown to clients for symmetric keys only. */
  readonly materialId: string;
  readonly state: MaterialState;
  /** Null while deleted or expired: the association stays, the bytes are gone. */
  readonly bytes: Buffer | null;
  readonly description: string | null;
  readonly expirationModel: ExpirationModel | null;
  readonly validTo: number | null;
  readonly firstImportedAt: number;
  readonly rotatedAt: number | null;
  readonly rotationType: 'ON_DEMAND' | 'AUTOMATIC' | null;
}

export interface AliasRecord extends Place {
  /** With the `alias/` prefix. */
  readonly name: string;
  /** Null: deleted, still shown until `visibleAt`. */
  readonly target: string | null;
  /** What readers still see before `visibleAt`; null: nothing. */
  readonly shownTarget: string | null;
  readonly visibleAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface GrantConstraints {
  readonly EncryptionContextSubset?: Readonly<Record<string, string>>;
  readonly EncryptionContextEquals?: Readonly<Record<string, string>>;
  readonly SourceArn?: string;
}

export interface GrantRecord extends Place {
  readonly keyId: string;
  readonly grantId: string;
  /** As data files before tokens that tell their grant knew it; empty since. */
  readonly token: string;
  readonly name: string | null;
  readonly createdAt: number;
  readonly granteePrincipal: string;
  readonly retiringPrincipal: string | null;
  readonly issuingAccount: string;
  readonly operations: readonly string[];
  readonly constraints: GrantConstraints | null;
}

export interface KeyUsageRecord {
  readonly operation: string;
  readonly at: number;
  readonly requestId: string;
}

/** One RSA pair handed out by GetParametersForImport (shared by several with reuse switched on). */
export interface WrappingPair {
  readonly pairId: string;
  readonly pkcs8: Buffer;
  readonly spki: Buffer;
}
