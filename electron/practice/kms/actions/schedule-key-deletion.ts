import { seconds } from '../model/metadata.ts';
import { replicasOf } from '../multi-region.ts';
import { validation } from '../wire/failures.ts';
import { optional, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { KEY_ID, windowMember } from './fields.ts';
import { openKey, setKeyState } from './key-access.ts';

const SHORTEST_DAYS = 7;
const LONGEST_DAYS = 30;
const DAY_MS = 24 * 60 * 60_000;

export const scheduleKeyDeletion = defineAction({
  name: 'ScheduleKeyDeletion',
  input: structure({ ...KEY_ID, PendingWindowInDays: optional(windowMember) }),
  act(call, request) {
    const days = request.PendingWindowInDays ?? LONGEST_DAYS;
    const key = openKey(call, 'ScheduleKeyDeletion', request.KeyId);
    if (days < SHORTEST_DAYS || days > LONGEST_DAYS) {
      throw validation(
        `PendingWindowInDays must be between ${SHORTEST_DAYS} and ${LONGEST_DAYS} (inclusive)`,
      );
    }
    if (key.role === 'PRIMARY' && replicasOf(call.world.state, key).length > 0) {
      const waiting = { ...key, windowDays: days };
      setKeyState(call, waiting, 'PendingReplicaDeletion');
      return { KeyId: key.arn, KeyState: 'PendingReplicaDeletion', PendingWindowInDays: days };
    }
    const deleteAt = call.now + days * DAY_MS;
    setKeyState(call, key, 'PendingDeletion', deleteAt);
    return {
      KeyId: key.arn,
      DeletionDate: seconds(deleteAt),
      KeyState: 'PendingDeletion',
      PendingWindowInDays: days,
    };
  },
});
