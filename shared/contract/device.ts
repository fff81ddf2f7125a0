import { z } from 'zod';
import { nothing, op } from './op.ts';
import { id, time } from './shapes.ts';

const deviceView = z.strictObject({
  device: id,
  designated: z.boolean(),
  designatedDevice: id.nullable(),
  designatedAt: time.nullable(),
  sentence: z.string(),
});

export const deviceOps = {
  show: op({
    effect: 'read',
    summary: 'Say whether this device is the designated one for rotating key material',
    input: nothing,
    output: deviceView,
  }),
  designate: op({
    effect: 'destructive',
    summary: 'Make this device the designated one; the former stops rotating',
    input: z.strictObject({ confirm: z.boolean().default(false) }),
    output: deviceView,
    fails: ['CONFIRMATION_NEEDED'],
  }),
};
