import { isAbsolutePath } from '../../ui/folder-field.tsx';
import type { ChosenPlace } from '../../ui/token-place.tsx';

/** A token that is set up, or an empty one that is set up first. */
export type AttachHow = 'existing' | 'empty';

/** What is still needed before a token can be attached; null when nothing is. PINs are asked last. */
export function readyToAttach(form: {
  readonly place: ChosenPlace;
  readonly how: AttachHow;
  readonly label: string;
  readonly realm: 'practice' | 'real';
  readonly secondCopy: string;
  readonly former: boolean;
}): string | null {
  if (!isAbsolutePath(form.place.module)) return 'the module that reaches the token.';
  if (form.how === 'existing' && form.place.token === null) return 'which token.';
  if (form.how === 'empty' && form.label.trim() === '') return 'a label for the new token.';
  // Real keys depend on it from the first one on.
  if (form.realm === 'real' && !form.former && form.secondCopy.trim() === '')
    return 'where the second copy of the master key is.';
  return null;
}
