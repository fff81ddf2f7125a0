import { foreignOrigin } from '../model/key-states.ts';
import { seconds } from '../model/metadata.ts';
import { unsupported } from '../wire/failures.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { KEY_ID } from './fields.ts';
import { openKey } from './key-access.ts';
import { requireInside } from './outside-use.ts';

/**
 * Imported keys answer too: their on-demand rotations have a start to show. A key that is switched
 * off or leaving says that nothing rotates, and rotates again when it is back.
 */
export const getKeyRotationStatus = defineAction({
  name: 'GetKeyRotationStatus',
  input: structure(KEY_ID),
  act(call, request) {
    const key = openKey(call, 'GetKeyRotationStatus', request.KeyId);
    if (key.spec !== 'SYMMETRIC_DEFAULT') throw unsupported();
    requireInside(key);
    const code = call.world.openPoints.reading('rotation-status-imported');
    if (key.origin === 'EXTERNAL' && code !== 'answers') throw foreignOrigin(key);
    const { days, nextAt, startedAt } = call.world.state.rotations.of(key);
    const on = days !== null && nextAt !== null && key.state !== 'PendingDeletion';
    return {
      KeyId: key.arn,
      KeyRotationEnabled: on,
      ...(on ? { RotationPeriodInDays: days, NextRotationDate: seconds(nextAt) } : {}),
      ...(startedAt === null ? {} : { OnDemandRotationStartDate: seconds(startedAt) }),
    };
  },
});
