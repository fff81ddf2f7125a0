import { keyed } from '../../ui/keyed.ts';
import styles from './xks.module.css';

/** What follows from a deed, a line for each. */
export function Points({
  label,
  points,
}: {
  readonly label: string;
  readonly points: readonly string[];
}) {
  return (
    <section aria-label={label}>
      <h3>{label}</h3>
      <ul className={styles['points']}>
        {keyed(points).map(({ key, thing: point }) => (
          <li key={key}>
            <span aria-hidden="true" className="mono tone-attention">
              !
            </span>
            <span>{point}.</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
