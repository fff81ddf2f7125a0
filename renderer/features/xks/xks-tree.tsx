import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { shortId } from '../../../shared/text/states.ts';
import type { MenuPlace } from '../../ui/context-menu.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { TreeGrid } from '../../ui/tree-grid.tsx';
import { nothingChosen } from '../../ui/row-selection.ts';
import styles from './xks.module.css';
import { useXksPlace } from './xks-place.ts';
import { nameOfRow, type XksRow } from './xks-rows.ts';
import { keyHere, keyNext, kmsKeyState, storeHere, storeNext, storeState } from './xks-words.ts';

const columns = [
  { id: 'name', title: 'Store or external key', least: 200, share: 3 },
  { id: 'aws', title: 'State in AWS', least: 148, share: 0 },
  { id: 'here', title: 'Here', least: 124, share: 0 },
  { id: 'id', title: 'ID', least: 116, share: 0 },
  { id: 'next', title: 'Next', least: 200, share: 3 },
] as const;

/** Stores and their external keys, as one tree by keyboard. */
export function XksTree({
  rows,
  selected,
  onMenu,
  empty,
}: {
  readonly rows: readonly XksRow[];
  readonly selected: string | null;
  readonly onMenu: (row: XksRow, place: MenuPlace) => void;
  readonly empty: ReactNode;
}) {
  const { select, toggle, landing, landed } = useXksPlace();
  const box = useRef<HTMLDivElement>(null);
  const there = landing !== null && rows.some(({ id }) => id === landing);
  useEffect(() => {
    if (!there) return;
    box.current?.focus({ preventScroll: true });
    landed();
  }, [there, landed]);
  const selection = useMemo(
    () =>
      selected === null
        ? nothingChosen
        : { active: selected, chosen: new Set([selected]), anchor: selected },
    [selected],
  );
  return (
    <TreeGrid
      label="External key stores"
      boxRef={box}
      columns={columns}
      rows={rows}
      indexOf={(id) => rows.findIndex((row) => row.id === id)}
      selection={selection}
      onSelect={({ active }) => select(active)}
      nameOf={nameOfRow}
      cellsOf={cellsOf}
      labelOf={labelOf}
      onToggle={({ id }, open) => toggle(id, open)}
      onActivate={(row) => {
        if (row.expanded !== null) toggle(row.id, !row.expanded);
      }}
      onMenu={(row, place) => {
        if (row !== null) onMenu(row, place);
      }}
      multiple={false}
      empty={empty}
    />
  );
}

const factsOf = (row: XksRow) =>
  row.kind === 'store'
    ? {
        aws: storeState(row.store),
        here: storeHere(row.store),
        id: row.store.inAws?.kmsStoreId ?? null,
        next: storeNext(row.store),
      }
    : {
        aws: kmsKeyState(row.key),
        here: keyHere(row.key),
        id: row.key.xksKeyId,
        next: keyNext(row.key),
      };

function cellsOf(row: XksRow): readonly ReactNode[] {
  const { aws, here, id, next } = factsOf(row);
  return [
    <span key="name" className={styles['name']} title={nameOfRow(row)}>
      <bdi>{nameOfRow(row)}</bdi>
    </span>,
    <StateWord key="aws" state={aws} />,
    <StateWord key="here" state={here} />,
    id === null ? (
      '-'
    ) : (
      <code key="id" title={id} aria-label={id}>
        {shortId(id)}
      </code>
    ),
    next === null ? (
      ''
    ) : (
      <span
        key="next"
        title={next.text}
        className={`${styles['name']} ${next.urgent ? 'tone-attention' : 'quiet'}`}
      >
        {next.urgent ? '! ' : ''}
        {next.text}
      </span>
    ),
  ];
}

function labelOf(row: XksRow): string {
  const { aws, here, next } = factsOf(row);
  const what = row.kind === 'store' ? 'external key store' : 'external key';
  const told = [`${nameOfRow(row)}, ${what}`, `in AWS ${aws.word}`, `here ${here.word}`];
  return [...told, ...(next === null ? [] : [next.text])].join(', ');
}
