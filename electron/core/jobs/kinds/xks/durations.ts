import type { StoreDeed } from '../../../../../shared/model/xks.ts';
import type { Realm } from '../../../store/store.ts';

/** Requests that AWS signed before it took a new pair are let in for this long. Milliseconds. */
export const signedBefore = { practice: 300, real: 5 * 60_000 } as const;

/** How long AWS takes to connect or disconnect a store, about. Milliseconds. */
const connects = { practice: 3_000, real: 5 * 60_000 } as const;
/** The calls of a deed that waits for nothing. Milliseconds. */
const calls = 10_000;

/** How long a deed on a store takes from its first call to its end, about. Milliseconds. */
export function storeDeedTakes(deed: StoreDeed, realm: Realm): number {
  if (deed === 'connect' || deed === 'disconnect') return connects[realm];
  return deed === 'rotate-credential' ? calls + signedBefore[realm] : calls;
}
