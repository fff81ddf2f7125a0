import type { Veiled } from '../mischief/veils.ts';
import type { KeyRecord } from '../model/records.ts';
import type { Call } from '../world.ts';

/** The rehearsed delays of the caller's account. */
export const consistencyOf = (call: Call) =>
  call.world.mischiefs.of(call.caller.account).eventualConsistency;

const setting = {
  state: 'statesSeconds',
  tags: 'tagsSeconds',
  policy: 'policiesSeconds',
} as const satisfies Readonly<Record<Veiled, keyof ReturnType<typeof consistencyOf>>>;

/** Lets readers see this part of a key for a while as it is before the change. */
export function veil(call: Call, before: KeyRecord, part: Veiled): void {
  const seconds = consistencyOf(call)[setting[part]];
  call.world.mischiefs.veils.put(before, part, call.now, seconds);
}
