const moment = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const dayAndMinute = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: 'long' });

const sameDay = (a: number, b: number): boolean =>
  new Date(a).toDateString() === new Date(b).toDateString();

/** Local time with seconds; today without its date. */
export const sayTime = (at: number, now: number = Date.now()): string =>
  sameDay(at, now) ? clock.format(at) : moment.format(at);

/** For narrow columns: today with seconds, this year to the minute, else the day. */
export const sayShort = (at: number, now: number = Date.now()): string => {
  if (sameDay(at, now)) return clock.format(at);
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (thisYear ? dayAndMinute : day).format(at);
};

/** Local clock with seconds, where the day is told elsewhere. */
export const sayClock = (at: number): string => clock.format(at);

/** Local date, for plans and ends of life. */
export const sayDay = (at: number): string => day.format(at);

/** Local date and time with seconds. */
export const sayMoment = (at: number): string => moment.format(at);

/**
 * The core tells times within a sentence as exports do; people read local ones. What is told to the
 * minute is an end that is counted in days: its local day.
 */
export const localTimes = (text: string, now: number = Date.now()): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(?:\.\d+)?)?Z/g, (iso, seconds?: string) =>
    seconds === undefined ? sayDay(Date.parse(iso)) : sayTime(Date.parse(iso), now),
  );

/** The same moment for a tooltip: with its zone, and in UTC as exports write it. */
export const sayZone = (at: number): string => {
  const name = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${moment.format(at)}, ${name}; ${new Date(at).toISOString()}`;
};

/** `9:41`, for what counts down. */
export const sayLeft = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** `31 ms`, `19 s`, `2 min 05 s`, for how long something took. */
export const sayTook = (ms: number): string => {
  if (ms < 0) return 'an unknown time';
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 1000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60
    ? `${seconds} s`
    : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
};
