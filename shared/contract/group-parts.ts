import { z } from 'zod';
import { time } from './shapes.ts';

/**
 * Where the alias of a group is, if AWS said at the last reading that it names none of its keys though one is in
 * use: the KMS key (null: the alias did not exist), the group here that this key is of, by its path, and whether
 * the alias's own group has adopted it and may move the alias from there.
 */
export const aliasElsewhere = z
  .strictObject({
    keyId: z.string().nullable(),
    group: z.string().nullable(),
    adopted: z.boolean(),
    readAt: time,
  })
  .nullable();

/** Of the group's one KMS key: rotations so far, how many AWS grants it, and what to say of the next. */
export const rotations = z
  .strictObject({ done: z.number().int(), most: z.number().int(), text: z.string() })
  .nullable();
