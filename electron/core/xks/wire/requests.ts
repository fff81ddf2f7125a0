import { strictBase64 } from './base64.ts';
import { XksFailure } from './errors.ts';
import type { JsonObject } from './json-body.ts';
import type { XksApi } from './path.ts';

/** Bytes that must work by the specification, and that this proxy takes at most. */
export const largest = { plaintext: 4300, additionalAuthenticatedData: 8192 } as const;
const largestCiphertextMetadata = 20;
const tagLength = 16;
const ivLengths: readonly number[] = [12, 16];

/** What KMS tells about the call behind a request. All of it is the caller's text. */
export interface RequestMetadata {
  readonly kmsRequestId: string;
  readonly kmsOperation: string;
  readonly awsPrincipalArn: string | null;
  readonly kmsKeyArn: string | null;
  readonly kmsViaService: string | null;
  readonly awsSourceVpc: string | null;
  readonly awsSourceVpce: string | null;
}

export interface EncryptRequest {
  readonly plaintext: Buffer;
  /** Empty when absent. */
  readonly aad: Buffer;
  readonly wantsIntegrityValue: boolean;
}

export interface DecryptRequest {
  readonly ciphertext: Buffer;
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly aad: Buffer;
  /** Empty when absent. */
  readonly metadata: Buffer;
}

/** @throws XksFailure ValidationException */
export function readMetadata(api: XksApi, body: JsonObject): RequestMetadata {
  const given = body['requestMetadata'];
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid('requestMetadata', given === undefined ? 'is missing' : 'is not an object');
  }
  const fields = given as JsonObject;
  const crypto = api === 'Encrypt' || api === 'Decrypt';
  const optional = (name: string): string | null =>
    saysNothing(fields[name]) ? null : requiredText(fields, name);
  const when = (needed: boolean, name: string): string | null =>
    needed ? requiredText(fields, name) : optional(name);
  return {
    kmsRequestId: requiredText(fields, 'kmsRequestId'),
    kmsOperation: requiredText(fields, 'kmsOperation'),
    awsPrincipalArn: when(api !== 'GetHealthStatus', 'awsPrincipalArn'),
    kmsKeyArn: when(crypto, 'kmsKeyArn'),
    kmsViaService: optional('kmsViaService'),
    awsSourceVpc: optional('awsSourceVpc'),
    awsSourceVpce: optional('awsSourceVpce'),
  };
}

/** @throws XksFailure ValidationException, UnsupportedOperationException */
export function readEncrypt(body: JsonObject): EncryptRequest {
  const plaintext = filled(body, 'plaintext');
  requireAesGcm(body);
  const algorithm = body['ciphertextDataIntegrityValueAlgorithm'] ?? null;
  if (algorithm !== null && algorithm !== 'SHA_256') {
    throw invalid('ciphertextDataIntegrityValueAlgorithm', 'is not SHA_256');
  }
  const aad = bytesOrNone(body, 'additionalAuthenticatedData');
  requireAtMost('plaintext', plaintext, largest.plaintext);
  requireAad(aad);
  return { plaintext, aad, wantsIntegrityValue: algorithm !== null };
}

/** @throws XksFailure ValidationException, UnsupportedOperationException */
export function readDecrypt(body: JsonObject): DecryptRequest {
  const ciphertext = filled(body, 'ciphertext');
  const iv = filled(body, 'initializationVector');
  const tag = filled(body, 'authenticationTag');
  requireAesGcm(body);
  const aad = bytesOrNone(body, 'additionalAuthenticatedData');
  const metadata = bytesOrNone(body, 'ciphertextMetadata');
  if (!ivLengths.includes(iv.length))
    throw invalid('initializationVector', 'is not 12 or 16 bytes');
  if (tag.length !== tagLength) throw invalid('authenticationTag', 'is not 16 bytes');
  if (metadata.length > largestCiphertextMetadata) {
    throw invalid('ciphertextMetadata', `is longer than ${largestCiphertextMetadata} bytes`);
  }
  requireAtMost('ciphertext', ciphertext, largest.plaintext);
  requireAad(aad);
  return { ciphertext, iv, tag, aad, metadata };
}

/**
 * An optional member that is there and says nothing is one that is absent. The specification speaks of
 * absence only; AWS's own sample proxy, which KMS is known to work with, takes null so.
 */
const saysNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === '';

function requiredText(fields: JsonObject, name: string): string {
  const value = fields[name];
  if (value === undefined) throw invalid(name, 'is missing');
  if (typeof value !== 'string') throw invalid(name, 'is not a string');
  if (value === '') throw invalid(name, 'is empty');
  return value;
}

function filled(body: JsonObject, name: string): Buffer {
  const bytes = strictBase64(requiredText(body, name));
  if (bytes === null) throw invalid(name, 'is not Base64');
  return bytes;
}

function bytesOrNone(body: JsonObject, name: string): Buffer {
  return saysNothing(body[name]) ? Buffer.alloc(0) : filled(body, name);
}

function requireAesGcm(body: JsonObject): void {
  if (requiredText(body, 'encryptionAlgorithm') === 'AES_GCM') return;
  throw invalid('encryptionAlgorithm', 'is not AES_GCM');
}

const requireAad = (aad: Buffer): void =>
  requireAtMost('additionalAuthenticatedData', aad, largest.additionalAuthenticatedData);

function requireAtMost(name: string, bytes: Buffer, most: number): void {
  if (bytes.length <= most) return;
  const message = `The field ${name} is longer than the ${most} bytes that this proxy takes.`;
  throw new XksFailure('UnsupportedOperationException', message);
}

const invalid = (name: string, what: string): XksFailure =>
  new XksFailure('ValidationException', `The field ${name} ${what}.`);
