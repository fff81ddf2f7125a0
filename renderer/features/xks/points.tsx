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
        {points.map((point) => (
          <li key={point}>
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
