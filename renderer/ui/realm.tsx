import styles from './realm.module.css';

/** REAL KEYS or PRACTICE, never left out, never only a colour. */
export function RealmTag({ realm }: { readonly realm: 'real' | 'practice' }) {
  return (
    <span className={realm === 'real' ? styles['real'] : styles['practice']}>
      {realm === 'real' ? 'REAL KEYS' : 'PRACTICE'}
    </span>
  );
}

/** Stands on top of every window and dialog of a practice keystore. */
export function PracticeBand() {
  return (
    <div className={styles['band']}>
      <span className={styles['plate']}>PRACTICE · nothing leaves this computer</span>
    </div>
  );
}
