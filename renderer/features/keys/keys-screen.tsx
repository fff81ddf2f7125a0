import { useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import {
  assuranceTexts,
  emptyTexts,
  keyStateMeanings,
  keyStates,
  shortId,
} from '../../../shared/text/states.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { usePages } from '../../state/reads.ts';
import { ContextMenu, type MenuPlace } from '../../ui/context-menu.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ScreenFrame } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { TreeProblem } from '../key-groups/tree-problem.tsx';
import { keyDeeds } from '../key-groups/use-tree-deeds.ts';
import { keyMenu } from './key-menu.ts';
import { sayAssurance } from './key-words.ts';
import styles from './keys.module.css';
import { useCheckKeys } from './use-check-keys.ts';

type KeyView = OutputFor<'key.list'>['keys'][number];

const columns: readonly Column<KeyView>[] = [
  {
    id: 'key',
    title: 'Key',
    width: 'minmax(180px, 2fr)',
    cell: ({ reference }) => <span title={reference}>{reference}</span>,
  },
  {
    id: 'state',
    title: 'State',
    width: '132px',
    cell: ({ state }) => (
      <span title={keyStateMeanings[state]}>
        <StateWord state={keyStates[state]} />
      </span>
    ),
  },
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
  { id: 'aws', title: 'AWS', width: '104px', cell: ({ remote }) => remote?.state ?? '-' },
  {
    id: 'id',
    title: 'KMS key ID',
    width: '112px',
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
    title: 'Expires in AWS',
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
  const pages = usePages('key.list', { find: find.trim(), limit: 200 });
  const rows = pages.data?.flatMap(({ keys }) => keys) ?? [];
  const total = pages.data?.at(-1)?.total ?? 0;
  const deeds = keyDeeds(show, checking.check);
  const empty = pages.pending
    ? 'Reading keys.'
    : find.trim() === ''
      ? emptyTexts.keys
      : emptyTexts.nothingFound(find.trim());
  return (
    <ScreenFrame
      title="Keys"
      deeds={
        <input
          type="search"
          className={styles['find']}
          aria-label="Show only keys with"
          placeholder="Group, key ID, ARN, alias, KCV, material"
          spellCheck={false}
          autoComplete="off"
          maxLength={512}
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
      }
    >
      <div className={styles['screen']}>
        <TreeProblem problems={[checking]} failure={pages.failure} />
        <div className={styles['table']}>
          <DataTable
            label="Keys"
            columns={columns}
            rows={rows}
            idOf={({ id }) => id}
            total={total}
            selected={selected}
            onSelect={({ id }) => setSelected(id)}
            onOpen={({ id }) => show({ kind: 'key-properties', key: id })}
            onMenu={(key, place) => setMenu({ key, place })}
            onEnd={pages.loadMore}
            empty={empty}
          />
        </div>
        <div className={styles['foot']} role="status">
          {`${rows.length.toLocaleString()} of ${total.toLocaleString()} read`}
        </div>
      </div>
      <ContextMenu
        label={menu ? `${menu.key.groupName}, version ${menu.key.version}` : ''}
        place={menu?.place ?? null}
        sections={menu ? keyMenu(menu.key, blocked, deeds) : []}
        onClose={() => setMenu(null)}
      />
    </ScreenFrame>
  );
}
