import { z } from 'zod';
import { op } from './op.ts';
import { absolutePath, time } from './shapes.ts';

const auditRecordView = z.strictObject({
  seq: z.number().int(),
  at: time,
  actor: z.string(),
  channel: z.string(),
  action: z.string(),
  objects: z.array(z.string()),
  outcome: z.string(),
  details: z.record(z.string(), z.json()),
  hash: z.string(),
});

/** In words: shared/text/segments.ts. */
const segmentProblem = z.enum([
  'number',
  'previous line',
  'previous segment',
  'missing segment',
  'name',
  'unreadable',
  'cut off',
  'another chain',
  'lost segment',
  'not linked',
  'two proxies',
]);

const checkedSegments = z.strictObject({
  folder: z.string(),
  /** Which copy of the proxy wrote them; null: there are none. */
  node: z.string().nullable(),
  files: z.number().int(),
  records: z.number().int(),
  /** Entries of the log that these segments bear out. */
  links: z.number().int(),
  /** Records up to the newest of them, and those that follow: nothing vouches for the latter. */
  linked: z.number().int(),
  unlinked: z.number().int(),
  firstBad: z.number().int().nullable(),
  /** The first twenty. */
  faults: z.array(
    z.strictObject({
      segment: z.string().nullable(),
      line: z.number().int().nullable(),
      record: z.number().int(),
      problem: segmentProblem,
    }),
  ),
});

export const auditOps = {
  list: op({
    effect: 'read',
    summary: 'Read the audit log, newest first',
    input: z.strictObject({
      limit: z.number().int().min(1).max(500).default(100),
      before: z.number().int().min(1).nullable().default(null),
      action: z.string().max(100).default(''),
      actor: z.string().max(255).default(''),
      /** A failure code or another outcome; `failed`: everything that did not go well. */
      outcome: z.string().max(100).default(''),
      /** Id of a group, a key, a job …: what the record is about. */
      object: z.string().max(100).default(''),
    }),
    output: z.strictObject({
      records: z.array(auditRecordView),
      size: z.number().int(),
      head: z.string(),
      signedSize: z.number().int(),
      signer: z
        .strictObject({ kind: z.enum(['hsm', 'software']), fingerprint: z.string() })
        .nullable(),
      /** Where to go on; null at the beginning. With a filter also behind an empty page. */
      next: z.number().int().nullable(),
    }),
  }),
  export: op({
    effect: 'change',
    summary: 'Write the audit log, signed, to a file',
    input: z.strictObject({ to: absolutePath }),
    output: z.strictObject({
      path: z.string(),
      records: z.number().int(),
      head: z.string(),
      fingerprint: z.string(),
      signer: z.enum(['hsm', 'software']),
    }),
    fails: ['AUDIT_BROKEN', 'HSM_UNAVAILABLE', 'HSM_PIN_NEEDED'],
  }),
  verify: op({
    effect: 'read',
    needs: 'nothing',
    summary: 'Check an exported audit log against the public key fingerprint you kept elsewhere',
    input: z.strictObject({
      file: absolutePath,
      fingerprint: z.string().regex(/^[0-9a-f]{64}$/, { message: '64 hex digits' }),
      /** Audit folders of XKS proxies, to be held against what the log says of them. */
      segments: z.array(absolutePath).max(100).default([]),
    }),
    output: z.strictObject({
      /** The log, and every segment that was named. */
      ok: z.boolean(),
      /** Exit status of the CLI: 0 proved, 1 something is wrong, 2 nothing signed by that key. */
      status: z.union([z.literal(0), z.literal(1), z.literal(2)]),
      records: z.number().int(),
      /** Records covered by a good signature of the key given. */
      signedSize: z.number().int(),
      unsignedTail: z.number().int(),
      firstBad: z.number().int().nullable(),
      line: z.number().int().nullable(),
      problem: z.string().nullable(),
      store: z.string().nullable(),
      signer: z.enum(['hsm', 'software']).nullable(),
      signedHead: z.string().nullable(),
      signedAt: time.nullable(),
      remarks: z.array(z.string()),
      segments: z.array(checkedSegments),
      /** Proxies that the log knows and whose segments were not named. */
      segmentsNotGiven: z.array(z.string()),
    }),
    fails: ['NOT_FOUND'],
  }),
};
