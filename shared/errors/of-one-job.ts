import type { FailureCode } from './failures.ts';

/** What keeps one job from being cancelled and is so of no other: the rest of several are asked all the same. */
export const ofOneJob: ReadonlySet<FailureCode> = new Set(['JOB_NOT_CANCELLABLE', 'NOT_FOUND']);
