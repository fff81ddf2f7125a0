import { useState } from 'react';
import { sayCount } from '../../../shared/text/counted.ts';
import { endingMeanings, nothingEnds } from '../../../shared/text/endings.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useKeptOnScreen } from '../../state/kept-on-screen.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { Chip } from '../../ui/chip.tsx';
import { ContextMenu, type MenuPlace } from '../../ui/context-menu.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { ListBar, usePresence } from '../../ui/list-bar.tsx';
import { ScreenFrame } from '../../ui/screen.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import { TreeProblem } from '../key-groups/tree-problem.tsx';
import { keyDeeds } from '../key-groups/use-tree-deeds.ts';
import { useCheckKeys } from '../keys/use-check-keys.ts';
import { useToldKey } from '../keys/use-told-key.ts';
import { type EndingCells, expiryColumns } from './expiry-columns.tsx';
import { expiryMenu } from './expiry-menu.ts';
import styles from './expiry.module.css';
import { type ExpiryInView, idOf, useExpiry } from './use-expiry.ts';

/** How far ahead can be looked, in days; the first is what the list of places counts. */
const spans = [30, 90, 365] as const;

/** Key Management > Expiry: which keys end soon, when, and what happens then. */
export function ExpiryScreen() {
  const [days, setDays] = useKeptOnScreen<number>('days ahead', 90);
  const [selected, setSelected] = useState<string | null>(null);
  const [menu, setMenu] = useState<{ readonly row: EndingCells; readonly place: MenuPlace } | null>(
    null,
  );
  const show = useDialogs((state) => state.show);
  const checking = useCheckKeys();
  const presence = usePresence();
  const list = useExpiry(days, presence.there);
  const sections = useMenu(menu?.row ?? null, checking.check);
  useToldKey(list.rows.find((row) => idOf(row) === selected)?.key ?? null);
  return (
    <ScreenFrame screen="expiry" deeds={<Spans days={days} onDays={setDays} />}>
      <div className={styles['screen']}>
        <p className={styles['meaning']}>{endingMeanings}</p>
        <ListBar
          arrived={list.arrived}
          left={list.left.length}
          one="new end"
          many="new ends"
          onShow={list.release}
        >
          {countWords(list, days)}
        </ListBar>
        <TreeProblem problems={[checking]} failure={list.failure} />
        <div className={styles['table']} {...presence.around}>
          <DataTable
            label="Expiry"
            columns={expiryColumns}
            rows={list.rows}
            idOf={idOf}
            total={list.total}
            selected={selected}
            onSelect={(row) => setSelected(idOf(row))}
            onOpen={({ key }) => show({ kind: 'key-properties', key: key.id })}
            onMenu={(row, place) => setMenu({ row, place })}
            more={list.more}
            onEnd={list.loadMore}
            onView={list.look}
            onTop={presence.onTop}
            empty={whenEmpty(list, 'Reading what ends.', nothingEnds(days))}
          />
        </div>
      </div>
      <ContextMenu
        label={menu ? `${menu.row.key.groupName}, version ${menu.row.key.version}` : ''}
        place={menu?.place ?? null}
        sections={sections}
        onClose={() => setMenu(null)}
      />
    </ScreenFrame>
  );
}

function useMenu(row: EndingCells | null, check: ReturnType<typeof useCheckKeys>['check']) {
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const snapshot = useSnapshot().data;
  if (row === null || snapshot === undefined) return [];
  const forceRotate = (group: string): void => show({ kind: 'force-rotate', group });
  const lookAtDue = (): void => show({ kind: 'due' });
  const deeds = { ...keyDeeds(show, check), forceRotate, lookAtDue };
  return expiryMenu(row, { blocked, snapshot }, deeds);
}

/** How far ahead is looked. */
function Spans({
  days,
  onDays,
}: {
  readonly days: number;
  readonly onDays: (days: number) => void;
}) {
  return (
    <div className={styles['spans']} role="group" aria-label="What ends in the next">
      {spans.map((span) => (
        <Chip key={span} pressed={span === days} onPress={() => onDays(span)}>
          {span === 365 ? '1 year' : `${span} days`}
        </Chip>
      ))}
    </div>
  );
}

function countWords({ rows, total, pending }: ExpiryInView, days: number): string {
  if (pending || total === 0) return '';
  const read = rows.length < total ? `${sayCount(rows.length)} of ` : '';
  const ends = `${sayCount(total)} ${total === 1 ? 'end' : 'ends'}`;
  return `${read}${ends}, over or in the next ${days} days, soonest first`;
}
