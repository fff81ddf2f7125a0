import type { MaterialRecord } from '../model/records.ts';
import type { DueTime } from './due-times.ts';
import type { KeyStoreTable } from './key-stores.ts';
import type { KeyTable } from './keys.ts';
import type { MaterialTable } from './materials.ts';
import type { RotationTable } from './rotations.ts';
import type { WrappingPairTable } from './wrapping-pairs.ts';

interface Tables {
  readonly keys: KeyTable;
  readonly materials: MaterialTable;
  readonly rotations: RotationTable;
  readonly keyStores: KeyStoreTable;
  readonly pairs: WrappingPairTable;
}

/** Few enough to be no burden; keys that are in use are few. */
const mostRemembered = 1000;

/** A table whose methods of these names tell that something changed. */
function telling<T extends object>(table: T, names: readonly (keyof T)[], changed: () => void): T {
  const told: T = { ...table };
  for (const name of names) {
    const method = table[name] as (...given: unknown[]) => unknown;
    told[name] = ((...given: unknown[]) => {
      changed();
      return method(...given);
    }) as T[typeof name];
  }
  return told;
}

/**
 * Keeps what every call asks for - its key, the materials of that, and when something falls due -
 * until anything of it changes or is rolled back. Whoever changes a record makes a new one, so that
 * what is kept can be handed out.
 */
export function remembering(readNextDue: (now: number) => DueTime) {
  const found = new Map<string, ReturnType<KeyTable['find']>>();
  const materialsOf = new Map<string, MaterialRecord[]>();
  let nextDue: DueTime | null = null;

  function forget(): void {
    nextDue = null;
    if (found.size > 0) found.clear();
    if (materialsOf.size > 0) materialsOf.clear();
  }

  function kept<T>(from: Map<string, T>, name: string, read: () => T): T {
    const known = from.get(name);
    if (known !== undefined) return known;
    if (from.size >= mostRemembered) from.clear();
    const value = read();
    from.set(name, value);
    return value;
  }

  return {
    forget,
    nextDue: (now: number): number => {
      if (nextDue === null || (!nextDue.exact && nextDue.at <= now)) nextDue = readNextDue(now);
      return nextDue.at;
    },
    tables({ keys, materials, rotations, keyStores, pairs }: Tables): Tables {
      const writes = ['put', 'remove'] as const;
      return {
        keys: {
          ...telling(keys, [...writes, 'suspendStore', 'resumeStore'], forget),
          find: (place, keyId) =>
            kept(found, `${place.account} ${place.region} ${keyId}`, () => keys.find(place, keyId)),
        },
        materials: {
          ...telling(materials, [...writes, 'removeAll'], forget),
          of: (key) => [
            ...kept(materialsOf, `${key.account} ${key.region} ${key.keyId}`, () =>
              materials.of(key),
            ),
          ],
        },
        rotations: telling(rotations, writes, forget),
        keyStores: telling(keyStores, writes, forget),
        pairs: telling(pairs, ['keep', 'removeExpired'], forget),
      };
    },
  };
}
