import { sayCount } from '../../../shared/text/counted.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useFolders } from '../../state/folders.ts';
import { useKept } from '../../state/kept.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { TreeGrid } from '../../ui/tree-grid.tsx';
import { chooseOnly } from '../../ui/row-selection.ts';
import styles from './key-groups.module.css';
import { placesFor } from './move-places.ts';
import { top } from './tree-lists.ts';
import { FolderMark } from './tree-marks.tsx';
import { useTreeState } from './tree-state.ts';
import { useMove } from './use-move.ts';
import { isolate } from '../../../shared/text/isolate.ts';

const topName = 'Top of the tree';

/** Moves folders and key groups by keyboard: choose the folder, press Enter. */
export function MoveDialog({ dialog, close }: DialogProps<'move'>) {
  const { items } = dialog;
  const [selection, setSelection] = useKept(dialog, () => chooseOnly(top));
  const move = useMove();
  const target = selection.active ?? top;
  const { rows, nameOf, known, failure, blocked } = usePlaces(items, target);
  // A name that fills the window says less on a button than a word.
  const placeName = nameOf(target).length > 40 ? 'this folder' : nameOf(target);
  const [only] = items;
  const what = items.length === 1 && only ? only.name : `${sayCount(items.length)} things`;
  const submit = async (): Promise<void> => {
    if (blocked !== null) return;
    const from = useTreeState.getState().open;
    const to = { id: target === top ? null : target, name: nameOf(target) };
    if (await move.run(items, to, [top, ...from])) close();
  };
  return (
    <DialogFrame
      title={`Move ${what}`}
      subject="Only the place in the tree changes. Keys and AWS are not touched."
      busy={move.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" blocked={blocked}>
            {target === top
              ? 'Move to the top'
              : placeName === ''
                ? 'Move'
                : `Move to ${isolate(placeName)}`}
          </DeedButton>
        </>
      }
    >
      <div className={styles['places']}>
        <TreeGrid
          label="Folder to move to"
          columns={[
            {
              id: 'name',
              title: 'Folder',
              least: 200,
              share: 1,
            },
          ]}
          cellsOf={({ id }) => [
            <>
              <FolderMark />
              <span className={styles['name']} title={nameOf(id)}>
                {nameOf(id)}
              </span>
            </>,
          ]}
          rows={rows}
          indexOf={(id) => rows.findIndex((row) => row.id === id)}
          selection={selection}
          onSelect={(next) => {
            if (known) setSelection(next);
          }}
          nameOf={({ id }) => nameOf(id)}
          labelOf={({ id }) => nameOf(id)}
          onToggle={() => undefined}
          onActivate={() => void submit()}
          multiple={false}
          autoFocus
        />
      </div>
      {failure ? <FailureNotice failure={failure} /> : null}
      {move.failure ? (
        <>
          {move.moved.length > 0 ? (
            <p>{`Moved before that: ${move.moved.map(({ name }) => name).join(', ')}.`}</p>
          ) : null}
          <FailureNotice failure={move.failure} />
        </>
      ) : null}
    </DialogFrame>
  );
}

/** Where these may go, and what stands against the place that is chosen. */
function usePlaces(items: DialogProps<'move'>['dialog']['items'], target: string) {
  const closed = useBlocked();
  const { folders, known, failure } = useFolders();
  const rows = placesFor(folders, new Set(items.map(({ id }) => id)));
  const names = new Map(folders.map(({ id, name }) => [id, name]));
  const nameOf = (id: string) => (id === top ? topName : (names.get(id) ?? ''));
  // After a lock the folders are read again; another window may have taken this one away.
  const there = rows.some(({ id }) => id === target);
  const gone = known ? 'That folder is not here any more: choose another.' : 'Reading folders.';
  return { rows, nameOf, known, failure, blocked: closed ?? (there ? null : gone) };
}
