import { Secret } from '../../kernel/secret.ts';
import type { SealBinding, Store } from '../../store/store.ts';
import type { Parcels } from './services.ts';

const names = ['import-token', 'wrapping-key', 'wrapped'] as const;
const binding = (jobId: string, name: string): SealBinding => ({
  table: 'job',
  row: jobId,
  column: name,
  state: 'in-work',
  policy: 'parcel',
});

/** Sealed records that live only as long as their job is in work (invariant I14). */
export function createParcels(store: Store): Parcels {
  return {
    keep: (jobId, name, value) => {
      const secret = Secret.copyOf(value);
      try {
        store.seals.put(binding(jobId, name), secret);
      } finally {
        secret.dispose();
      }
    },
    take: (jobId, name) => store.seals.open(binding(jobId, name)),
    has: (jobId, name) => store.seals.has('job', jobId, name),
    drop: (jobId) => {
      for (const name of names) {
        if (store.seals.has('job', jobId, name)) store.seals.erase('job', jobId, name);
      }
    },
  };
}
