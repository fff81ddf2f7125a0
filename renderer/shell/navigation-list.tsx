import useMediaQuery from '@mui/material/useMediaQuery';
import { useId, useState } from 'react';
import { sayCount } from '../../shared/text/counted.ts';
import { useNavigation } from '../state/navigation.ts';
import { headings, type Place, places, type Screen } from '../state/places.ts';
import { useRead } from '../state/reads.ts';
import type { Snapshot } from '../state/snapshot.ts';
import { oneColumn } from '../ui/one-column.ts';
import styles from './shell.module.css';

/** How much of a place needs somebody; empty where nothing does. */
const told = (count: number): string => (count > 0 ? `! ${sayCount(count)}` : '');
interface Needing {
  readonly snapshot: Snapshot;
  /** How many deeds wait for a second person. */
  readonly unapproved: number;
}
const needs: Partial<Record<Screen, (of: Needing) => string>> = {
  'key-groups': ({ snapshot: { counts } }) => told(counts.groupsNeedYou),
  expiry: ({ snapshot: { counts } }) => told(counts.endingNeedYou),
  xks: ({ snapshot: { counts } }) => told(counts.xksNeedYou),
  jobs: ({ snapshot: { counts } }) => told(counts.needsYou),
  hsm: ({ snapshot: { hsm } }) => (hsm === 'ready' || hsm === 'none' ? '' : '!'),
  approvals: ({ unapproved }) => told(unapproved),
};
const needOf = ({ screen }: Place, needing: Needing): string => needs[screen]?.(needing) ?? '';

/**
 * Every place of the window, under the three headings of the trade. Zoomed in far there is no room
 * beside the work: they open above it.
 */
export function NavigationList({ snapshot }: { readonly snapshot: Snapshot }) {
  const above = useMediaQuery(oneColumn, { noSsr: true });
  const { data } = useRead('approval.list', {});
  const unapproved = data?.requests.filter(({ state }) => state === 'open').length ?? 0;
  const needing: Needing = { snapshot, unapproved };
  const [open, setOpen] = useState(false);
  const list = useId();
  return (
    <nav className={styles['navigation']} aria-label="Places">
      {above ? (
        <HereButton
          needing={needing}
          open={open}
          list={list}
          onToggle={() => setOpen((was) => !was)}
        />
      ) : null}
      {above && !open ? null : (
        <div id={list}>
          <PlaceList needing={needing} onGone={() => setOpen(false)} />
        </div>
      )}
    </nav>
  );
}

/** Says where one is, and opens the list of places. */
function HereButton({
  needing,
  open,
  list,
  onToggle,
}: {
  readonly needing: Needing;
  readonly open: boolean;
  /** Id of the list. */
  readonly list: string;
  readonly onToggle: () => void;
}) {
  const screen = useNavigation((state) => state.screen);
  const needed = places.some((place) => needOf(place, needing) !== '');
  return (
    <button
      type="button"
      className={`${styles['place']} ${styles['here']}`}
      aria-expanded={open}
      {...(open ? { 'aria-controls': list } : {})}
      onClick={onToggle}
    >
      <span>
        <span className="quiet">Places: </span>
        {places.find((place) => place.screen === screen)?.title}
      </span>
      {needed ? <Need count="!" /> : null}
    </button>
  );
}

function PlaceList({
  needing,
  onGone,
}: {
  readonly needing: Needing;
  readonly onGone: () => void;
}) {
  return Object.entries(headings).map(([id, heading]) => (
    <div key={id}>
      <h2>{heading}</h2>
      <ul>
        {places
          .filter(({ under }) => under === id)
          .map((place) => (
            <li key={place.screen}>
              <PlaceButton place={place} count={needOf(place, needing)} onGone={onGone} />
            </li>
          ))}
      </ul>
    </div>
  ));
}

function PlaceButton({
  place,
  count,
  onGone,
}: {
  readonly place: Place;
  readonly count: string;
  readonly onGone: () => void;
}) {
  const { screen, go } = useNavigation();
  return (
    <button
      type="button"
      className={styles['place']}
      aria-current={screen === place.screen ? 'page' : undefined}
      onClick={() => {
        go(place.screen);
        onGone();
      }}
    >
      <span>{place.title}</span>
      {count === '' ? null : <Need count={count} />}
    </button>
  );
}

function Need({ count }: { readonly count: string }) {
  return (
    <span className="tone-attention">
      {count}
      <span className="unseen"> {/^! ?1?$/.test(count) ? 'needs' : 'need'} you</span>
    </span>
  );
}
