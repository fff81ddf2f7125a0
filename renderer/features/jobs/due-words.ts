import type { OutputFor } from '../../../shared/contract/index.ts';

export type DueRow = OutputFor<'job.due'>['due'][number];

/** `Start 3 rotations`. */
export const startLabel = (count: number): string =>
  count === 1 ? 'Start 1 rotation' : `Start ${count} rotations`;
