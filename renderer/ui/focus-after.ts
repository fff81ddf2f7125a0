import { useEffect, useRef } from 'react';

/**
 * Puts the focus back into a form when its deed has failed: fields are disabled while it runs, so
 * that they lose it.
 */
export function useFocusAfterFailure(
  deed: { readonly busy: boolean; readonly failure: unknown },
  focus: () => void,
): void {
  const ran = useRef(false);
  useEffect(() => {
    if (ran.current && !deed.busy && deed.failure) focus();
    ran.current = deed.busy;
  });
}
