import { type RefObject, useEffect } from 'react';

/** What has the focus in a dialog in which nothing has it yet. */
const nowhere = 'body, [role=dialog], .MuiDialog-container';

/** Gives the focus to what a person begins with, once it is there; never takes it from where they are. */
export function useBeginHere(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (document.activeElement?.matches(nowhere) ?? true) place.current?.focus();
  }, [place]);
}
