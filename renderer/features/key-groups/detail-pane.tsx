import { useEffect, useState } from 'react';
import { FolderPane, GroupPane } from './group-pane.tsx';
import { KeyPane } from './key-pane.tsx';
import styles from './key-groups.module.css';
import type { TreeContent, TreeReader } from './tree-reader.ts';

/** A row that has the focus for less than this (ms) is not read: arrows go past it. */
const pause = 60;

function useRested<Value>(value: Value): Value {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), pause);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

/** What the focus is on, in full. */
export function DetailPane({
  reader,
  shape,
  id,
  width,
}: {
  readonly reader: TreeReader;
  readonly shape: TreeContent['shape'];
  readonly id: string | null;
  readonly width: number;
}) {
  const rested = useRested(id) ?? '';
  const folder = reader.folders.get(rested);
  const group = reader.groups.get(rested);
  const key = reader.keys.get(rested);
  return (
    <aside className={styles['pane']} style={{ width }} aria-label="Details">
      {folder ? (
        <FolderPane folder={folder} foldersIn={shape.folders.get(rested)?.length ?? 0} />
      ) : null}
      {group ? <GroupPane key={rested} view={group} /> : null}
      {key ? <KeyPane key={rested} view={key} /> : null}
      {!folder && !group && !key ? (
        <p className="quiet">Choose a folder, key group or key to see its details.</p>
      ) : null}
    </aside>
  );
}
