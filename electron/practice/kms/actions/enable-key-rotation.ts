import { DAY_MS } from '../rotation.ts';
import { integer, optional, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { KEY_ID } from './fields.ts';
import { openForAutomaticRotation } from './rotation-access.ts';

const USUAL_DAYS = 365;

export const enableKeyRotation = defineAction({
  name: 'EnableKeyRotation',
  input: structure({ ...KEY_ID, RotationPeriodInDays: optional(integer({ min: 90, max: 2560 })) }),
  act(call, request) {
    const key = openForAutomaticRotation(call, 'EnableKeyRotation', request.KeyId);
    const { rotations } = call.world.state;
    const rotation = rotations.of(key);
    const days = request.RotationPeriodInDays ?? USUAL_DAYS;
    // A period that is named anew begins now; without one, the usual schedule goes on if it runs.
    if (rotation.days === days && request.RotationPeriodInDays === undefined) return null;
    rotations.put({ ...rotation, days, nextAt: call.now + days * DAY_MS });
    return null;
  },
});
