import { keyStateMeanings } from '../../../shared/text/states.ts';
import { sayTime } from '../../ui/moments.ts';
import type { KeyView } from './tree-lists.ts';

/** The state of a key in one sentence, with the time of the reading it rests on. */
export function keySentence(key: Pick<KeyView, 'state' | 'remote'>): string {
  const { remote, state } = key;
  if (remote === null) return 'Not in AWS: saved here only.';
  const read = `Read ${sayTime(remote.readAt)}.`;
  const meaning = keyStateMeanings[state];
  if (state === 'Active, alias' && remote.alias !== null)
    return `Active. Holds ${remote.alias}. ${read}`;
  if (state === 'Differs' && remote.otherMaterial !== null)
    return `Differs: AWS encrypts under other material, of which no copy is kept here. ${read}`;
  if (state === 'Differs') return `Differs: AWS says ${remote.state}. ${read}`;
  return `${state}: ${meaning}. ${read}`;
}

/** When AWS deletes the material of a key, as a fact. */
export function expirySentence({ remote, state }: Pick<KeyView, 'state' | 'remote'>): string {
  if (remote === null) return 'not in AWS';
  const gone = state === 'Material gone';
  if (remote.validTo === null) return gone ? 'AWS has none of it now' : 'never in AWS';
  return gone
    ? `AWS was to delete it ${sayTime(remote.validTo)}`
    : `AWS deletes it ${sayTime(remote.validTo)}`;
}

export const kcvMethods: Readonly<Record<KeyView['kcv']['method'], string>> = {
  CMAC: 'CMAC, 5 bytes',
  ENC0: 'encrypted zeros',
  KWP0: 'wrapped zeros, KWP',
  KW0: 'wrapped zeros, KW',
};
