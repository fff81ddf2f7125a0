import { useEffect, useRef } from 'react';
import { useDialogs } from '../../state/dialogs.ts';
import { useFind } from '../../state/find.ts';
import { useNavigation } from '../../state/navigation.ts';
import { globalKey } from './global-key.ts';
import { workId } from '../../state/places.ts';
import { useLock } from '../../state/locking.ts';

/** Keys that work everywhere in the window, but not in a dialog, which has keys of its own. */
export function GlobalKeys() {
  const lock = useLock();
  const present = useRef(lock);
  present.current = lock;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || useDialogs.getState().open.length > 0) return;
      const meaning = globalKey(event, placeOf(event.target));
      if (meaning === null) return;
      event.preventDefault();
      switch (meaning.kind) {
        case 'commands':
        case 'shortcuts':
          useDialogs.getState().show({ kind: meaning.kind });
          return;
        case 'find':
          useFind.getState().focusFind();
          return;
        case 'place':
          useNavigation.getState().go(meaning.screen);
          // Wherever the focus was: what is gone to is there, and is said.
          document.getElementById(workId)?.focus({ preventScroll: true });
          return;
        case 'lock':
          present.current();
      }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  return null;
}

/** Where a key was pressed, as far as it matters to what the key means. */
function placeOf(target: EventTarget | null): 'field' | 'overlay' | 'page' {
  if (!(target instanceof Element)) return 'page';
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"]')) return 'overlay';
  const field = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';
  return target.closest(field) ? 'field' : 'page';
}
