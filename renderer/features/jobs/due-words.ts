import { countDue, type DueThing } from '../../../shared/text/due.ts';

const of = (things: readonly DueThing[], what: DueThing['what']): number =>
  things.filter((thing) => thing.what === what).length;

/** `3 rotations and 1 renewal`. */
export const sayThings = (things: readonly DueThing[]): string =>
  countDue(of(things, 'rotation'), of(things, 'renewal'));

/** `Start 3 rotations and 1 renewal`. */
export const startLabel = (things: readonly DueThing[]): string =>
  things.length === 0 ? 'Start' : `Start ${sayThings(things)}`;
