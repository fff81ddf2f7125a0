import type { KeyRecord } from '../model/records.ts';
import { structure } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openKey, setKeyState } from './key-access.ts';
import { veil } from './veil.ts';

/** Rotations that fell due while the key was off are made up for by one, which is due now. */
function resumeRotation(call: Call, key: KeyRecord): void {
  const { rotations } = call.world.state;
  const rotation = rotations.of(key);
  if (rotation.nextAt === null || rotation.nextAt >= call.now) return;
  rotations.put({ ...rotation, nextAt: call.now });
}

export const enableKey = defineAction({
  name: 'EnableKey',
  input: structure(keyIdField),
  act(call, request) {
    const key = openKey(call, 'EnableKey', request.KeyId);
    if (key.state !== 'Enabled') veil(call, key, 'state');
    setKeyState(call, key, 'Enabled');
    resumeRotation(call, key);
    return null;
  },
});
