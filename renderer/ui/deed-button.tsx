import Button, { type ButtonProps } from '@mui/material/Button';
import Tooltip from '@mui/material/Tooltip';
import { use, useEffect, useState } from 'react';
import { PracticeMark } from './practice-mark.ts';

/**
 * A button that says why it cannot be pressed just now: it stays where it is, can be reached, and
 * tells its reason to eye and screen reader alike; also when Enter in a field of its form presses it
 * from afar. While its own deed runs it is `disabled`, and keeps the focus all the same.
 *
 * The primary one of a dialog says of itself that it is for practice. `unmarked` is one that changes
 * nothing, or whose words say it already; what only leads on to another question ends in "…".
 */
export function DeedButton({
  blocked,
  disabled = false,
  unmarked = false,
  onClick,
  children,
  ...rest
}: ButtonProps & { readonly blocked?: string | null; readonly unmarked?: boolean }) {
  const mark = use(PracticeMark);
  const goesOn = typeof children === 'string' && children.endsWith('…');
  const why = blocked ?? (disabled ? '' : null);
  const [open, setOpen] = useState(false);
  const [told, tell] = useState('');
  useClosedByNextStep(told !== '', () => {
    setOpen(false);
    tell('');
  });
  return (
    <>
      <Tooltip
        title={why ?? ''}
        open={open}
        onOpen={() => setOpen(true)}
        onClose={() => setOpen(false)}
      >
        <Button
          {...rest}
          aria-disabled={why !== null || undefined}
          className={[rest.className, why === null ? '' : 'Mui-disabled'].join(' ').trim()}
          style={why === null ? {} : { pointerEvents: 'auto', cursor: 'default' }}
          onClick={(event) => {
            if (why === null) {
              onClick?.(event);
              return;
            }
            event.preventDefault();
            tell(why);
            setOpen(why !== '');
          }}
        >
          {children}
          {rest.variant === 'contained' && !unmarked && !goesOn ? mark : null}
        </Button>
      </Tooltip>
      {why ? (
        <span aria-live="polite" className="unseen">
          {told}
        </span>
      ) : null}
    </>
  );
}

/** What was said after a press has been heard once somebody goes on. */
function useClosedByNextStep(told: boolean, close: () => void): void {
  useEffect(() => {
    if (!told) return;
    const steps = ['keydown', 'pointerdown'] as const;
    for (const step of steps) document.addEventListener(step, close, { once: true });
    return () => {
      for (const step of steps) document.removeEventListener(step, close);
    };
  });
}
