import { counted, sayCount } from '../../../shared/text/counted.ts';
import type { Snapshot } from '../../state/snapshot.ts';
import type { TreeItem } from '../../state/dialogs.ts';
import type { MenuSection } from '../../ui/context-menu.tsx';
import { shellWord } from '../keys/key-menu.ts';
import type { FolderView } from '../../state/folders.ts';
import type { GroupCells } from './tree-sources.ts';

/** What decides whether something can be done just now. */
export interface MenuFacts {
  /** Why nothing can be changed at all; null when it can. */
  readonly blocked: string | null;
  readonly snapshot: Pick<Snapshot, 'hsm' | 'hsmLabel' | 'designated'>;
}

export interface TreeDeeds {
  readonly addGroup: (folder: string | null) => void;
  readonly addFolder: (parent: string | null) => void;
  readonly forceRotate: (group: GroupCells) => void;
  readonly bringIn: (group: GroupCells) => void;
  readonly synchronizeAll: (group: GroupCells) => void;
  readonly check: (groups: readonly GroupCells[]) => void;
  readonly findInAws: (group: GroupCells) => void;
  readonly proveAll: (group: GroupCells) => void;
  readonly rename: (id: string) => void;
  readonly move: (items: readonly TreeItem[]) => void;
  readonly remove: (item: TreeItem) => void;
  readonly showJobs: (group: GroupCells) => void;
  readonly properties: (group: GroupCells) => void;
  readonly copy: (text: string, what: string) => void;
}

const hsmReasons: Readonly<Record<Snapshot['hsm'], (label: string) => string | null>> = {
  ready: () => null,
  none: () => 'No HSM is attached: Administration > HSM.',
  'pin-needed': (label) => `HSM “${label}” needs its PIN first: Enter PIN, at the top.`,
  unavailable: (label) => `HSM “${label}” is away.`,
  'wrong-token': (label) => `Another token than “${label}” is attached.`,
};

/** Why a group cannot be rotated now; null when it can. */
export function forceRotateBlocked(
  group: Pick<GroupCells, 'storage'>,
  { blocked, snapshot }: MenuFacts,
): string | null {
  if (blocked !== null) return blocked;
  if (snapshot.designated === false)
    return 'This device is not the designated one: Administration > Configuration.';
  return group.storage === 'hsm' ? hsmReasons[snapshot.hsm](snapshot.hsmLabel ?? 'HSM') : null;
}

/** Why no key from elsewhere can come into a group now; null when one can. */
export function bringInBlocked(
  group: Pick<GroupCells, 'storage' | 'keyType' | 'mapping' | 'keys'>,
  facts: MenuFacts,
): string | null {
  if (group.keyType !== 'AES' && group.keyType !== 'HMAC')
    return `${group.keyType} keys do not fit under a transport key.`;
  if (group.mapping === 'material' && group.keys > 0) return 'Its versions share one KMS key.';
  return forceRotateBlocked(group, facts);
}

/** Why the keys of a group cannot be brought in line with AWS now; null when they can. */
export function synchronizeAllBlocked(
  group: Pick<GroupCells, 'keys' | 'state'>,
  blocked: string | null,
): string | null {
  if (blocked !== null) return blocked;
  if (group.keys === 0) return noKeys;
  return group.state === 'Not in AWS' ? 'None of its keys is in AWS yet.' : null;
}

/** Why nothing can be done with the keys of a group now; null when something can. */
export const groupKeysBlocked = (
  group: Pick<GroupCells, 'keys'>,
  blocked: string | null,
): string | null => blocked ?? (group.keys === 0 ? noKeys : null);

const noKeys = 'It holds no keys yet.';

/** Why a group cannot be removed now; null when it can. */
export const removeGroupBlocked = (
  group: Pick<GroupCells, 'keys'>,
  blocked: string | null,
): string | null =>
  blocked ??
  (group.keys > 0
    ? `It holds ${counted(group.keys, 'key')}. Only an empty group can be removed.`
    : null);

/** Why a folder cannot be removed now; null when it can. */
export function removeFolderBlocked(
  folder: Pick<FolderView, 'groups'>,
  foldersIn: number,
  blocked: string | null,
): string | null {
  if (blocked !== null) return blocked;
  if (folder.groups === 0 && foldersIn === 0) return null;
  const held = [
    ...(foldersIn > 0 ? [counted(foldersIn, 'folder')] : []),
    ...(folder.groups > 0 ? [counted(folder.groups, 'key group')] : []),
  ];
  return `It holds ${held.join(' and ')}. Only an empty folder can be removed.`;
}

/** The menu of the empty background: what is added stands in `folder`, or at the top. */
export function backgroundMenu(
  folder: string | null,
  { blocked }: MenuFacts,
  deeds: TreeDeeds,
): readonly MenuSection[] {
  return [
    {
      heading: 'Add',
      entries: [
        { label: 'Key Group…', blocked, run: () => deeds.addGroup(folder) },
        { label: 'Folder…', blocked, run: () => deeds.addFolder(folder) },
      ],
    },
  ];
}

export function folderMenu(
  folder: FolderView,
  foldersIn: number,
  facts: MenuFacts,
  deeds: TreeDeeds,
): readonly MenuSection[] {
  const item: TreeItem = { kind: 'folder', id: folder.id, name: folder.name };
  const { blocked } = facts;
  return [
    ...backgroundMenu(folder.id, facts, deeds),
    {
      entries: [
        { label: 'Rename', shortcut: 'F2', blocked, run: () => deeds.rename(folder.id) },
        { label: 'Move to folder…', blocked, run: () => deeds.move([item]) },
        {
          label: 'Remove…',
          shortcut: 'Delete',
          blocked: removeFolderBlocked(folder, foldersIn, blocked),
          run: () => deeds.remove(item),
        },
      ],
    },
  ];
}

export function groupMenu(
  group: GroupCells,
  facts: MenuFacts,
  deeds: TreeDeeds,
): readonly MenuSection[] {
  const item: TreeItem = { kind: 'group', id: group.id, name: group.name };
  const { blocked } = facts;
  const noKeysNow = groupKeysBlocked(group, blocked);
  const command = `keyreeve group show ${shellWord(group.path)}`;
  return [
    {
      heading: 'Cloud',
      entries: [
        {
          label: 'Force Rotate…',
          blocked: forceRotateBlocked(group, facts),
          run: () => deeds.forceRotate(group),
        },
        {
          label: 'Bring In Key…',
          blocked: bringInBlocked(group, facts),
          run: () => deeds.bringIn(group),
        },
        {
          label: 'Synchronize all…',
          blocked: synchronizeAllBlocked(group, blocked),
          run: () => deeds.synchronizeAll(group),
        },
        { label: 'Check against AWS', blocked: noKeysNow, run: () => deeds.check([group]) },
        { label: 'Find in AWS…', blocked, run: () => deeds.findInAws(group) },
      ],
    },
    {
      entries: [
        { label: 'Rename', shortcut: 'F2', blocked, run: () => deeds.rename(group.id) },
        { label: 'Move to folder…', blocked, run: () => deeds.move([item]) },
        {
          label: 'Prove every keystore copy',
          blocked: noKeysNow,
          run: () => deeds.proveAll(group),
        },
        { label: 'Show jobs', run: () => deeds.showJobs(group) },
      ],
    },
    {
      heading: 'Copy',
      entries: [
        { label: 'Alias', run: () => deeds.copy(`alias/${group.alias}`, 'alias') },
        { label: 'As command', run: () => deeds.copy(command, 'command') },
      ],
    },
    {
      entries: [
        { label: 'Properties', shortcut: 'Alt+Enter', run: () => deeds.properties(group) },
        {
          label: 'Remove…',
          shortcut: 'Delete',
          blocked: removeGroupBlocked(group, blocked),
          run: () => deeds.remove(item),
        },
      ],
    },
  ];
}

/** The menu of several folders, groups and keys at once: what can be done with all of them. */
export function manyMenu(
  items: readonly TreeItem[],
  groups: readonly GroupCells[],
  { blocked }: MenuFacts,
  deeds: TreeDeeds,
): readonly MenuSection[] {
  const one = 'Choose one of them for this.';
  const noGroups = groups.length === 0 ? 'No key group is among them.' : null;
  const nothingToMove = items.length === 0 ? 'Keys stay in the group that made them.' : null;
  const never = () => undefined;
  return [
    {
      heading: 'Cloud',
      entries: [
        { label: 'Force Rotate…', blocked: one, run: never },
        {
          label: `Check ${counted(groups.length, 'group')} against AWS`,
          blocked: blocked ?? noGroups,
          run: () => deeds.check(groups),
        },
      ],
    },
    {
      entries: [
        { label: 'Rename', shortcut: 'F2', blocked: one, run: never },
        {
          label: `Move ${sayCount(items.length)} to folder…`,
          blocked: blocked ?? nothingToMove,
          run: () => deeds.move(items),
        },
        { label: 'Remove…', shortcut: 'Delete', blocked: one, run: never },
      ],
    },
  ];
}
