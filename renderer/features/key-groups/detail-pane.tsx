import { useSettled } from '../../state/settled.ts';
import { FolderPane, GroupPane } from './group-pane.tsx';
import { KeyPane } from './key-pane.tsx';
import styles from './key-groups.module.css';
import type { TreeReader } from './tree-reader.ts';
import { useTreeState } from './tree-state.ts';

/** A row that has the focus for less than this (ms) is not read: arrows go past it. */
const pause = 60;

/** What the focus is on, in full. */
export function DetailPane({
  reader,
  width,
}: {
  readonly reader: TreeReader;
  /** Counts changes of what was read. */
  readonly version: number;
  readonly width: number;
}) {
  const active = useTreeState((state) => state.selection.active);
  const rested = useSettled(active, pause) ?? '';
  const folder = reader.folders.get(rested);
  const group = reader.groups.get(rested);
  const key = reader.keys.get(rested);
  return (
    <aside className={styles['pane']} style={{ width }} aria-label="Details">
      {folder ? (
        <FolderPane
          folder={folder}
          foldersIn={reader.content().shape.folders.get(rested)?.length ?? 0}
        />
      ) : null}
      {group ? <GroupPane key={rested} view={group} /> : null}
      {key ? <KeyPane key={rested} view={key} /> : null}
      {!folder && !group && !key ? (
        <p className="quiet">Choose a folder, key group or key to see its details.</p>
      ) : null}
    </aside>
  );
}
