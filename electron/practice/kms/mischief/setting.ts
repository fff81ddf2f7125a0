import { z } from 'zod';
import { kmsOperations } from '../wire/operations.ts';

const count = z.int().min(0).max(1_000_000);
const milliseconds = z.int().min(0).max(120_000);
const seconds = z.number().min(0).max(3600).default(0);

/** How often a fault strikes: the next N calls, or each call by the odds. */
const strikes = z.union([count, z.strictObject({ odds: z.number().min(0).max(1) })]);

/** A time, or a pair for a seeded random one between them. */
const span = z.union([milliseconds, z.tuple([milliseconds, milliseconds])]);
export type Span = z.infer<typeof span>;

/** Two years: a rehearsal of scheduled rotations lives that far ahead. */
const maxSkewSeconds = 2 * 366 * 86_400;

export const operationMischief = z.strictObject({
  latencyMs: span.optional(),
  replyDelayMs: span.optional(),
  slowBodyMs: span.optional(),
  dropBeforeEffect: strikes.optional(),
  resetBeforeEffect: strikes.optional(),
  hangBeforeEffect: strikes.optional(),
  throttle: strikes.optional(),
  http500: strikes.optional(),
  http503: strikes.optional(),
  expiredCredentials: strikes.optional(),
  deliverTwice: strikes.optional(),
  loseResponseAfterEffect: strikes.optional(),
  resetAfterEffect: strikes.optional(),
  hangAfterEffect: strikes.optional(),
  cutReply: strikes.optional(),
});
export type OperationMischief = z.infer<typeof operationMischief>;

const eventualConsistency = z.strictObject({
  aliasesSeconds: seconds,
  keysSeconds: seconds,
  statesSeconds: seconds,
  tagsSeconds: seconds,
  policiesSeconds: seconds,
  /** New grants; a grant token helps at once. */
  grantsSeconds: seconds,
});

/** A name that no call has would rehearse nothing, in silence. */
const operationName = z
  .string()
  .refine(
    (name) => name === '*' || kmsOperations.has(name) || /^sts:[A-Za-z]{1,60}$/.test(name),
    'no operation of KMS, no sts:… and not *',
  );

/** Of an operation, or of a half of ReEncrypt, which has no permission of its own name. */
function isAction(text: string): boolean {
  const [service, name = ''] = text.split(':');
  return service === 'sts' || kmsOperations.has(name.replace(/^(ReEncrypt)(From|To)$/, '$1'));
}

const general = z.strictObject({
  operations: z.record(operationName, operationMischief).default({}),
  swapWrappingKey: z.boolean().default(false),
  expireTokens: z.boolean().default(false),
  eventualConsistency: eventualConsistency.prefault({}),
});

/** What strikes the calls of one account. */
export type AccountMischief = z.infer<typeof general>;

/** The whole mischief, replaced by `POST /mischief`. An empty object is good behaviour. */
export const mischiefSchema = z.strictObject({
  ...general.shape,
  /** Makes the random parts repeatable. */
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  /** In place of the general setting, for the calls of these accounts. */
  accounts: z.record(z.string().regex(/^\d{12}$/), general).default({}),
  clockSkewSeconds: z.number().min(-maxSkewSeconds).max(maxSkewSeconds).default(0),
  dateHeader: z.enum(['right', 'absent', 'garbled']).default('right'),
});
export type Mischief = z.infer<typeof mischiefSchema>;

export const denySchema = z.strictObject({
  /** IAM action names, e.g. `kms:UpdateAlias`. */
  actions: z
    .array(
      z
        .string()
        .regex(/^(kms|sts):[A-Za-z]+$/)
        .refine(isAction, 'no action of KMS'),
    )
    .max(100),
  /** After so many refusals the actions are allowed again. Absent: until reset. */
  times: z.int().min(1).max(1_000_000).optional(),
});
export type DenyRequest = z.infer<typeof denySchema>;
