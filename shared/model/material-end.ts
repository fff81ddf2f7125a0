/** What was last read of a KMS key that decides when its material ends. */
interface Read {
  /** As AWS names it. */
  readonly state: string;
  /** Milliseconds; null: never. */
  readonly validTo: number | null;
  /** Of one material among several, as AWS names it; null: it is the only one. */
  readonly importState: string | null;
}

/** Where versions share a KMS key, one is there while another is missing and AWS refuses the whole key. */
const isThere = ({ state, importState }: Read): boolean =>
  importState === null ? state === 'Enabled' || state === 'Disabled' : importState === 'IMPORTED';

/**
 * When AWS is to delete the material (ms) where a synchronization does not say it; null: never. As AWS has
 * it while the material is there and stays, for AWS may refuse another date in place (AWS API reference,
 * ImportKeyMaterial); else `asGroup`.
 */
export function usualEnd(
  read: Read | null,
  asGroup: number | null,
  { deleteMaterial }: { readonly deleteMaterial: boolean },
  now: number,
): number | null {
  if (read === null || deleteMaterial || !isThere(read)) return asGroup;
  return read.validTo === null || read.validTo > now ? read.validTo : asGroup;
}

const day = 86_400_000;
/** Milliseconds; the longest time before AWS deletes material at which it is imported again. */
export const longestLead = 30 * day;

/**
 * When material that AWS deletes at `validTo` (ms) is imported again, where a group gives it so many days:
 * 30 days before, or when half of its time is left, where that is less.
 */
export const renewalOf = (validTo: number, days: number): number =>
  validTo - Math.min(longestLead, (days * day) / 2);
