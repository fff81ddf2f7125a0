import type { KeySpec, WrappingAlgorithm } from '../../../shared/model/key-specs.ts';

/**
 * What the core asks of a device that makes and keeps keys: one interface for PKCS#11 modules and
 * for the built-in software driver. A driver runs inside the bridge process. No method returns
 * key bytes in clear: material leaves only wrapped, under a key the device holds or under an RSA
 * public key handed in.
 */

/** What stands beside a key for its whole life; decided by the module, never by its own claim. */
export type Assurance = 'hardware' | 'software-module' | 'built-in-software' | 'unknown-module';

export interface TokenIdentity {
  readonly label: string;
  readonly serial: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
}

/** PIN counters as the token reports them (CKF_USER_PIN_*). */
export type PinState = 'ok' | 'count-low' | 'final-try' | 'locked' | 'not-set';

export interface TokenStatus extends TokenIdentity {
  readonly initialized: boolean;
  readonly pin: PinState;
  readonly loggedIn: boolean;
  readonly protectedAuthenticationPath: boolean;
  readonly assurance: Assurance;
}

/** Mechanism that keeps a key outside the token, under the master key. */
export type BlobMechanism =
  | 'CKM_AES_KEY_WRAP_KWP'
  | 'CKM_AES_KEY_WRAP_PAD_RFC5649'
  | 'CKM_AES_KEY_WRAP';

/** One thing that was tried at attach, in words a custodian can read. */
export interface ProbeFinding {
  readonly id: string;
  readonly ok: boolean;
  /** One sentence: what was tried and what came out. */
  readonly sentence: string;
  /** PKCS#11's own name when it failed, e.g. CKR_ARGUMENTS_BAD. */
  readonly external?: string;
}

/** A key type that the device keeps and sends exactly, and the best way it has to send it. */
export interface Sendable {
  readonly spec: KeySpec;
  readonly algorithm: WrappingAlgorithm;
}

/** What this module really does, found by round trips with throw-away keys. */
export interface ProbeResult {
  readonly token: TokenIdentity;
  readonly assurance: Assurance;
  /** Forms of OAEP that work, the better first. */
  readonly wrappingAlgorithms: readonly WrappingAlgorithm[];
  /** At most one entry for each key type; a type that is missing cannot be kept, or not be sent. */
  readonly sendable: readonly Sendable[];
  readonly blobMechanism: BlobMechanism | null;
  readonly kcvMethod: 'CMAC' | null;
  readonly auditSigning: boolean;
  readonly dataObjects: boolean;
  readonly aesGcm: boolean;
  readonly findings: readonly ProbeFinding[];
}

/**
 * A key check value with the method that made it. `CMAC`: AES-CMAC over a zero block (PCI PIN).
 * `HMAC`: HMAC of an HMAC key, with its own hash, over 16 zero bytes. `SPKI`: SHA-256 of the DER
 * SubjectPublicKeyInfo of a private key. `ENC0`: one encrypted zero block. The first 5 bytes of
 * each, 3 of the last.
 */
export interface Kcv {
  readonly method: 'CMAC' | 'ENC0' | 'HMAC' | 'SPKI';
  /** Upper-case hex: 10 digits, 6 for ENC0. */
  readonly value: string;
}

/**
 * Check value of a master key, which may wrap but not encrypt: the first 5 bytes of the AES-256 key
 * of 32 zero bytes wrapped under it, by RFC 5649 (`KWP0`) or RFC 3394 (`KW0`). Upper-case hex.
 */
export interface MasterKcv {
  readonly method: 'KWP0' | 'KW0';
  readonly value: string;
}

/** The non-extractable AES-256 key of the token that wraps everything kept outside it. */
export interface MasterKey {
  /** CKA_ID, hex. */
  readonly id: string;
  readonly tokenSerial: string;
  readonly kcv: MasterKcv;
}

/**
 * A key kept outside the token. Blobs from before there were other types are SYMMETRIC_DEFAULT and
 * have no public key.
 */
export interface KeyBlob {
  readonly spec: KeySpec;
  /** The bytes of a secret, the PKCS#8 of a private key. 40 bytes for AES-256, 2,400 for RSA-4096. */
  readonly wrapped: Uint8Array;
  readonly mechanism: BlobMechanism;
  readonly masterId: string;
  readonly kcv: Kcv;
  /** DER SubjectPublicKeyInfo of an RSA or elliptic-curve key, in its one exact spelling; else null. */
  readonly publicKey: Uint8Array | null;
}

/** A pair that lives to let one key in: another system wraps that key under its public half. */
export interface TransportKey {
  /** The pair as any key is kept; its public half is the one to hand out. RSA of 3072 bits at least. */
  readonly blob: KeyBlob;
  /** The best form of OAEP that a round trip has proved to open here. */
  readonly algorithm: Extract<WrappingAlgorithm, `RSAES_OAEP_${string}`>;
}

export interface WrappedForAws {
  readonly encryptedKeyMaterial: Uint8Array;
  readonly algorithm: WrappingAlgorithm;
  /** SHA-256 of the wrapping key's DER SubjectPublicKeyInfo, hex, read back from the token. */
  readonly wrappingKeyFingerprint: string;
  /** KCV of the key as it was in the token when it was wrapped. */
  readonly kcv: Kcv;
}

/** A key that the device uses for others: AES-256 (SYMMETRIC_DEFAULT), to encrypt and decrypt by GCM and nothing else. */
export interface ServiceKey {
  /** Names the key on the device: hex of 1 to 32 bytes, a UUID, or any name up to 255 characters. */
  readonly id: string;
  /** The kept key, for a device that keeps nothing itself; others do not look at it. */
  readonly blob: KeyBlob | null;
}

export interface HsmDriver {
  status(): Promise<TokenStatus>;
  /** One C_Login with this PIN. Never repeated by the driver. */
  login(pin: Uint8Array): Promise<TokenStatus>;
  logout(): Promise<void>;
  probe(): Promise<ProbeResult>;

  /** All master keys of ours on the token (by label and attributes). */
  findMasters(): Promise<readonly MasterKey[]>;
  /**
   * Makes the master key, or answers with the one that already has this id (a lost answer). Keep
   * the id of the answer: the built-in device has exactly one master, whatever id was asked for.
   * `id`: hex, 1 to 32 bytes, or a UUID.
   */
  createMaster(id: string): Promise<MasterKey>;
  /**
   * Wraps and unwraps a throw-away key under the master and compares check values. Meant for a
   * fresh process: `respawn()` of the bridge first.
   * @throws OperationError HSM_MASTER_MISSING, HSM_MASTER_DIFFERS
   */
  tryMaster(id: string): Promise<MasterKey>;

  /**
   * A key of this type made in the device, wrapped under the master; the clear object is destroyed.
   * What it is for (KeyUsage) is AWS's business: here it never does anything but leave wrapped, so no
   * usage is asked for. RSA takes seconds, up to two minutes on a slow device, and holds up the rest.
   * @throws OperationError HSM_CANNOT_SEND for a type that the device cannot keep exactly
   */
  generateKey(masterId: string, spec: KeySpec): Promise<KeyBlob>;
  /**
   * Opens a kept blob inside the device and computes its check value from what is in it; nothing is
   * kept open. A private key signs a challenge, which has to verify under the public key kept.
   * @throws OperationError HSM_KEY_DIFFERS
   */
  kcvOf(blob: KeyBlob): Promise<Kcv>;
  /**
   * Unwraps a kept blob inside the device and wraps it for AWS under `spki` (DER). The check value of
   * what was opened is the kept one, or nothing is sent.
   * @throws OperationError HSM_CANNOT_SEND for an algorithm that does not carry this type, or that
   * no round trip has proved here; HSM_KEY_DIFFERS, WRAPPING_KEY_WEAK, WRAPPING_KEY_CHANGED
   */
  wrapForAws(blob: KeyBlob, spki: Uint8Array, algorithm: WrappingAlgorithm): Promise<WrappedForAws>;

  /**
   * Makes a pair under whose public half a key may come in, and proves that one does. Takes as long as any RSA key.
   * @throws OperationError HSM_CANNOT_SEND where the device lets nothing in
   */
  makeTransportKey(masterId: string): Promise<TransportKey>;
  /**
   * Opens inside the device what was wrapped under a transport key, and keeps it as a key that was made.
   * Secrets only: AES and HMAC.
   * @throws OperationError BRING_IN_NOT_OPENED for what was not wrapped so, BRING_IN_WRONG_LENGTH,
   * HSM_KEY_DIFFERS, HSM_CANNOT_SEND
   */
  bringIn(transport: TransportKey, wrapped: Uint8Array, spec: KeySpec): Promise<KeyBlob>;

  /** AES-256-GCM under a token key made for this alone (HSM key slot of a keystore). */
  createSlotKey(id: string): Promise<void>;
  sealWithSlotKey(id: string, plain: Uint8Array, aad: Uint8Array): Promise<Uint8Array>;
  openWithSlotKey(id: string, sealed: Uint8Array, aad: Uint8Array): Promise<Uint8Array>;

  /**
   * Puts a kept key onto the device under this id, sensitive, not extractable, and checks that it is
   * so. What is served is what is kept. Leaves a key that is there; devices that keep nothing only
   * try the blob.
   * @throws OperationError HSM_KEY_DIFFERS, HSM_MASTER_MISSING, HSM_REFUSED
   */
  installServiceKey(id: string, blob: KeyBlob): Promise<void>;
  /** Makes a service key that exists on this device alone: no blob of it can be had. */
  createServiceKey(id: string): Promise<void>;
  /** Takes a service key off the device; false when there was none. */
  removeServiceKey(id: string): Promise<boolean>;
  /**
   * nonce (12, drawn at random) || ciphertext || tag (16). `aad` is not empty.
   * @throws OperationError HSM_MASTER_MISSING when the device does not hold the key
   */
  gcmEncrypt(key: ServiceKey, aad: Uint8Array, plain: Uint8Array): Promise<Uint8Array>;
  /** @throws OperationError HSM_KEY_DIFFERS when it was made by another key or altered */
  gcmDecrypt(key: ServiceKey, aad: Uint8Array, sealed: Uint8Array): Promise<Uint8Array>;

  /** A signing key made for audit checkpoints alone; returns its public key (DER SPKI). */
  auditPublicKey(id: string, create: boolean): Promise<Uint8Array | null>;
  /** ECDSA P-256 over SHA-256 of `message`; r || s, 64 bytes (as crypto/signature.ts verifies). */
  signAudit(id: string, message: Uint8Array): Promise<Uint8Array>;

  /** Private CKO_DATA object named `name`; replaces what was there. Anchor of a keystore. */
  writeAnchor(name: string, value: Uint8Array): Promise<void>;
  readAnchor(name: string): Promise<Uint8Array | null>;
}
