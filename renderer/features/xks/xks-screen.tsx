import { type ReactNode, useEffect, useEffectEvent, useState } from 'react';
import { counted } from '../../../shared/text/counted.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { useSelection } from '../../state/selection.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { ContextMenu, type MenuPlace } from '../../ui/context-menu.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { NeedsMe } from '../../ui/needs-me.tsx';
import { ScreenFrame } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import { KeyDetail } from './key-detail.tsx';
import { StoreDetail } from './store-detail.tsx';
import { useXksDeeds } from './use-xks-deeds.ts';
import styles from './xks.module.css';
import { storeMenu, xksKeyMenu } from './xks-menus.ts';
import { useXksPlace } from './xks-place.ts';
import { rowsOf, type XksRow } from './xks-rows.ts';
import { XksTree } from './xks-tree.tsx';
import { proxyState } from './xks-words.ts';

const none: readonly never[] = [];

/** Key management > External Key Stores: stores, their keys below them, and the chosen one in full. */
export function XksScreen() {
  const stores = useRead('xksStore.list', {});
  const keys = useRead('xksKey.list', {});
  const serving = useRead('xks.status', {});
  const { selected, closed, needsMe, filter } = useXksPlace();
  const needing = useSnapshot().data?.counts.xksNeedYou ?? 0;
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const acts = useXksDeeds();
  const [menu, setMenu] = useState<{ readonly row: XksRow; readonly place: MenuPlace } | null>(
    null,
  );
  const rows = rowsOf(stores.data?.stores ?? none, keys.data?.keys ?? none, closed, needsMe);
  const chosen = rows.find(({ id }) => id === selected) ?? null;
  useToldXks(chosen);
  useOpenAbove(keys.data?.keys ?? none);
  useReadWhenOver(keys.data?.keys ?? none, keys.again);
  const failure = stores.failure ?? keys.failure ?? serving.failure ?? acts.failure;
  const fresh = stores.data !== undefined && stores.data.stores.length === 0;
  return (
    <ScreenFrame
      screen="xks"
      deeds={
        <>
          <span role="status">
            {serving.data && !fresh ? <StateWord state={proxyState(serving.data)} /> : null}
          </span>
          {fresh ? null : <NeedsMe pressed={needsMe} count={needing} onPress={filter} />}
          <DeedButton
            variant={fresh ? 'contained' : 'outlined'}
            blocked={blocked}
            onClick={() => show({ kind: 'xks-add-store' })}
          >
            Add external key store…
          </DeedButton>
        </>
      }
    >
      <div className={styles['split']}>
        {failure ? <FailureNotice failure={failure} /> : null}
        <div className={styles['tree']}>
          <XksTree
            rows={rows}
            selected={chosen?.id ?? null}
            onMenu={(row, place) => setMenu({ row, place })}
            empty={whenEmpty(stores, 'Reading external key stores.', emptyOf(needsMe))}
          />
        </div>
        <p className={styles['foot']}>
          {stores.data && keys.data
            ? `${counted(stores.data.stores.length, 'store')}, ${counted(keys.data.keys.length, 'external key')}`
            : null}
        </p>
        <Chosen row={chosen} acts={acts.deeds} />
      </div>
      <ContextMenu
        label={menu ? nameOf(menu.row) : 'External key store'}
        place={menu?.place ?? null}
        sections={menu ? sectionsOf(menu.row, blocked, acts.deeds) : []}
        onClose={() => setMenu(null)}
      />
    </ScreenFrame>
  );
}

function Chosen({
  row,
  acts,
}: {
  readonly row: XksRow | null;
  readonly acts: ReturnType<typeof useXksDeeds>['deeds'];
}) {
  if (row === null) return null;
  return row.kind === 'store' ? (
    <StoreDetail key={row.id} store={row.store} deeds={acts} />
  ) : (
    <KeyDetail key={row.id} view={row.key} store={row.store} deeds={acts} />
  );
}

const sectionsOf = (
  row: XksRow,
  blocked: string | null,
  deeds: ReturnType<typeof useXksDeeds>['deeds'],
) =>
  row.kind === 'store'
    ? storeMenu(row.store, blocked, deeds)
    : xksKeyMenu(row.key, row.store, blocked, deeds);

const nameOf = (row: XksRow): string => (row.kind === 'store' ? row.store.name : row.key.name);

const emptyOf = (needsMe: boolean): ReactNode =>
  needsMe ? 'No external key store and no external key needs anybody.' : <Nothing />;

function Nothing() {
  return (
    <div className={styles['nothing']}>
      <p>No external key stores yet.</p>
      <p>
        With one, AWS KMS asks your HSM for every encryption and decryption, through a proxy that
        you run. Key material never enters AWS.
      </p>
    </div>
  );
}

/** Whoever is sent to an external key finds its store open. */
function useOpenAbove(keys: readonly { readonly id: string; readonly storeId: string }[]): void {
  const { landing, toggle } = useXksPlace();
  const above = keys.find(({ id }) => id === landing)?.storeId ?? null;
  useEffect(() => {
    if (above !== null) toggle(above, true);
  }, [above, toggle]);
}

/** A rehearsed block ends by itself, and nobody tells the window. */
function useReadWhenOver(
  keys: readonly { readonly rehearsedUntil: number | null }[],
  again: () => void,
): void {
  const next = Math.min(...keys.flatMap(({ rehearsedUntil }) => rehearsedUntil ?? []));
  const read = useEffectEvent(again);
  useEffect(() => {
    if (next === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => read(), Math.max(0, next - Date.now()) + 500);
    return () => clearTimeout(timer);
  }, [next]);
}

/** Tells the window's commands which store or key they would be about. */
function useToldXks(row: XksRow | null): void {
  const select = useSelection((state) => state.select);
  const id = row?.id ?? null;
  const kind = row?.kind === 'key' ? 'xks-key' : 'xks-store';
  const name = row === null ? '' : nameOf(row);
  useEffect(() => {
    select(id === null ? null : { kind, id, name });
    return () => select(null);
  }, [select, id, kind, name]);
}
