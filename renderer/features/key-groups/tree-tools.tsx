import Button from '@mui/material/Button';
import { useSnapshot } from '../../state/snapshot.ts';
import { type MenuPlace } from '../../ui/context-menu.tsx';
import { NeedsMe } from '../../ui/needs-me.tsx';
import { FindField } from './find-field.tsx';
import { usePane, useTreeState } from './tree-state.ts';

/** Above the tree: find, what needs somebody, add, the details. */
export function TreeTools({
  onAdd,
  paneShown,
}: {
  readonly onAdd: (place: MenuPlace) => void;
  readonly paneShown: boolean;
}) {
  const needsMe = useTreeState((state) => state.needsMe);
  const filter = useTreeState((state) => state.filter);
  const show = usePane((state) => state.show);
  const needing = useSnapshot().data?.counts.groupsNeedYou ?? 0;
  return (
    <>
      <FindField />
      <NeedsMe pressed={needsMe} count={needing} onPress={filter} />
      <Button
        aria-haspopup="menu"
        onClick={(event) => {
          const { left, bottom } = event.currentTarget.getBoundingClientRect();
          onAdd({ left, top: bottom });
        }}
      >
        Add…
      </Button>
      <Button aria-pressed={paneShown} onClick={() => show(!paneShown)}>
        Details
      </Button>
    </>
  );
}
