import { type RefObject, useEffect } from 'react';
import { useHost } from '../../state/host.tsx';
import { useNavigation } from '../../state/navigation.ts';
import { useNotices } from '../../state/notices.ts';
import { failureOf } from '../../state/reads.ts';
import { tellFailure } from '../../ui/failure-words.ts';
import { chooseOnly } from '../../ui/row-selection.ts';
import { findPlace } from './landing.ts';
import type { TreeReader } from './tree-reader.ts';
import { usePane, useTreeState } from './tree-state.ts';

/** Goes where somebody was sent: opens what is above the thing, chooses it and gives it the focus. */
export function useTreeLanding(reader: TreeReader, box: RefObject<HTMLDivElement | null>): void {
  const { call } = useHost();
  const { landing, landed } = useNavigation();
  const { toggle, select, filter } = useTreeState.getState();
  const showPane = usePane((state) => state.show);
  const notice = useNotices((state) => state.say);
  useEffect(() => {
    if (!landing) return;
    let current = true;
    const go = async (): Promise<void> => {
      filter(false);
      await reader.unfiltered();
      const place = await findPlace(reader, call, landing);
      if (!current) return;
      landed();
      if (!place) {
        notice({ text: 'It is not there any more.', jobId: null, tone: 'attention' });
        return;
      }
      // First: a tree that gets the focus with nothing chosen chooses its first row.
      box.current?.focus({ preventScroll: true });
      toggle(place.open, true);
      select(chooseOnly(place.id));
      showPane(true);
    };
    go().catch((error: unknown) => {
      if (!current) return;
      landed();
      const { headline } = tellFailure(failureOf(error));
      notice({ text: headline, jobId: null, tone: 'attention' });
    });
    return () => {
      current = false;
    };
  }, [landing, landed, reader, call, toggle, select, filter, showPane, notice, box]);
}
