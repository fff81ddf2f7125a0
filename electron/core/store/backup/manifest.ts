import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { canonicalJson } from '../../crypto/canonical-json.ts';
import { equalBytes, hmacSha256 } from '../../crypto/mac.ts';
import type { Secret } from '../../kernel/secret.ts';
import { onDisk } from '../disk-errors.ts';
import { readSmallFile } from '../durable-file.ts';
import { innerKey } from '../keys.ts';

/** Names inside the folder of one full copy. */
export const keystoreName = 'keystore';
export const manifestName = 'manifest.json';
export const incrementsName = (commit: number): string => `increments-${commit}.log`;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
const manifestContent = z.strictObject({
  format: z.literal('keyreeve backup'),
  version: z.literal(1),
  storeId: z.uuid(),
  realm: z.enum(['practice', 'real']),
  incarnation: z.uuid(),
  /** Counts the full copies of this store in this place: no clock decides which is the newest. */
  generation: count,
  commitNumber: count,
  stateRoot: hash,
  auditSize: count,
  auditHead: hash,
  schemaVersion: count,
  /** Wall clock, milliseconds since 1970. */
  takenAt: count,
  /** Program and version that wrote it. */
  tool: z.string().max(100),
  files: z
    .array(z.strictObject({ name: z.string().max(64), size: count, sha256: hash }))
    .min(1)
    .max(8),
});
const manifestFile = z.strictObject({ content: manifestContent, mac: hash });

export type Manifest = z.output<typeof manifestContent>;
/** A manifest as read, its MAC still to be checked. */
export interface ReadManifest {
  readonly content: Manifest;
  readonly mac: string;
}

const largestManifest = 64 * 1024;

/** @throws OperationError BACKUP_INVALID naming the part, DISK_*. */
export function readManifest(path: string): ReadManifest {
  const bytes = onDisk('read manifest', () => readSmallFile(path, largestManifest));
  if (bytes === null || bytes === 'unusable') throw invalid('manifest', bytes ?? 'missing');
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid('manifest', 'not JSON', error);
  }
  const file = manifestFile.safeParse(parsed);
  if (!file.success) throw invalid('manifest', 'not a manifest');
  // One spelling only, so that every byte of the file counts.
  if (`${canonicalJson(file.data)}\n` !== bytes.toString('utf8'))
    throw invalid('manifest', 'spelling');
  return file.data;
}

/** The one line of a manifest's file, and its HMAC under a key of the root key (hex). */
export function encodeManifest(content: Manifest, rootKey: Secret): { bytes: Buffer; mac: string } {
  const mac = manifestMac(content, rootKey).toString('hex');
  return { bytes: Buffer.from(`${canonicalJson({ content, mac })}\n`), mac };
}

/** @throws OperationError BACKUP_INVALID when it was not written with this root key. */
export function requireGenuine(manifest: ReadManifest, rootKey: Secret): void {
  const expected = manifestMac(manifest.content, rootKey);
  if (!equalBytes(expected, Buffer.from(manifest.mac, 'hex')))
    throw invalid('manifest', 'authentication');
}

/** `part` is the file or member of the backup, `why` what is wrong with it. */
export function invalid(part: string, why: string, cause?: unknown): OperationError {
  return new OperationError('BACKUP_INVALID', { part, why }, cause === undefined ? {} : { cause });
}

function manifestMac(content: Manifest, rootKey: Secret): Buffer {
  using key = innerKey(rootKey, 'backup-manifest');
  return key.use((bytes) => hmacSha256(bytes, Buffer.from(canonicalJson(content))));
}
