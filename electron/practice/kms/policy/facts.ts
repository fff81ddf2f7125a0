/** What a request says about itself, by condition key in lower case. */
export type FactRecord = Readonly<Record<string, readonly string[]>>;

/** Looks up condition keys. A key that is absent has no values. */
export interface Facts {
  /** `key` in lower case. */
  find(key: string): readonly string[];
}

const nothing: readonly string[] = [];

/**
 * Most policies have no conditions, so nothing is put together before one asks. A later source
 * adds to an earlier one.
 */
export function lazyFacts(...sources: readonly (() => FactRecord)[]): Facts {
  let known: FactRecord | null = null;
  return {
    find(key) {
      known ??= Object.assign({}, ...sources.map((source) => source())) as FactRecord;
      return Object.hasOwn(known, key) ? (known[key] ?? nothing) : nothing;
    },
  };
}
