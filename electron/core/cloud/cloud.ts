import type { Base, FaultPoints, OperatorPrompts } from '../ports.ts';
import type { Realm } from '../store/store.ts';
import type {
  AccountOwner,
  Alias,
  AliasTarget,
  CallerIdentity,
  CallRecord,
  CreatedKey,
  CustomKeyStore,
  Grant,
  ImportParameters,
  KmsKeyRead,
  LastUsage,
  ListedKey,
  MarkedKey,
  Material,
  MaterialAnswer,
  PublicKeyRead,
  Read,
  Tag,
} from './answers.ts';
import type { SafeDetails } from '../../../shared/errors/operation-error.ts';
import type { KeySpec, KeyUsage } from '../../../shared/model/key-specs.ts';
import type { Connectivity } from '../../../shared/model/xks.ts';
import type { Secret } from '../kernel/secret.ts';
import type { CloudCredential } from './credential.ts';
import type { Patience } from './patience.ts';
import type { ConnectionException, TlsChoice } from './tls.ts';

/** What the adapter needs of the host. */
export type CloudPorts = Base & {
  readonly faults: FaultPoints;
  readonly ask: OperatorPrompts;
  /** Of a call without a signal of its own: aborted once nobody waits for what it is made for. */
  givenUp?(): AbortSignal | null;
  /** What people here call the KMS key of an ARN, for a refusal that names it by that; empty where it is not known. */
  ofKey?(arn: string): SafeDetails;
};

export interface CloudSettings {
  /** Requests per second by operation, in place of AWS's published ones. */
  readonly quotas?: Readonly<Record<string, number>>;
  /** Multiplies every quota (an account with raised limits, a scaled bench). */
  readonly quotaScale?: number;
  /** Pace practice connections from their first call, as real ones are; else from the first throttle on. */
  readonly pacePractice?: boolean;
  /** Milliseconds until a connection must stand, 5,000 by default, and for a whole call, 30,000. */
  readonly connectTimeout?: number;
  readonly callTimeout?: number;
}

export interface ConnectionSpec {
  readonly realm: Realm;
  readonly region: string;
  /** Practice: the loopback URL, required. Real: only as an exception; else AWS's own. */
  readonly endpoint?: string | null;
  readonly credential: CloudCredential;
  /** The account the group is bound to: pacing is shared per account. */
  readonly account?: string | null;
  readonly tls?: TlsChoice;
  /** `http://host:port` of a proxy; an exception. */
  readonly proxy?: string;
  /** `jobPatience` by default. */
  readonly patience?: Patience;
}

/** What a call may use of the step that makes it; a step context fits as it is. */
export interface CallContext {
  readonly signal?: AbortSignal;
  /** Each attempt, without secrets. */
  note?(call: CallRecord): void;
  /** What the call waits for, to be shown live. */
  progress?(text: string): void;
}

/** How a place in the queue of one paced operation looks from here. */
export interface Outlook {
  /** Requests per second granted now; null: not paced. */
  readonly perSecond: number | null;
  readonly waiting: number;
  /** Milliseconds until a request that comes now would go out. */
  readonly waits: number;
}

export interface NewKey {
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  /** As the group says; the marker is added behind it. */
  readonly description: string;
  /** Found again by it when the answer is lost: lower case letters, digits and dashes. */
  readonly marker: string;
  /** JSON text; null: AWS's default policy. */
  readonly policy: string | null;
  readonly tags: readonly Tag[];
}

/** Where AWS finds a proxy. */
export interface ProxyPlace {
  readonly endpoint: string;
  /** Prefix and `/kms/xks/v1`. */
  readonly path: string;
  readonly connectivity: Connectivity;
  readonly vpcService: string | null;
  readonly vpcOwner: string | null;
}

/** An external key store to be made. The secret stays the caller's. */
export interface NewKeyStore extends ProxyPlace {
  readonly name: string;
  readonly accessKeyId: string;
  readonly secret: Secret;
}

/** What is left out stays as it is. */
export interface KeyStoreChange extends Partial<ProxyPlace> {
  readonly name?: string;
  readonly credential?: { readonly accessKeyId: string; readonly secret: Secret };
}

/** A KMS key whose material is an external key. */
export interface NewKeyInStore {
  readonly kmsStoreId: string;
  readonly xksKeyId: string;
  readonly description: string;
  /** JSON text; null: AWS's default policy. */
  readonly policy: string | null;
  readonly marker: string;
  readonly tags: readonly Tag[];
}

export interface MaterialImport {
  readonly keyId: string;
  readonly token: Uint8Array;
  readonly encryptedKeyMaterial: Uint8Array;
  /** When AWS shall delete it by itself (wall clock ms); null: never. */
  readonly validTo: number | null;
  /** Kept by AWS beside the material. */
  readonly description?: string;
  /** Which of a key's materials this is; by default the current one. */
  readonly materialId?: string;
  /** A further material for the next rotation. Left out, it must be one the key was given before. */
  readonly isNew?: true;
}

/**
 * Narrow verbs over AWS KMS, for one credential in one Region. Every failure is an OperationError:
 * AWS_*, IMPORT_*, CREDENTIAL_REJECTED, ALIAS_HELD_ELSEWHERE, WRAPPING_KEY_WEAK, REALM_MISMATCH or
 * AWS_NOT_PRACTICE, with AWS's own name in `external` and the retry class in `details.retry`.
 * AWS_ANSWER_LOST means that the call may have been carried out: look before acting again.
 */
export interface CloudConnection {
  readonly realm: Realm;
  readonly region: string;
  /** Address of KMS as it is used. */
  readonly endpoint: string;
  readonly exceptions: readonly ConnectionException[];
  /** Our clock minus AWS's in ms, from the last reply's Date header; null before the first. */
  readonly clockSkew: number | null;

  callerIdentity(context?: CallContext): Promise<CallerIdentity>;
  /** As `callerIdentity`, or where STS is not to be had the account in a KMS ARN. */
  accountOwner(context?: CallContext): Promise<AccountOwner>;
  /**
   * Has KMS itself answer: `callerIdentity` is answered by STS, which may be at another address. A
   * permission that is missing is an answer, too.
   */
  askKms(context?: CallContext): Promise<void>;
  /** @throws OperationError AWS_CLOCK_SKEW when the clocks differ by more than 5 minutes. */
  checkClock(context?: CallContext): Promise<{ readonly skew: number; readonly warn: boolean }>;

  /** After a restart: this key was made at `madeAt`, so "not found" may still mean "not yet". */
  rememberNew(keyId: string, madeAt: number): void;
  /** What AWS made or took away a moment ago may be missing, or still be there. */
  listKeys(context?: CallContext): Promise<Read & { readonly keys: readonly ListedKey[] }>;
  describeKey(keyId: string, context?: CallContext): Promise<KmsKeyRead>;
  /** Not repeatable. Waits until the key's place in the queue for import parameters is near. */
  createExternalKey(key: NewKey, context?: CallContext): Promise<CreatedKey>;
  /** Keys that carry the marker, in whatever state they are; the one to adopt comes first. */
  findByMarker(
    search: {
      readonly marker: string;
      /** EXTERNAL unless told otherwise. */
      readonly origin?: 'EXTERNAL_KEY_STORE';
    },
    context?: CallContext,
  ): Promise<Read & { readonly keys: readonly MarkedKey[]; readonly looked: number }>;
  enableKey(keyId: string, context?: CallContext): Promise<Read>;
  disableKey(keyId: string, context?: CallContext): Promise<Read>;
  /** 7 to 30 days. Already scheduled counts as done. */
  scheduleDeletion(
    keyId: string,
    days: number,
    context?: CallContext,
  ): Promise<Read & { readonly deletionAt: number | null }>;
  cancelDeletion(keyId: string, context?: CallContext): Promise<Read>;

  parametersForImport(
    keyId: string,
    algorithm: string,
    spec: string,
    context?: CallContext,
  ): Promise<ImportParameters>;
  importMaterial(material: MaterialImport, context?: CallContext): Promise<MaterialAnswer>;
  deleteMaterial(
    keyId: string,
    materialId?: string,
    context?: CallContext,
  ): Promise<MaterialAnswer>;
  listKeyMaterials(
    keyId: string,
    context?: CallContext,
  ): Promise<Read & { readonly materials: readonly Material[] }>;

  /** Not repeatable. Answers before the waiting material is the current one. */
  rotateOnDemand(keyId: string, context?: CallContext): Promise<Read>;
  /** When the on-demand rotation that is under way was begun; null: none is. */
  rotationStatus(
    keyId: string,
    context?: CallContext,
  ): Promise<Read & { readonly onDemandSince: number | null }>;

  getPolicy(keyId: string, context?: CallContext): Promise<Read & { readonly policy: string }>;
  putPolicy(keyId: string, policy: string, context?: CallContext): Promise<Read>;

  /** Which key an alias names; `name` with or without its prefix. */
  aliasTarget(name: string, context?: CallContext): Promise<AliasTarget>;
  listAliases(
    keyId: string | null,
    context?: CallContext,
  ): Promise<Read & { readonly aliases: readonly Alias[] }>;
  /** @throws OperationError ALIAS_HELD_ELSEWHERE when the name is taken by another key. */
  createAlias(name: string, keyId: string, context?: CallContext): Promise<Read>;
  updateAlias(name: string, keyId: string, context?: CallContext): Promise<Read>;

  listGrants(
    keyId: string,
    context?: CallContext,
  ): Promise<Read & { readonly grants: readonly Grant[] }>;
  listTags(keyId: string, context?: CallContext): Promise<Read & { readonly tags: readonly Tag[] }>;
  tag(keyId: string, tags: readonly Tag[], context?: CallContext): Promise<Read>;
  lastUsage(keyId: string, context?: CallContext): Promise<LastUsage>;
  /** Of an asymmetric key that is Enabled. */
  publicKey(keyId: string, context?: CallContext): Promise<PublicKeyRead>;

  /** Encrypts and decrypts 32 random bytes under the key and compares them. */
  tryKey(
    keyId: string,
    context?: CallContext,
  ): Promise<Read & { readonly materialId: string | null }>;

  /** Not repeatable: look for its path first. */
  createKeyStore(
    store: NewKeyStore,
    context?: CallContext,
  ): Promise<Read & { readonly kmsStoreId: string }>;
  /** @throws OperationError XKS_STORE_GONE */
  describeKeyStore(kmsStoreId: string, context?: CallContext): Promise<Read & CustomKeyStore>;
  /** The one with this path; else the one with this name; null: AWS has neither. */
  findKeyStore(
    named: Pick<NewKeyStore, 'name' | 'path'>,
    context?: CallContext,
  ): Promise<Read & { readonly store: CustomKeyStore | null }>;
  /** Answers before it is connected. */
  connectKeyStore(kmsStoreId: string, context?: CallContext): Promise<Read>;
  disconnectKeyStore(kmsStoreId: string, context?: CallContext): Promise<Read>;
  updateKeyStore(kmsStoreId: string, change: KeyStoreChange, context?: CallContext): Promise<Read>;
  /** A store that is gone counts as deleted. @throws OperationError XKS_STORE_IN_USE */
  deleteKeyStore(kmsStoreId: string, context?: CallContext): Promise<Read>;
  /** @throws OperationError XKS_KEY_UNUSABLE; a second KMS key for one external key is never made */
  createKeyInStore(key: NewKeyInStore, context?: CallContext): Promise<KmsKeyRead>;

  /** Ends idle sockets and wipes the copies of secrets. Calls under way still finish. */
  close(): void;
}

export interface Cloud {
  /**
   * Opens a connection; nothing is sent before its first verb, and a wrong address is refused here.
   * @throws OperationError BAD_INPUT, REALM_MISMATCH, AWS_NOT_PRACTICE, CREDENTIAL_REJECTED
   */
  connect(spec: ConnectionSpec): Promise<CloudConnection>;
  /** The queue for one operation of an account and Region, for times shown before a job starts. */
  outlook(place: {
    readonly realm: Realm;
    readonly account: string;
    readonly region: string;
    readonly operation: string;
  }): Outlook;
  close(): void;
}
