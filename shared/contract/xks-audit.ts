import { z } from 'zod';
import { op } from './op.ts';
import { absolutePath, time } from './shapes.ts';

/** One call of KMS as one side tells it. */
const loneCall = z.strictObject({
  requestId: z.string(),
  at: time,
  operation: z.string(),
  arn: z.string(),
  principal: z.string().nullable(),
  /** Calls of the proxy under this request id. */
  count: z.number().int(),
  /** Which copy of the proxy was asked; null: none. */
  node: z.string().nullable(),
  /** `ok`, or the error that side gave. */
  verdict: z.string(),
});

/** The first of them, and how many there are. */
const sample = <One extends z.ZodType>(one: One) =>
  z.strictObject({ count: z.number().int(), first: z.array(one) });

const gap = z.strictObject({ segment: z.string(), line: z.number().int(), problem: z.string() });

export const xksAuditOps = {
  link: op({
    effect: 'change',
    summary: 'Note in the audit log how far the audit of every proxy reaches',
    input: z.strictObject({
      /** Segment folders of copies that run elsewhere. */
      segments: z.array(absolutePath).max(100).default([]),
    }),
    output: z.strictObject({
      links: z.array(
        z.strictObject({
          node: z.string(),
          segment: z.string(),
          records: z.number().int(),
          head: z.string(),
        }),
      ),
    }),
    fails: ['XKS_NO_STORE'],
  }),
  reconcile: op({
    effect: 'read',
    summary: 'Match what CloudTrail recorded with what proxies answered, by request id',
    input: z.strictObject({
      /** Files of CloudTrail, or folders of them. */
      trail: z.array(absolutePath).max(100).default([]),
      /** The history of the practice KMS, too. */
      practice: z.boolean().default(false),
      /** Segment folders of copies that run elsewhere. */
      segments: z.array(absolutePath).max(100).default([]),
      /** Only calls of this time and later, or up to this time. */
      from: time.nullable().default(null),
      to: time.nullable().default(null),
    }),
    output: z.strictObject({
      files: z.number().int(),
      /** Records of CloudTrail, of whatever service. */
      records: z.number().int(),
      span: z.strictObject({ from: time, to: time }).nullable(),
      nodes: z.array(
        z.strictObject({ node: z.string(), records: z.number().int(), gaps: z.array(gap) }),
      ),
      matched: z.number().int(),
      /** AWS refused them before it asked the proxy. */
      refusedByAws: z.number().int(),
      /** Calls at a proxy that the records cannot know: of another time, account or Region. */
      beyond: z.number().int(),
      awsOnly: sample(loneCall),
      proxyOnly: sample(loneCall),
      different: sample(loneCall.extend({ problem: z.string(), inAws: z.string() })),
    }),
    fails: ['XKS_NO_STORE', 'PRACTICE_NOT_RUNNING', 'PRACTICE_REFUSED', 'REALM_MISMATCH'],
  }),
};
