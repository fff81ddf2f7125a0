import Dialog from '@mui/material/Dialog';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { useNotices } from '../state/notices.ts';
import { useSnapshot } from '../state/snapshot.ts';
import styles from './dialog-frame.module.css';
import { RealmTag, PracticeBand } from './realm.tsx';

export interface DialogFrameProps {
  readonly title: string;
  /** One line under the title: which key, where. */
  readonly subject?: ReactNode;
  readonly children: ReactNode;
  /** Stands above the buttons, in sight however far the body is scrolled. */
  readonly outcome?: ReactNode;
  /** Buttons; the one primary deed last. */
  readonly deeds: ReactNode;
  readonly width?: 'small' | 'medium' | 'wide';
  /** Keeps one height whatever is in it, so that nothing moves while it is filled in or checked. */
  readonly steady?: boolean;
  readonly onClose: () => void;
  /** Enter in a field does this; the primary button is type="submit" then. */
  readonly onSubmit?: () => void;
  /** Nothing may close it while this is true. */
  readonly busy?: boolean;
}

const widths = { small: 480, medium: 640, wide: 860 } as const;
const steadyHeight = 'min(680px, calc(100vh - 32px))';

/**
 * The frame of every dialog: says at once whether real keys are touched, keeps title and deeds in
 * sight while its body scrolls, closes with Esc, and gives the focus back where it was.
 */
export function DialogFrame(props: DialogFrameProps) {
  const { title, subject, children, deeds, onClose, onSubmit, busy = false } = props;
  const heading = useId();
  const realm = useSnapshot().data?.keystore.realm ?? null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // A dialog over this one is below it in React's tree: its form is not this one's.
    event.stopPropagation();
    if (!busy) onSubmit?.();
  };
  return (
    <Dialog
      open
      onClose={() => (busy ? undefined : onClose())}
      aria-labelledby={heading}
      maxWidth={false}
      slotProps={{
        paper: {
          style: {
            width: `min(${widths[props.width ?? 'medium']}px, calc(100vw - 32px))`,
            ...(props.steady ? { height: steadyHeight } : {}),
          },
          className: styles['paper'] ?? '',
        },
      }}
    >
      {realm === 'practice' ? <PracticeBand /> : null}
      <form className={styles['form']} onSubmit={submit} noValidate>
        <header className={styles['head']}>
          <div>
            <h2 id={heading}>{title}</h2>
            {subject === undefined ? null : <div className="detail">{subject}</div>}
          </div>
          {realm === 'real' ? <RealmTag realm={realm} /> : null}
        </header>
        {/* A body that scrolls must be reachable by keyboard even when nothing in it takes focus. */}
        <div className={styles['body']} tabIndex={0} role="group" aria-labelledby={heading}>
          {children}
        </div>
        {props.outcome === undefined ? null : (
          <div className={styles['outcome']}>{props.outcome}</div>
        )}
        <footer className={styles['deeds']}>{deeds}</footer>
        <Said />
      </form>
    </Dialog>
  );
}

/** What the bottom line says from now on, read out here: behind a dialog nothing is heard. */
function Said() {
  const latest = useNotices((state) => state.latest);
  const [before] = useState(latest?.id);
  return (
    <span role="status" className="unseen">
      {latest?.id === before ? '' : latest?.text}
    </span>
  );
}
