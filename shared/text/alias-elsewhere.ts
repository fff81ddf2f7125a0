import type { KeyKind } from '../model/key-kinds.ts';
import { capital } from './capital.ts';
import { isolate } from './isolate.ts';
import { keyWorks } from './key-works.ts';

/** What happened to an alias, what it means for whoever goes by it, and what to do next. */
export interface AliasTold {
  readonly happened: string;
  readonly means: string;
  readonly next: string;
}

/** Where an alias is that names none of its group's keys. */
export interface AliasPlace {
  /** The KMS key as it is shown; null: the alias does not exist. */
  readonly key: string | null;
  /** The group of this keystore that the KMS key is of; null: none. */
  readonly group: string | null;
  /** The alias's own group has adopted that KMS key, and may move the alias from it. */
  readonly adopted: boolean;
}

/** What is said of a group whose alias names none of its keys, though one of them is in use. */
export function sayAliasElsewhere(
  of: Pick<KeyKind, 'keyType' | 'keyUsage'> & { readonly alias: string },
  { key, group, adopted }: AliasPlace,
): AliasTold {
  const alias = `alias/${of.alias}`;
  const works = keyWorks(of);
  if (key === null) {
    return {
      happened: `${alias} does not exist in AWS.`,
      means: `${capital(works.noneThrough(alias))}.`,
      next: 'Make Active on the version that applications are to use makes the alias again; Force Rotate makes it on a new version.',
    };
  }
  const copy = group === null ? 'no copy of it is kept here' : 'that group keeps its copy';
  return {
    happened: `${alias} names KMS key ${key}, which is ${group === null ? 'none of this group' : `of key group ${isolate(group)}`}.`,
    means: `Whatever goes by the alias uses that key: ${works.freshUnder('it')}, and ${copy}.`,
    next: adopted
      ? 'This group has adopted that key: Make Active on a version moves the alias back to it, and Force Rotate moves it to a new version.'
      : 'Where nobody meant that, have the alias moved back in AWS, then Check against AWS. Until then Force Rotate and Make Active leave it where it is; where you adopt that key in the plan of Force Rotate, the alias moves from it to a new version.',
  };
}
