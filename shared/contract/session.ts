import { z } from 'zod';
import { nothing, op } from './op.ts';
import { realm, time } from './shapes.ts';

/** The small picture every window starts from; changes after `revision` arrive by name. */
export const snapshot = z.strictObject({
  revision: z.number().int(),
  product: z.string(),
  keystore: z.strictObject({
    path: z.string(),
    state: z.enum(['absent', 'locked', 'checking', 'verified', 'read-only']),
    reason: z.string().nullable(),
    realm: realm.nullable(),
  }),
  hsm: z.enum(['none', 'ready', 'pin-needed', 'unavailable', 'wrong-token']),
  designated: z.boolean().nullable(),
  counts: z.strictObject({
    groups: z.number().int(),
    keys: z.number().int(),
    running: z.number().int(),
    needsYou: z.number().int(),
  }),
  at: time,
});

/** Names what changed; whoever shows it reads it again. */
export const change = z.strictObject({
  revision: z.number().int(),
  what: z.enum([
    'session',
    'folder',
    'group',
    'key',
    'credential',
    'job',
    'hsm',
    'device',
    'setting',
  ]),
  ids: z.array(z.string()).max(500),
});
export type Change = z.output<typeof change>;

export const sessionOps = {
  snapshot: op({
    effect: 'read',
    needs: 'nothing',
    summary: 'Read the small picture a window starts from',
    input: nothing,
    output: snapshot,
  }),
};
