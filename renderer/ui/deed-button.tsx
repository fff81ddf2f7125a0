import Button, { type ButtonProps } from '@mui/material/Button';
import Tooltip from '@mui/material/Tooltip';

/**
 * A button that says why it cannot be pressed just now: it stays where it is, can be reached, and
 * tells its reason to eye and screen reader alike. While its own deed runs it is `disabled`, and
 * keeps the focus all the same.
 */
export function DeedButton({
  blocked,
  disabled = false,
  onClick,
  children,
  ...rest
}: ButtonProps & { readonly blocked?: string | null }) {
  const why = blocked ?? (disabled ? '' : null);
  return (
    <Tooltip title={why ?? ''}>
      <Button
        {...rest}
        aria-disabled={why !== null || undefined}
        className={why === null ? '' : 'Mui-disabled'}
        style={why === null ? {} : { pointerEvents: 'auto', cursor: 'default' }}
        onClick={(event) => {
          if (why !== null) {
            event.preventDefault();
            return;
          }
          onClick?.(event);
        }}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
