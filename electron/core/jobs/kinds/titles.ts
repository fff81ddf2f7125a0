import type { KeyTurn } from '../../../../shared/model/key-turn.ts';
import type { Group, Key } from '../../keystore/rows.ts';
import { isolate } from '../../../../shared/text/isolate.ts';

/** Names of jobs, in the words of the trade. */

const protection = (thing: { readonly storage: 'hsm' | 'software' }): string =>
  thing.storage === 'hsm' ? 'HSM protected' : 'software protected';

export const rotationTitle = (group: Group): string =>
  `Rotate ${protection(group)} keys: ${isolate(group.name)}`;
export const bringInTitle = (group: Group): string =>
  `Bring in ${protection(group)} key: ${isolate(group.name)}`;
export const copyKeyTitle = (group: Group): string =>
  `Copy ${protection(group)} key: ${isolate(group.name)}`;
export const synchronizeTitle = (group: Group, key: Key): string =>
  `Synchronize ${protection(key)} key: ${isolate(group.name)}/${key.version}`;
export const renewalTitle = (group: Group, key: Key): string =>
  `Renew ${protection(key)} key in AWS: ${isolate(group.name)}/${key.version}`;
export const makeActiveTitle = (group: Group, key: Key): string =>
  `Make active: ${isolate(group.name)}/${key.version}`;
const discardTitle = (group: Group, key: Key): string =>
  `Discard unused KMS key: ${isolate(group.name)}/${key.version}`;
export const disableTitle = (group: Group, key: Key): string =>
  `Disable former key: ${isolate(group.name)}/${key.version}`;

/** Of a deed that a person asks for; `disableTitle` is of the one that follows a rotation. */
export const keyTurnTitle = (turn: KeyTurn, group: Group, key: Key): string =>
  `${turn === 'disable' ? 'Disable' : 'Enable'} in AWS: ${isolate(group.name)}/${key.version}`;

/**
 * A job's title as it was given, with the name its group has now where that is another: a job is looked
 * for by what was done then, and its group by what it is called today.
 */
export function titleNow(title: string, group: Pick<Group, 'name'> | null): string {
  if (group === null) return title;
  const name = isolate(group.name);
  const then = title.slice(title.indexOf(': ') + 2).replace(/\/\d+$/, '');
  return then === name ? title : `${title} (now ${name})`;
}

/** Jobs that another job makes when it ends. */
export const followUpTitles = { 'key.disable': disableTitle, 'key.discard': discardTitle } as const;
