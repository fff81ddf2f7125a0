import { type RefObject, useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { useFocusAfterFailure } from '../../ui/focus-after.ts';
import { emptyStore, type StoreField } from './store-fields.ts';

export const fieldId = (base: string, field: StoreField): string => `${base}-${field}`;

/** The field that a refusal is about; null where it is about none of them. */
function fieldOf({ code, details }: Failure): StoreField | null {
  if (code === 'NAME_TAKEN') return 'name';
  if (code === 'NOT_FOUND' || code === 'AMBIGUOUS_NAME')
    return details['what'] === 'credential' ? 'credential' : null;
  const { field } = details;
  return typeof field === 'string' && Object.hasOwn(emptyStore, field)
    ? (field as StoreField)
    : null;
}

interface Refusals {
  /** Ids of the fields begin so. */
  readonly base: string;
  /** What tells of a refusal that is about no field. */
  readonly notice: RefObject<HTMLDivElement | null>;
  /** The button was pressed: what does not fit yet, first of all, has the focus. */
  readonly lead: (problems: ReadonlyMap<StoreField, string>) => void;
}

/** Leads whoever was refused to the field that is why, or to the message that tells it. */
export function useRefusedField(deed: {
  readonly busy: boolean;
  readonly failure: Failure | null;
}): Refusals {
  const base = useId();
  const notice = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState<{ readonly field: StoreField } | null>(null);
  const at = (field: StoreField | null): HTMLElement | null =>
    field === null ? null : document.getElementById(fieldId(base, field));
  useFocusAfterFailure(deed, () => {
    const field = deed.failure === null ? null : at(fieldOf(deed.failure));
    (field ?? notice.current)?.focus();
  });
  const go = useEffectEvent((field: StoreField) => at(field)?.focus());
  useEffect(() => {
    if (wanted !== null) go(wanted.field);
  }, [wanted]);
  return {
    base,
    notice,
    lead: (problems) => {
      const field = (Object.keys(emptyStore) as StoreField[]).find((each) => problems.has(each));
      if (field !== undefined) setWanted({ field });
    },
  };
}
