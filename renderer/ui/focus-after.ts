import { useEffect, useEffectEvent } from 'react';

/**
 * Puts the focus back into a form when its deed has failed: fields are disabled while it runs, so
 * that they lose it.
 */
export function useFocusAfterFailure(
  deed: { readonly busy: boolean; readonly failure: unknown },
  focus: () => void,
): void {
  const failed = !deed.busy && deed.failure !== null;
  const back = useEffectEvent(focus);
  useEffect(() => {
    if (failed) back();
  }, [failed]);
}
