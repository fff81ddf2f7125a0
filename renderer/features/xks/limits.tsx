import { useRead } from '../../state/reads.ts';
import styles from './xks.module.css';

/** What AWS does not have for these keys, and why; folded away until somebody asks. */
export function Limits() {
  const limits = useRead('xks.limits', {}).data;
  if (!limits) return null;
  return (
    <details>
      <summary>What AWS does not have for keys in external key stores</summary>
      <ul className={styles['points']}>
        {limits.unsupported.map(({ feature, reason }) => (
          <li key={feature}>
            <span aria-hidden="true" className="mono">
              –
            </span>
            <span>
              {feature.replaceAll('-', ' ')}: {reason}.
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
