import Tooltip from '@mui/material/Tooltip';
import { sayDay, sayTime, sayZone } from './moments.ts';

/** A time, local and with seconds; its zone and UTC in the tooltip. */
export function Moment({ at, as = 'time' }: { readonly at: number; readonly as?: 'time' | 'day' }) {
  return (
    <Tooltip title={sayZone(at)}>
      <time dateTime={new Date(at).toISOString()}>{as === 'day' ? sayDay(at) : sayTime(at)}</time>
    </Tooltip>
  );
}
