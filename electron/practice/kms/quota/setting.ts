import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { describeIssue } from '../principals/issues.ts';
import { requestQuotas, resourceQuotas, type ResourceQuota } from './table.ts';

const rate = z.number().positive().max(10_000_000);
const most = z.int().min(0).max(1_000_000_000);

/** Which quotas hold. What is left out is as with AWS. */
export const quotaSettingSchema = z.strictObject({
  /** Requests per second; resource quotas always hold. */
  enabled: z.boolean().default(true),
  /** Multiplies every rate. */
  scale: z.number().min(0.001).max(100_000).default(1),
  /** Rates by the names of the table. */
  requestsPerSecond: z
    .record(z.string(), rate)
    .default({})
    .superRefine((rates, context) => {
      for (const name of Object.keys(rates)) {
        if (requestQuotas[name] === undefined) {
          context.addIssue({ code: 'custom', path: [name], message: 'no such quota' });
        }
      }
    }),
  resources: z
    .strictObject(
      Object.fromEntries(
        Object.keys(resourceQuotas).map((name) => [name, most.optional()]),
      ) as Record<ResourceQuota, z.ZodOptional<typeof most>>,
    )
    .default({}),
});

export type QuotaSetting = z.infer<typeof quotaSettingSchema>;

/** What `--quotas on` and `--quotas off` stand for. */
export const plainQuotas = (enabled: boolean): QuotaSetting =>
  quotaSettingSchema.parse({ enabled });

/** The quotas file cannot be used; the message says where it is wrong. */
export class QuotasFileError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'QuotasFileError';
  }
}

/** @throws QuotasFileError. */
export function readQuotas(file: string): QuotaSetting {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const what = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new QuotasFileError(`the quotas file ${file} ${what}`, error);
  }
  const parsed = quotaSettingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new QuotasFileError(
    `the quotas file ${file} cannot be used: ${describeIssue(parsed.error)}`,
  );
}
