import { z } from 'zod';
import type { NumberedEntry } from '../state/journal.ts';
import type { World } from '../world.ts';
import { read } from './reading.ts';

/** A filter that fits little reads no more than this for one answer; `next` says where it stopped. */
const readAtOnce = 20_000;
const chunkSize = 500;

const querySchema = z.strictObject({
  before: z.coerce.number().int().min(1).default(Number.MAX_SAFE_INTEGER),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  operation: z.string().max(64).default(''),
  outcome: z.enum(['all', 'refused', 'struck', 'changed']).default('all'),
});
type Query = z.infer<typeof querySchema>;

function fits(entry: NumberedEntry, { operation, outcome }: Query): boolean {
  if (operation !== '' && entry.operation !== operation) return false;
  if (outcome === 'refused') return entry.error !== null;
  if (outcome === 'struck') return entry.mischief !== null;
  return outcome === 'all' || entry.effects.length > 0;
}

/** The last calls that fit, newest first, and where to read on; null at the end. */
export function latestCalls(world: World, query: URLSearchParams) {
  const wanted = read(querySchema, Object.fromEntries(query));
  const calls: NumberedEntry[] = [];
  let { before } = wanted;
  for (let seen = 0; seen < readAtOnce; seen += chunkSize) {
    const chunk = world.state.journal.latest(before, chunkSize);
    for (const entry of chunk) {
      if (calls.length === wanted.limit) return { calls: calls.map(shown), next: before };
      before = entry.seq;
      if (fits(entry, wanted)) calls.push(entry);
    }
    if (chunk.length < chunkSize) return { calls: calls.map(shown), next: null };
  }
  return { calls: calls.map(shown), next: before };
}

const shown = ({ trail: _trail, ...entry }: NumberedEntry) => entry;
