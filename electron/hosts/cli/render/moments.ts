import { shortId } from '../../../../shared/text/states.ts';
import type { Screen } from '../screen.ts';

/** How times and ids are written: for a person at a terminal, or whole for a program. */
export interface Style {
  /** A time; empty for null. */
  readonly when: (time: number | null) => string;
  /** The day of a time, where the minute tells nothing; whole for a program. */
  readonly day: (time: number | null) => string;
  /** Time of day only, where the day is clear. */
  readonly clock: (time: number | null) => string;
  readonly id: (id: string | null) => string;
  readonly width: number;
}

const two = (n: number): string => String(n).padStart(2, '0');

function local(time: number): { day: string; clock: string } {
  const d = new Date(time);
  return {
    day: `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`,
    clock: `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`,
  };
}

const iso = (time: number | null): string =>
  time === null ? '' : new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** People get local time and short ids; pipes get ISO 8601 UTC and whole ids. */
export function styleFor(screen: Pick<Screen, 'forPeople' | 'width'>): Style {
  if (!screen.forPeople) {
    return { when: iso, day: iso, clock: iso, id: (id) => id ?? '', width: screen.width };
  }
  return {
    when: (time) => {
      if (time === null) return '';
      const { day, clock } = local(time);
      return `${day} ${clock}`;
    },
    day: (time) => (time === null ? '' : local(time).day),
    clock: (time) => (time === null ? '' : local(time).clock),
    id: (id) => (id === null ? '' : shortId(id)),
    width: screen.width,
  };
}

/** A duration as a person says it. */
export function took(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}
