import Button from '@mui/material/Button';
import { useEntry } from '../../state/entry.ts';

/** Leaves the first steps: everything done so far stays, and the rest is found in the window. */
export function LeaveGuide() {
  const guide = useEntry((state) => state.guide);
  return (
    <Button variant="text" onClick={() => guide(false)}>
      Leave the first steps
    </Button>
  );
}
