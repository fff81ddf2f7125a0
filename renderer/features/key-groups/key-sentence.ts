import { keyStateMeaning } from '../../../shared/text/states.ts';
import { keyWorks } from '../../../shared/text/key-works.ts';
import { capital } from '../../../shared/text/capital.ts';
import { sayTime } from '../../ui/moments.ts';
import type { KeyView } from './tree-lists.ts';

/** The state of a key in one sentence, with the time of the reading it rests on. */
export function keySentence(
  key: Pick<KeyView, 'state' | 'remote' | 'keyType' | 'keyUsage'>,
): string {
  const { remote, state } = key;
  if (remote === null) return 'Not in AWS: saved here only.';
  const read = `Read ${sayTime(remote.readAt)}.`;
  const works = keyWorks(key);
  const meaning = keyStateMeaning(state, works);
  if (state === 'Active, alias' && remote.alias !== null)
    return `Active. Holds ${remote.alias}. ${read}`;
  if (state === 'Off, alias' && remote.alias !== null)
    return `Off: disabled in AWS, and ${remote.alias} names it. ${capital(works.idleUnder('it'))}. ${read}`;
  if (state === 'Differs' && remote.otherMaterial !== null)
    return `Differs: AWS encrypts under other material, of which no copy is kept here. ${read}`;
  if (state === 'Differs') return `Differs: AWS says ${remote.state}. ${read}`;
  return `${state}: ${meaning}. ${read}`;
}

/** When AWS deletes the material of a key, and when it is imported again before, as a fact. */
export function expirySentence(
  { remote, state }: Pick<KeyView, 'state' | 'remote'>,
  renewsAt: number | null = null,
): string {
  if (remote === null) return 'not in AWS';
  const gone = state === 'Material gone';
  if (remote.validTo === null) return gone ? 'AWS has none of it now' : 'never in AWS';
  if (gone) return `AWS was to delete it ${sayTime(remote.validTo)}`;
  const deletes = `AWS deletes it ${sayTime(remote.validTo)}`;
  return renewsAt === null ? deletes : `${deletes}, unless it is renewed ${sayTime(renewsAt)}`;
}

export const kcvMethods: Readonly<Record<KeyView['kcv']['method'], string>> = {
  CMAC: 'CMAC, 5 bytes',
  HMAC: 'HMAC of a zero block, 5 bytes',
  SPKI: 'SHA-256 of the public key, 5 bytes',
  ENC0: 'encrypted zeros',
  KWP0: 'wrapped zeros, KWP',
  KW0: 'wrapped zeros, KW',
};
