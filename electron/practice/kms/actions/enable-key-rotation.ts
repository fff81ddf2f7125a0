import { dayMs } from '../rotation.ts';
import { integer, optional, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openForAutomaticRotation } from './rotation-access.ts';

const usualDays = 365;

export const enableKeyRotation = defineAction({
  name: 'EnableKeyRotation',
  input: structure({
    ...keyIdField,
    RotationPeriodInDays: optional(integer({ min: 90, max: 2560 })),
  }),
  act(call, request) {
    const key = openForAutomaticRotation(call, 'EnableKeyRotation', request.KeyId);
    const { rotations } = call.world.state;
    const rotation = rotations.of(key);
    const days = request.RotationPeriodInDays ?? usualDays;
    // A period that is named anew begins now; without one, the usual schedule goes on if it runs.
    if (rotation.days === days && request.RotationPeriodInDays === undefined) return null;
    rotations.put({ ...rotation, days, nextAt: call.now + days * dayMs });
    return null;
  },
});
