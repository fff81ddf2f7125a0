import { sayCount } from '../../../shared/text/counted.ts';
import { nameOfKind } from '../../../shared/model/key-kinds.ts';
import { useMemo, useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import {
  assuranceTexts,
  emptyTexts,
  keyStateMeaning,
  keyStates,
  shortId,
} from '../../../shared/text/states.ts';
import { keyWorks } from '../../../shared/text/key-works.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useHeldRows } from '../../state/held-rows.ts';
import { type RowsOf, usePages } from '../../state/pages.ts';
import { PathByItsEnd } from '../../ui/isolated.tsx';
import { ContextMenu, type MenuPlace } from '../../ui/context-menu.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ListBar, usePresence } from '../../ui/list-bar.tsx';
import { NarrowField } from '../../ui/narrow-field.tsx';
import { ScreenFrame } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import { TreeProblem } from '../key-groups/tree-problem.tsx';
import { keyDeeds } from '../key-groups/use-tree-deeds.ts';
import { keyMenu } from './key-menu.ts';
import { sayAssurance } from './key-words.ts';
import styles from './keys.module.css';
import { useCheckKeys } from './use-check-keys.ts';
import { useToldKey } from './use-told-key.ts';

type KeyView = OutputFor<'key.list'>['keys'][number];

const nothing: readonly KeyView[] = [];
const idOf = ({ id }: KeyView): string => id;

const keyRows: RowsOf<OutputFor<'key.list'>, KeyView> = {
  in: ({ keys }) => keys,
  markOf: idOf,
  page: ({ total }, keys, next) => ({ keys, total, next }),
};

const columns: readonly Column<KeyView>[] = [
  {
    id: 'key',
    title: 'Key',
    width: 'minmax(212px, 2fr)',
    stays: true,
    cell: ({ reference }) => <PathByItsEnd path={reference} />,
  },
  {
    id: 'state',
    title: 'State',
    width: '148px',
    cell: (key) => (
      <span title={keyStateMeaning(key.state, keyWorks(key))}>
        <StateWord state={keyStates[key.state]} />
      </span>
    ),
  },
  { id: 'type', title: 'Type', width: '112px', cell: (key) => nameOfKind(key) },
  {
    id: 'kcv',
    title: 'KCV',
    width: '140px',
    cell: ({ kcv }) => (
      <>
        <code>{kcv.value}</code> <span className="detail">{kcv.method}</span>
      </>
    ),
  },
  {
    id: 'assurance',
    title: 'Assurance',
    width: '132px',
    cell: (key) => <span title={sayAssurance(key)}>{assuranceTexts[key.assurance]}</span>,
  },
  { id: 'aws', title: 'AWS', width: '136px', cell: ({ remote }) => remote?.state ?? '-' },
  {
    id: 'id',
    title: 'KMS key ID',
    width: '100px',
    cell: ({ remote }) =>
      remote ? (
        <code title={remote.keyId} aria-label={remote.keyId}>
          {shortId(remote.keyId)}
        </code>
      ) : (
        '-'
      ),
  },
  {
    id: 'expires',
    title: 'Expires',
    width: '112px',
    cell: ({ remote }) => (remote?.validTo == null ? '-' : <Moment at={remote.validTo} as="day" />),
  },
  {
    id: 'made',
    title: 'Made',
    width: '112px',
    cell: ({ madeAt }) => <Moment at={madeAt} as="day" />,
  },
];

/** Keys that hold the text somewhere, in an order that stays while somebody is at the list. */
function useKeys(find: string, someoneThere: boolean) {
  const pages = usePages('key.list', { find, limit: 200 }, { rows: keyRows });
  const fresh = useMemo(() => pages.data?.flatMap(({ keys }) => keys) ?? nothing, [pages.data]);
  const held = useHeldRows({
    list: `${find} ${pages.earlier ? 'earlier' : ''}`,
    fresh,
    idOf,
    held: someoneThere,
    more: pages.more,
  });
  return { ...pages, ...held, total: pages.data?.[0]?.total ?? 0 };
}

/** Key Management > Keys: every key there is, whatever its group. */
export function KeysScreen() {
  const [find, setFind] = useState('');
  const [selected, setSelected] = useState<string | null>(null);
  const [menu, setMenu] = useState<{ readonly key: KeyView; readonly place: MenuPlace } | null>(
    null,
  );
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const checking = useCheckKeys();
  const presence = usePresence();
  const keys = useKeys(find, presence.there);
  useToldKey(keys.rows.find(({ id }) => id === selected) ?? null);
  return (
    <ScreenFrame
      screen="keys"
      deeds={
        <div className={styles['find']}>
          <NarrowField label="Group, key ID, ARN, alias, KCV, material" onText={setFind} />
        </div>
      }
    >
      <div className={styles['screen']}>
        <ListBar
          arrived={keys.arrived}
          left={keys.left.length}
          one="new key"
          many="new keys"
          onShow={keys.release}
        >
          {`${sayCount(keys.rows.length)} of ${sayCount(keys.total)} ${keys.total === 1 ? 'key' : 'keys'} read`}
        </ListBar>
        <TreeProblem problems={[checking]} failure={keys.failure} />
        <div className={styles['table']} {...presence.around}>
          <DataTable
            label="Keys"
            columns={columns}
            rows={keys.rows}
            idOf={idOf}
            total={keys.total}
            selected={selected}
            onSelect={({ id }) => setSelected(id)}
            onOpen={({ id }) => show({ kind: 'key-properties', key: id })}
            onMenu={(key, place) => setMenu({ key, place })}
            more={keys.more}
            onEnd={keys.loadMore}
            onView={keys.look}
            onTop={presence.onTop}
            empty={whenEmpty(keys, 'Reading keys.', nothingIn(find))}
          />
        </div>
      </div>
      <ContextMenu
        label={menu ? `${menu.key.groupName}, version ${menu.key.version}` : ''}
        place={menu?.place ?? null}
        sections={menu ? keyMenu(menu.key, blocked, keyDeeds(show, checking.check)) : []}
        onClose={() => setMenu(null)}
      />
    </ScreenFrame>
  );
}

const nothingIn = (find: string): string =>
  find === '' ? emptyTexts.keys : emptyTexts.nothingFound(find);
