import { z } from 'zod';
import type { DesktopAsk } from '../../../../shared/host/desktop-bridge.ts';

/** A call of the contract. What is inside is the gate's to judge. */
export const callEnvelope = z.strictObject({
  name: z.string().max(100),
  input: z.unknown(),
  /** By which the call can be given up while it is under way. */
  ticket: z.int().optional(),
});

const suggestion = z
  .string()
  .max(200)
  .refine((name) => !/[\\/\0]/.test(name), { message: 'a file name without folders' });

/** What a window may ask of the desktop. */
export const askEnvelope = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('choose-folder') }),
  z.strictObject({ ask: z.literal('choose-file-to-write'), suggestion }),
  z.strictObject({ ask: z.literal('core-state') }),
  z.strictObject({ ask: z.literal('start-core') }),
  z.strictObject({ ask: z.literal('give-up'), ticket: z.int() }),
  z.strictObject({ ask: z.literal('kept'), fresh: z.boolean() }),
]) satisfies z.ZodType<DesktopAsk>;
