import Button from '@mui/material/Button';
import { useEntry } from '../../state/entry.ts';
import { forgetScreen } from '../../state/kept-on-screen.ts';

/** Leaves the first steps: everything done so far stays, and the rest is found in the window. */
export function LeaveGuide() {
  const guide = useEntry((state) => state.guide);
  return (
    <Button
      variant="text"
      onClick={() => {
        forgetScreen();
        guide(false);
      }}
    >
      Leave the first steps
    </Button>
  );
}
