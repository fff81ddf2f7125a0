import { useState } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { useRead } from '../../state/reads.ts';
import type { Store, XksKey } from './xks-words.ts';

/** A store or an external key that a dialog is about, as far as it is known here. */
export interface Target<Thing> {
  /** As it was last read; null until then, and where it was not found. It stays once it is gone. */
  readonly thing: Thing | null;
  /** Why nothing can be done with it, as a sentence; null where it is there. */
  readonly absent: string | null;
  /** Why it could not be read. */
  readonly failure: Failure | null;
}

/** The external key of this id; with null, none is meant and none is read. */
export function useXksKey(id: string | null): Target<XksKey> {
  const { data, failure } = useRead('xksKey.list', {}, { enabled: id !== null });
  return useTarget(data?.keys ?? null, failure, id, 'external key');
}

/** The external key store of this id; with null, none is meant and none is read. */
export function useXksStore(id: string | null): Target<Store> {
  const { data, failure } = useRead('xksStore.list', {}, { enabled: id !== null });
  return useTarget(data?.stores ?? null, failure, id, 'external key store');
}

function useTarget<Thing extends { readonly id: string }>(
  list: readonly Thing[] | null,
  failure: Failure | null,
  id: string | null,
  what: string,
): Target<Thing> {
  const now = list?.find((each) => each.id === id) ?? null;
  const [last, keep] = useState(now);
  if (now !== null && now !== last) keep(now);
  if (list === null) {
    const absent = `The ${what} ${failure === null ? 'is being read' : 'could not be read'}.`;
    return { thing: last, absent, failure };
  }
  const absent = now === null ? `The ${what} is not here any more.` : null;
  return { thing: now ?? last, absent, failure: null };
}
