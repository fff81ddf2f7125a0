import styles from './entry.module.css';
import { EntryFrame } from './entry-frame.tsx';
import type { Way } from './guide-step.ts';

const ways: readonly { readonly way: Way; readonly title: string; readonly meaning: string }[] = [
  {
    way: 'practise',
    title: 'Practise, nothing leaves this computer',
    meaning:
      'A keystore of its own for practice keys, with a practice KMS beside it. To the first rotated key in about a minute.',
  },
  {
    way: 'open',
    title: 'Open a keystore',
    meaning: 'One that is elsewhere on this computer, or one that comes back from a backup.',
  },
  {
    way: 'real',
    title: 'Create a real keystore',
    meaning:
      'For keys that protect real data. Asks for a second place for backups, and for the second copy of the HSM master key.',
  },
];

/** Where everything starts: no keystore stands at this place yet. */
export function ChooseWay({
  path,
  onWay,
}: {
  readonly path: string;
  readonly onWay: (way: Way) => void;
}) {
  return (
    <EntryFrame
      title="What would you like to do?"
      path={path}
      lead="Keyreeve keeps the originals of your keys in a keystore and sends copies to AWS KMS. There is no keystore at this place yet."
    >
      <div className={styles['ways']}>
        {ways.map(({ way, title, meaning }) => (
          <button
            key={way}
            type="button"
            className={`${styles['way']} ${way === 'practise' ? styles['first'] : ''}`}
            onClick={() => onWay(way)}
          >
            <strong>{title}</strong>
            <span className={styles['meaning']}>{meaning}</span>
          </button>
        ))}
      </div>
    </EntryFrame>
  );
}
