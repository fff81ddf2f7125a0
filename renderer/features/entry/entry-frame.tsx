import { type ReactNode, useEffect, useRef } from 'react';
import { useDialogs } from '../../state/dialogs.ts';
import { PracticeBand, RealmTag } from '../../ui/realm.tsx';
import styles from './entry.module.css';

/**
 * A page before the work begins: whose keystore it is on top, one question in the middle. The
 * heading takes the focus unless a field of the page does, also from a dialog that was opened by
 * what is no longer there.
 */
export function EntryFrame({
  title,
  step,
  lead,
  path,
  realm = null,
  corner,
  children,
}: {
  readonly title: string;
  /** Where somebody is on the way: `Step 2 of 6`. */
  readonly step?: string;
  readonly lead?: ReactNode;
  /** The keystore file, when it is known. */
  readonly path?: string;
  readonly realm?: 'practice' | 'real' | null;
  readonly corner?: ReactNode;
  readonly children?: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const covered = useDialogs((state) => state.open.length > 0);
  useEffect(() => {
    const focused = document.activeElement;
    const nowhere = focused === null || focused === document.body;
    if (nowhere && !covered) heading.current?.focus();
  }, [covered]);
  return (
    <div className={styles['page']}>
      <header>
        {realm === 'practice' ? <PracticeBand /> : null}
        <div className={styles['top']}>
          <span className={styles['brand']}>Keyreeve</span>
          {path === undefined ? null : (
            <span className={`${styles['path']} quiet`}>
              Keystore <code>{path}</code>
            </span>
          )}
          {realm === 'real' ? <RealmTag realm="real" /> : null}
          <span className={styles['end']}>{corner}</span>
        </div>
      </header>
      <main className={styles['middle']}>
        <div className={styles['card']}>
          <div className={styles['lead']}>
            {step === undefined ? null : <p className={styles['step']}>{step}</p>}
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {lead === undefined ? null : <p>{lead}</p>}
          </div>
          {children}
        </div>
      </main>
    </div>
  );
}

/** Buttons at the foot of a page, the one deed first. */
export function EntryDeeds({ children }: { readonly children: ReactNode }) {
  return <div className={styles['deeds']}>{children}</div>;
}
