import useMediaQuery from '@mui/material/useMediaQuery';
import { useRef } from 'react';
import { useBlocked } from '../../state/blocked.ts';
import { usePresence } from '../../ui/list-bar.tsx';
import { ScreenFrame } from '../../ui/screen.tsx';
import { Splitter } from '../../ui/splitter.tsx';
import { useCheckKeys } from '../keys/use-check-keys.ts';
import { DetailPane } from './detail-pane.tsx';
import styles from './key-groups.module.css';
import { TreeFoot } from './tree-foot.tsx';
import { TreeProblem } from './tree-problem.tsx';
import { paneWidths, usePane } from './tree-state.ts';
import { TreeTools } from './tree-tools.tsx';
import { TreeView } from './tree-view.tsx';
import { useKeyTree } from './use-key-tree.ts';
import { useMove } from './use-move.ts';
import { useRename } from './use-rename.ts';
import { useRowActs } from './use-row-acts.ts';
import { useTreeDeeds } from './use-tree-deeds.ts';
import { useTreeDrag } from './use-tree-drag.ts';
import { useTreeLanding } from './use-tree-landing.ts';
import { useTreeMenu } from './use-tree-menu.tsx';

/** Key Management > Key Groups: the tree of folders, key groups and keys. */
export function KeyGroupsScreen() {
  const presence = usePresence();
  const tree = useKeyTree(presence.there);
  const { reader, flat } = tree;
  const box = useRef<HTMLDivElement>(null);
  const pane = usePane();
  const narrow = useMediaQuery('(max-width: 1099px)', { noSsr: true });
  const paneShown = pane.shown ?? !narrow;
  const blocked = useBlocked();
  const checking = useCheckKeys();
  const deeds = useTreeDeeds(checking);
  const menu = useTreeMenu(reader, flat, deeds);
  const move = useMove();
  const drag = useTreeDrag(reader, flat, move, blocked);
  const rename = useRename(reader, () => box.current?.focus({ preventScroll: true }));
  useTreeLanding(reader, box);
  const acts = useRowActs(tree, deeds, blocked);
  return (
    <ScreenFrame
      screen="key-groups"
      deeds={<TreeTools onAdd={(place) => menu.open(null, place)} paneShown={paneShown} />}
    >
      <div className={styles['screen']}>
        <div className={styles['main']}>
          <TreeProblem problems={[rename, move, checking]} failure={tree.failure} />
          <div className={styles['tree']} {...presence.around}>
            <TreeView
              tree={tree}
              boxRef={box}
              rename={rename}
              acts={acts}
              openMenu={menu.open}
              drag={drag}
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
            <DetailPane reader={reader} version={tree.version} width={pane.width} />
          </>
        ) : null}
      </div>
      {menu.menu}
    </ScreenFrame>
  );
}
