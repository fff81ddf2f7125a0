import { capital } from './capital.ts';
import type { KeyWorks } from './key-works.ts';

/** Button and sentence of Synchronize for each of its eight combinations of boxes. */
export interface SynchronizeChoices {
  readonly deleteMaterial: boolean;
  readonly updatePolicy: boolean;
  readonly importMaterial: boolean;
}

/** `own`: the version has its KMS key to itself; else it is in one with others, used or waiting to be. */
export type PlaceInKey = 'own' | 'shared' | 'waiting';

const stopsAs: Readonly<Record<PlaceInKey, (version: number, works: KeyWorks) => string>> = {
  own: (version, works) => `${capital(works.stops(`version ${version}`))} in AWS now.`,
  shared: () =>
    'Every version of the group stops decrypting in AWS now, and nothing can be encrypted: one missing material stops the whole KMS key.',
  waiting: (version) =>
    `AWS forgets the material of version ${version}, under which nothing was encrypted yet.`,
};

const possibleAs: Readonly<Record<PlaceInKey, (version: number, works: KeyWorks) => string>> = {
  own: (version, works) => `When this is done, ${works.possible(`version ${version}`)}.`,
  shared: () =>
    'The saved copy is sent again. AWS uses the KMS key while the material of every version is there.',
  waiting: (version) =>
    `The saved copy is sent again. AWS encrypts under version ${version} only after a rotation.`,
};

/** How a version stands in its KMS key, as last read. */
export function placeInKey(materialState: string | null): PlaceInKey {
  if (materialState === null) return 'own';
  return materialState === 'CURRENT' || materialState === 'NON_CURRENT' ? 'shared' : 'waiting';
}

/** `version` is that of the key. With no box ticked the sentence asks for one. */
export function synchronizeWords(
  { deleteMaterial, updatePolicy, importMaterial }: SynchronizeChoices,
  version: number,
  works: KeyWorks,
  place: PlaceInKey = 'own',
): { readonly button: string; readonly sentence: string } {
  const stops = stopsAs[place](version, works);
  const which = place === 'own' ? 'key' : 'whole KMS key';
  const pause = `The ${which} cannot be used for some seconds. Only needed where AWS refuses a new date in place.`;
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
          sentence: `${possibleAs[place](version, works)} No key ID changes; the alias does not move.`,
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
