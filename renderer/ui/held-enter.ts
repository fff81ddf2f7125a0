import { useEffect } from 'react';

/**
 * Enter that is held down presses once: what it opened is to be read before it is answered, and a
 * keyboard repeats the key by itself. Where text of several lines is typed it stays as it is.
 */
export function useHeldEnter(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!event.repeat || event.key !== 'Enter' || event.target instanceof HTMLTextAreaElement)
        return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    // Before anything in the page hears of it.
    document.addEventListener('keydown', onKeyDown, true);
    return () => document.removeEventListener('keydown', onKeyDown, true);
  }, []);
}
