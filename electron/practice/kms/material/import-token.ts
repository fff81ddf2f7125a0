import { z } from 'zod';
import type { Seal } from '../auth/seal.ts';
import { usableWrappings } from '../model/wrapping.ts';

/** Lifetime of an import token and its wrapping key: 24 hours. */
export const tokenLifetimeMs = 24 * 60 * 60_000;

const tokenSchema = z.strictObject({
  keyArn: z.string(),
  pairId: z.string(),
  algorithm: z.enum(usableWrappings),
  spec: z.enum(['RSA_2048', 'RSA_3072', 'RSA_4096']),
  /** Milliseconds by the practice clock. */
  expiresAt: z.number(),
});

/** Binds a wrapping pair and algorithm to one key for a day. */
export type ImportToken = z.infer<typeof tokenSchema>;

export const sealToken = (seal: Seal, token: ImportToken): Buffer => seal.seal(token);

/** Undefined when the bytes are no token of this practice KMS. */
export function openToken(seal: Seal, bytes: Buffer): ImportToken | undefined {
  const parsed = tokenSchema.safeParse(seal.open(bytes));
  return parsed.success ? parsed.data : undefined;
}
