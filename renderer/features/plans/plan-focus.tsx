import { type RefObject, useEffect, useRef } from 'react';

/**
 * Inside the dialog, as its buttons are there only after the dialog itself. Where the focus waits:
 * on the button, so that Enter starts what can be taken back; on Cancel where something cannot.
 * Moves by itself only while nobody has moved it, and when the button under it gave way to another.
 */
export function PlanFocus({
  primary,
  cancel,
  careful,
  ready,
  standing,
}: {
  readonly primary: RefObject<HTMLButtonElement | null>;
  readonly cancel: RefObject<HTMLButtonElement | null>;
  readonly careful: boolean;
  readonly ready: boolean;
  /** Which button stands there: one that gives way takes the focus with it. */
  readonly standing: 'start' | 'job' | 'none';
}): null {
  const first = useRef(true);
  const stood = useRef(standing);
  useEffect(() => {
    const { activeElement: at } = document;
    // The dialog itself has the focus after what had it went away.
    const dialog = '[role=dialog], .MuiDialog-container';
    const nowhere = at === null || at === document.body || at.matches(dialog);
    const exchanged = stood.current !== standing;
    const place = careful || standing === 'none' ? cancel : primary;
    stood.current = standing;
    if (first.current) {
      place.current?.focus();
      first.current = false;
    } else if (careful && at === primary.current) cancel.current?.focus();
    else if ((ready || exchanged) && nowhere) place.current?.focus();
  }, [primary, cancel, careful, ready, standing]);
  return null;
}
