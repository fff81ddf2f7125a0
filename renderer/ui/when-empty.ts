import type { Read } from '../state/reads.ts';

/** What stands in place of rows: that there are none is said only of a list that was read. */
export const whenEmpty = <Told>(
  { pending, failure }: Pick<Read<unknown>, 'pending' | 'failure'>,
  reading: string,
  nothing: Told,
): Told | string => (failure !== null ? 'It could not be read.' : pending ? reading : nothing);
