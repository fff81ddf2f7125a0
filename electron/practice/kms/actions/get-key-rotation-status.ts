import { foreignOrigin, type KeyState } from '../model/key-states.ts';
import { seconds } from '../model/metadata.ts';
import { primaryOf } from '../multi-region.ts';
import { unsupported } from '../wire/failures.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';
import { requireInside } from './outside-use.ts';

const leaving: ReadonlySet<KeyState> = new Set(['PendingDeletion', 'PendingReplicaDeletion']);

/**
 * A family rotates as its primary does, and each of its keys says so. Imported keys answer too:
 * their on-demand rotations have a start to show. A key that is leaving says that nothing rotates,
 * and rotates again when it is back.
 */
export const getKeyRotationStatus = defineAction({
  name: 'GetKeyRotationStatus',
  input: structure(keyIdField),
  act(call, request) {
    const key = openKey(call, 'GetKeyRotationStatus', request.KeyId);
    if (key.spec !== 'SYMMETRIC_DEFAULT') throw unsupported();
    requireInside(key);
    const { state } = call.world;
    const code = call.world.openPoints.reading('rotation-status-imported');
    if (key.origin === 'EXTERNAL' && code !== 'answers') throw foreignOrigin(key);
    const { days, nextAt, startedAt } = state.rotations.of(primaryOf(state, key) ?? key);
    const on = days !== null && nextAt !== null && !leaving.has(key.state);
    return {
      KeyId: key.arn,
      KeyRotationEnabled: on,
      ...(on ? { RotationPeriodInDays: days, NextRotationDate: seconds(nextAt) } : {}),
      ...(startedAt === null ? {} : { OnDemandRotationStartDate: seconds(startedAt) }),
    };
  },
});
