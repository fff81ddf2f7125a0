import type { ReactNode } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { Dialog } from '../../state/dialogs.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { Agreement } from '../../ui/choices.tsx';
import type { OneDeed } from './blocked-plan.tsx';

/** Whether a rotation may take the alias from a key that its group does not know. */
export interface Adopting {
  readonly adopt: boolean;
  /** The deed where such a key is in the way; null for every other trouble. */
  readonly otherDeed: (failure: Failure) => OneDeed | null;
  /** What was agreed to, which can be taken back; undefined while nothing was. */
  readonly agreement: ReactNode | undefined;
}

/** Asks about a key that holds the alias of a group and was not made by it. */
export function useAdopting(dialog: Dialog, group: string, alias: string): Adopting {
  // Agreed to for this one: a dialog that comes to another group asks anew.
  const [agreed, setAgreed] = useKept<string | null>(dialog, () => null);
  const adopt = agreed === group;
  const show = useDialogs((state) => state.show);
  return {
    adopt,
    otherDeed: ({ code }) =>
      code === 'ALIAS_HELD_ELSEWHERE' && !adopt
        ? {
            label: 'Adopt that key and plan again',
            run: () => setAgreed(group),
            instead: {
              label: 'Choose another alias…',
              run: () => show({ kind: 'group-properties', group }),
            },
          }
        : null,
    agreement: adopt ? (
      <Agreement checked onChange={() => setAgreed(null)}>
        Adopt the key that holds {alias} now, though this group does not know it. Untick to leave it
        alone.
      </Agreement>
    ) : undefined,
  };
}
