import { type RefObject, useEffect, useRef } from 'react';

/**
 * Inside the dialog, as its buttons are there only after the dialog itself. Where the focus waits: on the button, so that Enter starts what can be taken back; on Cancel where
 * something cannot. Moves by itself only while nobody has moved it.
 */
export function PlanFocus({
  primary,
  cancel,
  careful,
  ready,
}: {
  readonly primary: RefObject<HTMLButtonElement | null>;
  readonly cancel: RefObject<HTMLButtonElement | null>;
  readonly careful: boolean;
  readonly ready: boolean;
}): null {
  const first = useRef(true);
  useEffect(() => {
    const { activeElement: at } = document;
    // The dialog itself has the focus after what had it went away.
    const nowhere = at === null || at === document.body || at.matches('[role=dialog]');
    if (first.current) {
      (careful ? cancel : primary).current?.focus();
      first.current = false;
    } else if (careful && at === primary.current) cancel.current?.focus();
    else if (ready && nowhere) (careful ? cancel : primary).current?.focus();
  }, [primary, cancel, careful, ready]);
  return null;
}
