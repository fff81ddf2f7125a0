import useMediaQuery from '@mui/material/useMediaQuery';
import { useId, useState } from 'react';
import { sayCount } from '../../shared/text/counted.ts';
import { useNavigation } from '../state/navigation.ts';
import { headings, type Place, places, type Screen } from '../state/places.ts';
import type { Snapshot } from '../state/snapshot.ts';
import { oneColumn } from '../ui/one-column.ts';
import styles from './shell.module.css';

/** How much of a place needs somebody; empty where nothing does. */
const told = (count: number): string => (count > 0 ? `! ${sayCount(count)}` : '');
const needs: Partial<Record<Screen, (snapshot: Snapshot) => string>> = {
  'key-groups': ({ counts }) => told(counts.groupsNeedYou),
  expiry: ({ counts }) => told(counts.endingNeedYou),
  xks: ({ counts }) => told(counts.xksNeedYou),
  jobs: ({ counts }) => told(counts.needsYou),
  hsm: ({ hsm }) => (hsm === 'ready' || hsm === 'none' ? '' : '!'),
};
const needOf = ({ screen }: Place, snapshot: Snapshot): string => needs[screen]?.(snapshot) ?? '';

/**
 * Every place of the window, under the three headings of the trade. Zoomed in far there is no room
 * beside the work: they open above it.
 */
export function NavigationList({ snapshot }: { readonly snapshot: Snapshot }) {
  const above = useMediaQuery(oneColumn, { noSsr: true });
  const [open, setOpen] = useState(false);
  const list = useId();
  return (
    <nav className={styles['navigation']} aria-label="Places">
      {above ? (
        <HereButton
          snapshot={snapshot}
          open={open}
          list={list}
          onToggle={() => setOpen((was) => !was)}
        />
      ) : null}
      {above && !open ? null : (
        <div id={list}>
          <PlaceList snapshot={snapshot} onGone={() => setOpen(false)} />
        </div>
      )}
    </nav>
  );
}

/** Says where one is, and opens the list of places. */
function HereButton({
  snapshot,
  open,
  list,
  onToggle,
}: {
  readonly snapshot: Snapshot;
  readonly open: boolean;
  /** Id of the list. */
  readonly list: string;
  readonly onToggle: () => void;
}) {
  const screen = useNavigation((state) => state.screen);
  const needed = places.some((place) => needOf(place, snapshot) !== '');
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
  snapshot,
  onGone,
}: {
  readonly snapshot: Snapshot;
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
              <PlaceButton place={place} count={needOf(place, snapshot)} onGone={onGone} />
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
