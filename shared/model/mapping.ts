import { addSpan, type SpanOfTime } from './span.ts';

/** `container`: each version is a KMS key of its own; `material`: all are materials of one KMS key. */
export const mappings = ['container', 'material'] as const;
export type Mapping = (typeof mappings)[number];

/** On-demand rotations that AWS grants one KMS key (AWS KMS developer guide, 2026). */
export const usualRotationLimit = 25;

/**
 * When the last of `most` rotations is made (ms), where rotation `next` is made at `at` and the group goes
 * on at its pace; null where none is left after it.
 */
export const lastRotationAt = (
  { next, most }: { readonly next: number; readonly most: number },
  at: number,
  every: SpanOfTime,
): number | null =>
  next > most ? null : addSpan(at, { unit: every.unit, amount: every.amount * (most - next) });
