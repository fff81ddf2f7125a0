import { rotate, waitingMaterial } from '../rotation.ts';
import { invalidState, KmsFailure, limitExceeded, unsupported } from '../wire/failures.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';
import { requireInside } from './outside-use.ts';
import { notPrimary } from './replication.ts';

/** AWS does not start one within twenty minutes of an automatic rotation. */
const aroundAutomaticMs = 20 * 60_000;

export const rotateKeyOnDemand = defineAction({
  name: 'RotateKeyOnDemand',
  input: structure(keyIdField),
  act(call, request) {
    const { world, now } = call;
    const key = openKey(call, 'RotateKeyOnDemand', request.KeyId);
    if (key.spec !== 'SYMMETRIC_DEFAULT') throw unsupported();
    requireInside(key);
    if (key.role === 'REPLICA') throw notPrimary(key);
    const { rotations, materials } = world.state;
    const rotation = rotations.of(key);
    if (rotation.startedAt !== null) {
      throw new KmsFailure('ConflictException', `A rotation of ${key.arn} is already in progress.`);
    }
    if (rotation.nextAt !== null && rotation.nextAt - now < aroundAutomaticMs) {
      throw new KmsFailure('ConflictException', `An automatic rotation of ${key.arn} is due.`);
    }
    if (rotation.onDemand >= world.onDemandLimit) {
      throw limitExceeded(
        `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${key.arn}`,
      );
    }
    if (key.origin === 'EXTERNAL' && !waitingMaterial(materials.of(key))) {
      throw invalidState(`No available key material pending rotation for the key: ${key.arn}.`);
    }
    const started = { ...rotation, onDemand: rotation.onDemand + 1 };
    if (world.rotationMs === 0) {
      rotate(world, key, 'ON_DEMAND', now, call.effect);
      rotations.put(started);
    } else {
      rotations.put({ ...started, startedAt: now, endsAt: now + world.rotationMs });
    }
    return { KeyId: key.arn };
  },
});
