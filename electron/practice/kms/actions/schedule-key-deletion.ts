import { seconds } from '../model/metadata.ts';
import { replicasOf } from '../multi-region.ts';
import { validation } from '../wire/failures.ts';
import { optional, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField, windowMember } from './fields.ts';
import { openKey, setKeyState } from './key-access.ts';

const shortestDays = 7;
const longestDays = 30;
const dayMs = 24 * 60 * 60_000;

export const scheduleKeyDeletion = defineAction({
  name: 'ScheduleKeyDeletion',
  input: structure({ ...keyIdField, PendingWindowInDays: optional(windowMember) }),
  act(call, request) {
    const days = request.PendingWindowInDays ?? longestDays;
    const key = openKey(call, 'ScheduleKeyDeletion', request.KeyId);
    if (days < shortestDays || days > longestDays) {
      throw validation(
        `PendingWindowInDays must be between ${shortestDays} and ${longestDays} (inclusive)`,
      );
    }
    if (key.role === 'PRIMARY' && replicasOf(call.world.state, key).length > 0) {
      const waiting = { ...key, windowDays: days };
      setKeyState(call, waiting, 'PendingReplicaDeletion');
      return { KeyId: key.arn, KeyState: 'PendingReplicaDeletion', PendingWindowInDays: days };
    }
    const deleteAt = call.now + days * dayMs;
    setKeyState(call, key, 'PendingDeletion', deleteAt);
    return {
      KeyId: key.arn,
      DeletionDate: seconds(deleteAt),
      KeyState: 'PendingDeletion',
      PendingWindowInDays: days,
    };
  },
});
