import type { Json } from '../../../shared/model/json.ts';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { sha256 } from '../crypto/mac.ts';

/** Why the head was signed: enough new records, the keystore being locked, or an export. */
export type CheckpointPurpose = 'count' | 'lock' | 'export';

/** What is signed: that this store's log had this many records and this head at this time. */
export interface CheckpointBody {
  readonly v: 1;
  readonly store: string;
  readonly realm: 'practice' | 'real';
  readonly size: number;
  /** Hash of record number `size`, hex. */
  readonly head: string;
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  readonly purpose: CheckpointPurpose;
  /** Fingerprint of the public key, and where its private key is kept. */
  readonly key: string;
  readonly signer: 'hsm' | 'software';
  /** SHA-256 of the checkpoint before, hex: none can be left out unseen. */
  readonly previous: string | null;
}

export const encodeCheckpoint = (body: CheckpointBody): string =>
  canonicalJson({ ...body } as unknown as Json);

/** The bytes that are signed. */
export const checkpointBytes = (body: string): Buffer =>
  Buffer.from(`keyreeve audit checkpoint v1\n${body}`);

export const checkpointHash = (body: string): string =>
  sha256(checkpointBytes(body)).toString('hex');
