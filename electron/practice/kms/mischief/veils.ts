import type { KeyRecord } from '../model/records.ts';

/** What of a key can stay unseen for a while. */
export type Veiled = 'state' | 'tags' | 'policy';

interface Veil {
  readonly shown: Pick<KeyRecord, Veiled>[Veiled];
  readonly until: number;
}

/** What readers see of keys that changed a moment ago (rehearsed eventual consistency). */
export interface Veils {
  /** Readers see this part as it is in `before` until then. */
  put(before: KeyRecord, part: Veiled, now: number, seconds: number): void;
  /** The key as readers see it now. Never to be written back. */
  seen(key: KeyRecord, now: number): KeyRecord;
  clear(): void;
}

export function createVeils(): Veils {
  const veils = new Map<string, Map<Veiled, Veil>>();
  return {
    put(before, part, now, seconds) {
      if (seconds <= 0) return;
      const known = veils.get(before.arn) ?? new Map<Veiled, Veil>();
      const earlier = known.get(part);
      // A second change does not show what nobody has seen yet.
      const shown = earlier !== undefined && earlier.until > now ? earlier.shown : before[part];
      known.set(part, { shown, until: now + seconds * 1000 });
      veils.set(before.arn, known);
    },
    seen(key, now) {
      const known = veils.get(key.arn);
      if (known === undefined) return key;
      const lasting = [...known].filter(([, { until }]) => until > now);
      if (lasting.length === 0) {
        veils.delete(key.arn);
        return key;
      }
      return { ...key, ...Object.fromEntries(lasting.map(([part, { shown }]) => [part, shown])) };
    },
    clear: () => veils.clear(),
  };
}
