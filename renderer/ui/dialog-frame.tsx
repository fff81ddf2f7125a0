import type { ButtonProps } from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import {
  createContext,
  type FormEvent,
  type ReactNode,
  use,
  useEffect,
  useEffectEvent,
  useId,
  useRef,
  useState,
} from 'react';
import { useNotices } from '../state/notices.ts';
import { useSnapshot } from '../state/snapshot.ts';
import { DeedButton } from './deed-button.tsx';
import styles from './dialog-frame.module.css';
import { PracticeMark, practiceMark } from './practice-mark.ts';
import { RealmTag, PracticeBand } from './realm.tsx';

export interface DialogFrameProps {
  readonly title: string;
  /** One line under the title: which key, where. */
  readonly subject?: ReactNode;
  readonly children: ReactNode;
  /** Stands above the buttons, in sight however far the body is scrolled. */
  readonly outcome?: ReactNode;
  /** Buttons: `LeaveButton` first, the one primary deed last. */
  readonly deeds: ReactNode;
  readonly width?: 'small' | 'medium' | 'wide';
  /** Keeps one height whatever is in it, so that nothing moves while it is filled in or checked. */
  readonly steady?: boolean;
  /** Leaves it: by Esc and by its `LeaveButton` alike, and only while nothing runs. */
  readonly onClose: () => void;
  /** Enter in a field does this; the primary button is type="submit" then. */
  readonly onSubmit?: () => void;
  /** A call that it began is under way: it stays until that is answered. */
  readonly busy?: boolean;
}

const widths = { small: 480, medium: 640, wide: 860 } as const;
const steadyHeight = 'min(680px, calc(100vh - 32px))';

interface Leaving {
  readonly busy: boolean;
  readonly leave: () => void;
}
const LeavingContext = createContext<Leaving>({ busy: false, leave: () => undefined });

/**
 * The button that leaves a dialog without its deed: Cancel, Close, Keep it. It does what Esc does.
 * While a call runs both wait, for what was asked for goes on whether it is watched or not; the
 * button keeps the focus and says why.
 */
export function LeaveButton(props: Omit<ButtonProps, 'onClick' | 'disabled'>) {
  const { busy, leave } = use(LeavingContext);
  return <DeedButton {...props} unmarked blocked={busy ? waiting : null} onClick={leave} />;
}
const waiting = 'Waits for the answer to what was asked for.';

/**
 * The frame of every dialog: says at once whether real keys are touched, keeps title and deeds in
 * sight while its body scrolls, and gives the focus back where it was. Esc and its `LeaveButton`
 * leave it, a click beside it does not: what was typed is not lost by a slip.
 */
export function DialogFrame(props: DialogFrameProps) {
  const { title, subject, children, deeds, onClose, onSubmit, busy = false } = props;
  const heading = useId();
  const realm = useSnapshot().data?.keystore.realm ?? null;
  const root = useRef<HTMLDivElement>(null);
  useLostEscape(root, () => {
    if (!busy) onClose();
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // A dialog over this one is below it in React's tree: its form is not this one's.
    event.stopPropagation();
    if (!busy) onSubmit?.();
  };
  return (
    <Dialog
      open
      ref={root}
      onClose={(_event, reason) => {
        if (reason === 'escapeKeyDown' && !busy) onClose();
      }}
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
      <PracticeMark value={realm === 'practice' ? practiceMark : ''}>
        {realm === 'practice' ? <PracticeBand /> : null}
        <form className={styles['form']} onSubmit={submit} noValidate>
          {/* No landmarks of the page: a dialog would have a second banner and its own end of the page. */}
          <header role="presentation" className={styles['head']}>
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
          <LeavingContext value={{ busy, leave: onClose }}>
            <footer role="presentation" className={styles['deeds']}>
              {deeds}
            </footer>
          </LeavingContext>
          <Said />
        </form>
      </PracticeMark>
    </Dialog>
  );
}

/**
 * Esc where the focus is nowhere: what had it went away (a button gave way to another), and no
 * dialog would hear it. The topmost one does.
 */
function useLostEscape(root: React.RefObject<HTMLDivElement | null>, leave: () => void): void {
  const left = useEffectEvent(leave);
  useEffect(() => {
    const onKeyDown = ({ key, target, defaultPrevented }: KeyboardEvent): void => {
      if (key !== 'Escape' || defaultPrevented) return;
      if (target instanceof Element && target.closest('.MuiModal-root')) return;
      const topmost = [...document.querySelectorAll('.MuiModal-root')].at(-1);
      if (root.current !== null && topmost === root.current) left();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [root]);
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
