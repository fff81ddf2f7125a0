import { capital } from './capital.ts';
import type { KeyWorks } from './key-works.ts';

/** Button and sentence of Synchronize for each of its eight combinations of boxes. */
export interface SynchronizeChoices {
  readonly deleteMaterial: boolean;
  readonly updatePolicy: boolean;
  readonly importMaterial: boolean;
}

/** `version` is that of the key. With no box ticked the sentence asks for one. */
export function synchronizeWords(
  { deleteMaterial, updatePolicy, importMaterial }: SynchronizeChoices,
  version: number,
  works: KeyWorks,
): { readonly button: string; readonly sentence: string } {
  const stops = `${capital(works.stops(`version ${version}`))} in AWS now.`;
  const pause =
    'The key cannot be used for some seconds. Only needed where AWS refuses a new date in place.';
  if (deleteMaterial && importMaterial) {
    return updatePolicy
      ? {
          button: 'Delete, import again, update policy',
          sentence: `${pause} The policy is replaced first.`,
        }
      : { button: 'Delete, then import again', sentence: pause };
  }
  if (deleteMaterial) {
    return updatePolicy
      ? {
          button: 'Delete material, update policy',
          sentence: `The policy is replaced first. ${stops}`,
        }
      : { button: 'Delete material from AWS', sentence: stops };
  }
  if (importMaterial) {
    return updatePolicy
      ? {
          button: 'Import material and update policy',
          sentence: `When this is done, ${works.possible(`version ${version}`)}. No key ID changes; the alias does not move.`,
        }
      : {
          button: 'Import material',
          sentence: 'The saved copy is sent again. The policy stays as it is in AWS.',
        };
  }
  return updatePolicy
    ? { button: 'Update policy', sentence: 'Material is not touched.' }
    : { button: 'Synchronize', sentence: 'Choose at least one.' };
}
