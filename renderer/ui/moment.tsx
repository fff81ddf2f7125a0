import Tooltip from '@mui/material/Tooltip';
import { sayClock, sayDay, sayShort, sayTime, sayZone } from './moments.ts';

const ways = { time: sayTime, day: sayDay, short: sayShort, clock: sayClock } as const;

/** A time, local and with seconds; its zone and UTC in the tooltip. */
export function Moment({
  at,
  as = 'time',
}: {
  readonly at: number;
  /** `short`: for narrow columns, in full in the tooltip. */
  readonly as?: keyof typeof ways;
}) {
  return (
    <Tooltip title={sayZone(at)}>
      <time dateTime={new Date(at).toISOString()}>{ways[as](at)}</time>
    </Tooltip>
  );
}
