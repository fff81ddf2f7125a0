import type { ReactNode } from 'react';
import { keyStateMeaning, keyStates } from '../../../shared/text/states.ts';
import { keyWorks } from '../../../shared/text/key-works.ts';
import type { TreeColumn } from '../../ui/tree-grid.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { RenameField } from './rename-field.tsx';
import styles from './key-groups.module.css';
import type { TreeReader } from './tree-reader.ts';
import type { KeyTreeRow } from './tree-rows.ts';
import { CloudMark, FolderMark } from './tree-marks.tsx';
import {
  fateTexts,
  folderLabel,
  folderStateText,
  groupLabel,
  groupStateText,
  keyLabel,
  keyName,
  whenGroup,
  whenKey,
} from './tree-words.ts';

type Things = Pick<TreeReader, 'folders' | 'groups' | 'keys' | 'fates'>;

/** The name a row goes by: for typing to it and for renaming it. */
export function nameOfRow(row: KeyTreeRow, { folders, groups, keys }: Things): string {
  if (row.kind === 'folder') return folders.get(row.id)?.name ?? '';
  if (row.kind === 'group') return groups.get(row.id)?.name ?? '';
  const key = keys.get(row.id);
  return key ? `v${key.version}` : '';
}

/** What is read out for a row. */
export function labelOfRow(row: KeyTreeRow, things: Things, now: number): string {
  if (row.waiting) return 'being read';
  const folder = row.kind === 'folder' ? things.folders.get(row.id) : undefined;
  if (folder) return folderLabel(folder);
  const group = row.kind === 'group' ? things.groups.get(row.id) : undefined;
  const fate = things.fates.get(row.id);
  if (group && fate !== undefined && fate !== 'here')
    return `${fateTexts[fate].word}: ${group.name}`;
  if (group) return groupLabel(group, now);
  const key = things.keys.get(row.id);
  return key ? keyLabel(key, now) : 'Removed';
}

interface Cells {
  readonly name: ReactNode;
  readonly state: ReactNode;
  readonly aws: ReactNode;
  readonly when: ReactNode;
}
const nothing: Cells = { name: null, state: null, aws: null, when: null };

function folderCells(row: KeyTreeRow, { folders }: Things): Cells {
  const folder = folders.get(row.id);
  if (!folder) return { ...nothing, name: <s className="quiet">Folder</s>, state: 'Removed' };
  return {
    ...nothing,
    name: (
      <>
        <FolderMark />
        <Name text={folder.name} strong />
      </>
    ),
    state: <StateWord state={folderStateText(folder)} />,
  };
}

function groupCells(row: KeyTreeRow, { groups, fates }: Things, now: number): Cells {
  const group = groups.get(row.id);
  if (!group) return nothing;
  const fate = fates.get(row.id);
  const gone = fate !== undefined && fate !== 'here';
  return {
    name: (
      <>
        <CloudMark faint={group.state === 'Not in AWS'} />
        {gone ? <s className="quiet">{group.name}</s> : <Name text={group.name} />}
      </>
    ),
    state: <StateWord state={gone ? fateTexts[fate] : groupStateText(group)} />,
    aws: <span className="quiet">{group.region}</span>,
    when: <span className="quiet">{whenGroup(group, now)}</span>,
  };
}

function keyCells(row: KeyTreeRow, { keys }: Things, now: number): Cells {
  const key = keys.get(row.id);
  if (!key) return { ...nothing, state: 'Removed' };
  const state = keyStates[key.state];
  return {
    name: (
      <>
        <span aria-hidden="true" className={`${styles['glyph']} tone-${state.tone}`}>
          {state.glyph}
        </span>
        <span className="mono" title={key.remote?.keyId}>
          {keyName(key)}
        </span>
      </>
    ),
    state: (
      <span title={keyStateMeaning(key.state, keyWorks(key))}>
        {state.tone === 'attention' ? (
          <StateWord state={state} />
        ) : (
          <span className={`tone-${state.tone}`}>{state.word}</span>
        )}
      </span>
    ),
    aws: <span className="quiet">{key.remote?.state ?? ''}</span>,
    when: <span className="quiet">{whenKey(key, now)}</span>,
  };
}

function Name({ text, strong = false }: { readonly text: string; readonly strong?: boolean }) {
  return (
    <span className={styles['name']} title={text} data-strong={strong || undefined}>
      {text}
    </span>
  );
}

function cellsOf(row: KeyTreeRow, things: Things): Cells {
  if (row.waiting) return { ...nothing, name: <span className="quiet">…</span> };
  const now = Date.now();
  if (row.kind === 'folder') return folderCells(row, things);
  return row.kind === 'group' ? groupCells(row, things, now) : keyCells(row, things, now);
}

/** The columns of the tree: name, state, what AWS says, when something happens by itself. */
export const treeColumns: readonly TreeColumn[] = [
  { id: 'name', title: 'Name', least: 220, share: 4 },
  { id: 'state', title: 'State', least: 132, share: 2 },
  { id: 'aws', title: 'AWS', least: 112, share: 1 },
  { id: 'when', title: 'When', least: 108, share: 1 },
];

interface Rename {
  readonly renaming: string | null;
  readonly commit: (name: string) => Promise<boolean>;
  readonly end: () => void;
}

/** What stands in the columns of a row. */
export function cellsOfRow(row: KeyTreeRow, things: Things, rename: Rename): readonly ReactNode[] {
  const { name, state, aws, when } = cellsOf(row, things);
  const { renaming, commit, end } = rename;
  const shown =
    row.id === renaming ? (
      <RenameField name={nameOfRow(row, things)} commit={commit} end={end} />
    ) : (
      name
    );
  return [shown, state, aws, when];
}
