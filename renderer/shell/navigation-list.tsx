import { useNavigation } from '../state/navigation.ts';
import { headings, type Place, places, type Screen } from '../state/places.ts';
import type { Snapshot } from '../state/snapshot.ts';
import styles from './shell.module.css';

/** How much of a place needs somebody; empty where nothing does. */
const told = (count: number): string => (count > 0 ? `! ${count.toLocaleString()}` : '');
const needs: Partial<Record<Screen, (snapshot: Snapshot) => string>> = {
  'key-groups': ({ counts }) => told(counts.groupsNeedYou),
  xks: ({ counts }) => told(counts.xksNeedYou),
  jobs: ({ counts }) => told(counts.needsYou),
  hsm: ({ hsm }) => (hsm === 'ready' || hsm === 'none' ? '' : '!'),
};

/** Every place of the window, under the three headings of the trade. */
export function NavigationList({ snapshot }: { readonly snapshot: Snapshot }) {
  return (
    <nav className={styles['navigation']} aria-label="Places">
      {Object.entries(headings).map(([id, heading]) => (
        <div key={id}>
          <h3>{heading}</h3>
          <ul>
            {places
              .filter(({ under }) => under === id)
              .map((place) => (
                <li key={place.screen}>
                  <PlaceButton place={place} count={needs[place.screen]?.(snapshot) ?? ''} />
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function PlaceButton({ place, count }: { readonly place: Place; readonly count: string }) {
  const { screen, go } = useNavigation();
  return (
    <button
      type="button"
      className={styles['place']}
      aria-current={screen === place.screen ? 'page' : undefined}
      onClick={() => go(place.screen)}
    >
      <span>{place.title}</span>
      {count === '' ? null : (
        <span className="tone-attention">
          {count}
          <span className="unseen"> needs you</span>
        </span>
      )}
    </button>
  );
}
