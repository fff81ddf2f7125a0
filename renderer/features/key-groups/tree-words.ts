import { counted, sayCount } from '../../../shared/text/counted.ts';
import { keyStates, shortId, type StateText } from '../../../shared/text/states.ts';
import { keyWorks } from '../../../shared/text/key-works.ts';
import { sayDay, sayTime } from '../../ui/moments.ts';
import type { FolderView } from '../../state/folders.ts';
import type { KeyView } from './tree-lists.ts';
import type { Fate, GroupCells } from './tree-sources.ts';
import { isolate } from '../../../shared/text/isolate.ts';

const groupStates: Readonly<Record<string, StateText>> = {
  'In step': { glyph: '✓', word: 'In step', tone: 'quiet' },
  'Not in AWS': { glyph: '-', word: 'Not in AWS', tone: 'quiet' },
  'Not checked': { glyph: '?', word: 'Not checked', tone: 'quiet' },
};

/** Glyph and word of a group's state. */
export function groupStateText(group: Pick<GroupCells, 'state' | 'needsYou'>): StateText {
  return (
    groupStates[group.state] ?? {
      glyph: group.needsYou ? '!' : '·',
      word: group.state,
      tone: group.needsYou ? 'attention' : 'quiet',
    }
  );
}

/** What a group's state means, in a sentence. */
export function groupStateMeaning(
  group: Pick<GroupCells, 'state' | 'keys' | 'keyType' | 'keyUsage'>,
): string {
  const { state, keys } = group;
  const works = keyWorks(group);
  const meanings: Readonly<Record<string, string>> = {
    'In step': 'AWS holds its keys as this keystore does.',
    'Not in AWS':
      keys === 0
        ? 'It has no key yet, so AWS holds nothing of it.'
        : 'Its keys are saved here only.',
    'Not checked':
      'A key of it was last read more than a day ago, or what its alias names is not known.',
    'Alias elsewhere': `Its alias names a KMS key that is none of it: ${works.freshUnder('that key')}.`,
    'Alias missing': 'Its alias does not exist in AWS.',
    'Material gone': `AWS has no key material for a key of it: ${works.noneUnder('that key')}.`,
    Differs: 'A key of it is in AWS not as this group says.',
    'Active key off': `The key that holds its alias is disabled in AWS: ${works.idleUnder('it')}.`,
    'Job needs you': 'A job of it stopped at a safe place and waits for you.',
  };
  return meanings[state] ?? '';
}

export const fateTexts: Readonly<Record<Exclude<Fate, 'here'>, StateText>> = {
  removed: { glyph: '–', word: 'Removed', tone: 'quiet' },
  moved: { glyph: '–', word: 'Moved', tone: 'quiet' },
};

/** `1 needs you`, `3 need you`. */
export const sayNeeding = (n: number): string => `${sayCount(n)} need${n === 1 ? 's' : ''} you`;

/** State of a folder: trouble anywhere below it, else what it holds. */
export function folderStateText({ needsYou, groups }: FolderView): StateText {
  if (needsYou > 0) return { glyph: '!', word: sayNeeding(needsYou), tone: 'attention' };
  return { glyph: '', word: groups === 0 ? 'empty' : counted(groups, 'group'), tone: 'quiet' };
}

/** `e u west 1`: read out letter by letter where it is no word. */
export const spellRegion = (region: string): string => {
  const [area = '', ...rest] = region.split('-');
  return [area.split('').join(' '), ...rest].join(' ');
};

/** When a group rotates next: a day, `now` when it is due, nothing when by hand only. */
export function whenGroup(
  group: Pick<GroupCells, 'rotate' | 'nextRotationAt'>,
  now: number,
): string {
  if (!group.rotate || group.nextRotationAt === null) return '';
  return group.nextRotationAt <= now ? 'now' : sayDay(group.nextRotationAt);
}

/** When AWS deletes, or deleted, the material of a key. */
export function whenKey({ remote }: Pick<KeyView, 'remote'>, now: number): string {
  const at = remote?.validTo ?? null;
  if (at === null) return '';
  return new Date(at).toDateString() === new Date(now).toDateString()
    ? sayTime(at, now)
    : sayDay(at);
}

/** What is read out for a folder; trouble first. */
export function folderLabel(folder: FolderView): string {
  const trouble = folder.needsYou > 0 ? `${sayNeeding(folder.needsYou)}: ` : '';
  const groups = folder.groups === 0 ? 'empty' : counted(folder.groups, 'key group');
  return `${trouble}${isolate(folder.name)}, folder, ${groups}`;
}

/** What is read out for a group; its state first when it needs somebody. */
export function groupLabel(group: GroupCells, now: number): string {
  const next = whenGroup(group, now);
  const parts = [
    group.name,
    'key group',
    `A W S ${spellRegion(group.region)}`,
    group.keys === 0 ? 'no keys' : counted(group.keys, 'key'),
    ...(group.needsYou ? [] : [group.state.charAt(0).toLowerCase() + group.state.slice(1)]),
    ...(next === '' ? [] : [`next rotation ${next}`]),
  ];
  return `${group.needsYou ? `${group.state}: ` : ''}${parts.join(', ')}`;
}

export const keyNeedsSomebody = ({ state }: Pick<KeyView, 'state'>): boolean =>
  keyStates[state].tone === 'attention';

/** What is read out for a key; its state first when it needs somebody. */
export function keyLabel(key: KeyView, now: number): string {
  const trouble = keyNeedsSomebody(key);
  const when = whenKey(key, now);
  const id = key.remote?.keyId;
  const parts = [
    `${isolate(key.groupName)} version ${key.version}`,
    'key',
    ...(trouble ? [] : [key.state]),
    ...(key.remote ? [`A W S says ${key.remote.state}`] : []),
    ...(id === undefined ? [] : [`KMS key ${id.slice(0, 4)} to ${id.slice(-4)}`]),
    ...(when === '' ? [] : [`A W S deletes its material ${when}`]),
  ];
  return `${trouble ? `${key.state}: ` : ''}${parts.join(', ')}`;
}

/** `v3 7c1d…e20f`; a key that is not in AWS has no id there. */
export const keyName = (key: Pick<KeyView, 'version' | 'remote'>): string =>
  `v${key.version}${key.remote ? ` ${shortId(key.remote.keyId)}` : ''}`;

/** `3 new, 1 gone`: what waits for somebody to look. */
export function sayNews({ came, went }: { readonly came: number; readonly went: number }): string {
  const parts = [
    ...(came > 0 ? [`${sayCount(came)} new`] : []),
    ...(went > 0 ? [`${sayCount(went)} moved or gone`] : []),
  ];
  return parts.join(', ');
}
