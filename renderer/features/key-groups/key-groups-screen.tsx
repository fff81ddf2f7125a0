import useMediaQuery from '@mui/material/useMediaQuery';
import { useRef } from 'react';
import { useBlocked } from '../../state/blocked.ts';
import { usePresence } from '../../ui/list-bar.tsx';
import { ScreenFrame } from '../../ui/screen.tsx';
import { Splitter } from '../../ui/splitter.tsx';
import { TreeGrid } from '../../ui/tree-grid.tsx';
import { useCheckKeys } from '../keys/use-check-keys.ts';
import { DetailPane } from './detail-pane.tsx';
import styles from './key-groups.module.css';
import { labelOfRow, nameOfRow, treeColumns } from './tree-cells.tsx';
import { TreeEmpty } from './tree-empty.tsx';
import { TreeFoot } from './tree-foot.tsx';
import { TreeProblem } from './tree-problem.tsx';
import { paneWidths, usePane, useTreeState } from './tree-state.ts';
import { TreeTools } from './tree-tools.tsx';
import { useKeyTree } from './use-key-tree.ts';
import { useMove } from './use-move.ts';
import { useRename } from './use-rename.ts';
import { useRowActs } from './use-row-acts.ts';
import { useToldSelection } from './use-told-selection.ts';
import { useTreeDeeds } from './use-tree-deeds.ts';
import { useTreeDrag } from './use-tree-drag.ts';
import { useTreeLanding } from './use-tree-landing.ts';
import { useTreeMenu } from './use-tree-menu.tsx';

/** Key Management > Key Groups: the tree of folders, key groups and keys. */
export function KeyGroupsScreen() {
  const presence = usePresence();
  const tree = useKeyTree(presence.there);
  const { reader, flat } = tree;
  const { selection, select } = useTreeState();
  const box = useRef<HTMLDivElement>(null);
  const pane = usePane();
  const narrow = useMediaQuery('(max-width: 1099px)', { noSsr: true });
  const paneShown = pane.shown ?? !narrow;
  const blocked = useBlocked();
  const checking = useCheckKeys();
  const deeds = useTreeDeeds(checking);
  const menu = useTreeMenu(reader, flat, selection, deeds);
  const move = useMove();
  const drag = useTreeDrag(reader, flat, move, blocked);
  const rename = useRename(reader, () => box.current?.focus({ preventScroll: true }));
  useTreeLanding(reader, box);
  useToldSelection(reader, flat, selection.active);
  const acts = useRowActs(tree, deeds, blocked);
  const { renaming, commit, end } = rename;
  const columns = treeColumns(reader, renaming, { commit, end });
  return (
    <ScreenFrame
      title="Key Groups"
      deeds={<TreeTools onAdd={(place) => menu.open(null, place)} paneShown={paneShown} />}
    >
      <div className={styles['screen']}>
        <div className={styles['main']}>
          <TreeProblem problems={[rename, move, checking]} failure={reader.content().failure} />
          <div className={styles['tree']} {...presence.around}>
            <TreeGrid
              label="Key groups"
              boxRef={box}
              columns={columns}
              rows={flat.rows}
              indexOf={flat.indexOf}
              selection={selection}
              onSelect={select}
              nameOf={(row) => nameOfRow(row, reader)}
              labelOf={(row) => labelOfRow(row, reader, Date.now())}
              onToggle={tree.toggle}
              onSight={tree.onSight}
              onMenu={menu.open}
              drag={drag}
              reveal={rename.done}
              empty={<TreeEmpty ready={tree.ready} />}
              {...acts}
            />
          </div>
          <TreeFoot tree={tree} />
        </div>
        {paneShown ? (
          <>
            <Splitter
              label="Width of the details"
              width={pane.width}
              {...paneWidths}
              onResize={pane.resize}
            />
            <DetailPane
              reader={reader}
              shape={reader.content().shape}
              id={selection.active}
              width={pane.width}
            />
          </>
        ) : null}
      </div>
      {menu.menu}
    </ScreenFrame>
  );
}
