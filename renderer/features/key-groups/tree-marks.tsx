import styles from './key-groups.module.css';

/** Stands for AWS beside every group whose keys go there; faint while nothing is there yet. */
export function CloudMark({ faint = false }: { readonly faint?: boolean }) {
  return (
    <svg
      viewBox="0 0 16 16"
      className={styles['mark']}
      data-faint={faint || undefined}
      aria-hidden="true"
    >
      <path
        d="M4.6 12.5a2.9 2.9 0 0 1-.4-5.8 3.9 3.9 0 0 1 7.4-.9 3.4 3.4 0 0 1-.2 6.7z"
        fill={faint ? 'none' : 'currentColor'}
        stroke="currentColor"
        strokeWidth="1.2"
        strokeLinejoin="round"
      />
    </svg>
  );
}

export function FolderMark() {
  return (
    <svg viewBox="0 0 16 16" className={styles['mark']} data-folder aria-hidden="true">
      <path
        d="M1.8 4.2c0-.6.4-1 1-1h3.1l1.4 1.6h5.9c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1H2.8c-.6 0-1-.4-1-1z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.2"
        strokeLinejoin="round"
      />
    </svg>
  );
}
