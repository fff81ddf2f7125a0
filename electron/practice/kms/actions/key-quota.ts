import type { Place } from '../model/arn.ts';
import { limitExceeded } from '../wire/failures.ts';
import type { Call } from '../world.ts';

/** @throws LimitExceededException when an account has all the keys it can have in a Region. */
export function requireRoomForKey(call: Call, place: Place): void {
  const most = call.world.quotas.most('keys');
  if (!call.world.state.keys.isFull(place, most)) return;
  throw limitExceeded(`The account has ${most} KMS keys in this Region, which is the limit.`);
}
