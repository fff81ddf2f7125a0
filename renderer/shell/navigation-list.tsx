import { type Screen, useNavigation } from '../state/navigation.ts';
import type { Snapshot } from '../state/snapshot.ts';
import styles from './shell.module.css';

interface Place {
  readonly screen: Screen;
  readonly title: string;
  readonly count?: (snapshot: Snapshot) => string;
}

const sections: readonly (readonly [string, readonly Place[]])[] = [
  [
    'Key management',
    [
      { screen: 'key-groups', title: 'Key Groups' },
      { screen: 'keys', title: 'Keys' },
    ],
  ],
  [
    'Logging and reporting',
    [
      {
        screen: 'jobs',
        title: 'Jobs',
        count: ({ counts }) => (counts.needsYou > 0 ? `! ${counts.needsYou}` : ''),
      },
      { screen: 'audit', title: 'Audit' },
    ],
  ],
  [
    'Administration',
    [
      { screen: 'hsm', title: 'HSM', count: ({ hsm }) => (hsm === 'pin-needed' ? '!' : '') },
      { screen: 'credentials', title: 'Credentials' },
      { screen: 'configuration', title: 'Configuration' },
      { screen: 'security', title: 'Security and backup' },
      { screen: 'practice', title: 'Practice' },
    ],
  ],
];

/** Every place of the window, under the three headings of the trade. */
export function NavigationList({ snapshot }: { readonly snapshot: Snapshot }) {
  const { screen, go } = useNavigation();
  return (
    <nav className={styles['navigation']} aria-label="Places">
      {sections.map(([heading, places]) => (
        <div key={heading}>
          <h3>{heading}</h3>
          <ul>
            {places.map((place) => {
              const count = place.count?.(snapshot) ?? '';
              return (
                <li key={place.screen}>
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
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </nav>
  );
}
