import { z } from 'zod';
import { op, nothing } from './op.ts';
import { awsFails, hsmFails, plan, planNumber, reference, started, time } from './shapes.ts';

const groupFails = ['NOT_FOUND', 'AMBIGUOUS_NAME'] as const;
const fileFails = [
  'BRING_IN_NOT_PREPARED',
  'BRING_IN_NOT_TAKEN',
  'BRING_IN_NOT_OPENED',
  'BRING_IN_WRONG_LENGTH',
  'BRING_IN_KCV_DIFFERS',
  'BRING_IN_KNOWN',
] as const;

/** The public half of a pair that lets one key in, and what the other system has to do with it. */
export const transportKey = z.strictObject({
  /** SubjectPublicKeyInfo in PEM (RFC 7468). */
  pem: z.string(),
  /** SHA-256 over its DER, hex: compared on both sides, a swapped file is noticed. */
  sha256: z.string(),
  algorithm: z.enum(['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1']),
  /** What comes back has so many bytes. */
  bytes: z.number().int(),
  /** What it carries, in words: AES-256. */
  carries: z.string(),
  /** How long that key is, in bytes. */
  keyBytes: z.number().int(),
  /** How its KCV is made. */
  kcv: z.string(),
  /** Lines for a shell that has OpenSSL, by example: `transport.pem`, `key.bin`, `wrapped.bin`. */
  commands: z.array(z.strictObject({ does: z.string(), line: z.string() })),
  madeAt: time,
  endsAt: time,
});
export type TransportKeyView = z.output<typeof transportKey>;

const incoming = {
  group: reference,
  /** The wrapped key: the bytes of the file in base64, be they the key itself or base64 of it. */
  file: z.base64().min(1).max(8192),
  /** At least the first three bytes of the key's check value, hex. */
  kcv: z.string().regex(/^(?:[0-9A-Fa-f]{2}){3,5}$/, { message: 'a KCV of 6 to 10 hex digits' }),
  /** Take over the key that holds the alias now, though this group did not make it. */
  adopt: z.boolean().default(false),
};

/** Bringing in a key that was made elsewhere. */
export const bringInOps = {
  prepareBringIn: op({
    effect: 'change',
    summary: 'Make a transport key for a key from elsewhere, or give the one that is open',
    input: z.strictObject({ group: reference }),
    output: transportKey,
    fails: [...groupFails, 'BRING_IN_NOT_TAKEN', ...hsmFails],
  }),
  transportKey: op({
    effect: 'read',
    summary: 'Show the transport key that is open for a group',
    input: z.strictObject({ group: reference }),
    output: z.strictObject({ transportKey: transportKey.nullable() }),
    fails: groupFails,
  }),
  giveUpBringIn: op({
    effect: 'change',
    summary: 'Destroy the transport key of a group',
    input: z.strictObject({ group: reference }),
    output: nothing,
    fails: [...groupFails, 'BRING_IN_NOT_PREPARED', 'ALREADY_RUNNING'],
  }),
  planBringIn: op({
    effect: 'read',
    needs: 'verified',
    summary: 'Say what bringing in a wrapped key would do now',
    input: z.strictObject(incoming),
    output: plan,
    fails: [...groupFails, ...fileFails],
  }),
  bringIn: op({
    effect: 'change',
    approval: 'every-deed',
    summary: 'Open a wrapped key in the vault, send its copy to AWS and let the alias name it',
    input: z.strictObject({ ...incoming, plan: planNumber }),
    output: started,
    fails: [
      ...groupFails,
      ...fileFails,
      'PLAN_CHANGED',
      'NOT_DESIGNATED',
      'ALIAS_HELD_ELSEWHERE',
      'ACCOUNT_MISMATCH',
      'ACTIVE_KEY_UNUSABLE',
      'BACKUP_PLACE_MISSING',
      'BACKUP_PLACE_UNUSABLE',
      'HSM_KEY_DIFFERS',
      ...hsmFails,
      ...awsFails,
    ],
  }),
};
