import type { Clock } from '../../ports.ts';
import type { Store } from '../../store/store.ts';
import type { DeedServices } from './services.ts';

/** Wrapping keys that AWS has given: none is taken twice. */
export function createWrappingKeys(parts: {
  readonly store: Store;
  readonly clock: Clock;
}): DeedServices['wrappingKeys'] {
  const { db } = parts.store;
  const seen = db.prepare('select 1 from wrapping_key_seen where fingerprint = ?');
  const note = db.prepare('insert into wrapping_key_seen values (?, ?, ?, ?)');
  return {
    seen: (fingerprint) => seen.get(fingerprint) !== undefined,
    note: (fingerprint, arn, jobId) => note.run(fingerprint, arn, jobId, parts.clock.now()),
  };
}
