/** How long failures that may pass are met by trying again. */
export interface Patience {
  readonly tries: number;
  /** Milliseconds from the first try. */
  readonly within: number;
}

/** A job has time: eight tries or half an hour. */
export const jobPatience: Patience = { tries: 8, within: 30 * 60_000 };
/** A person looks on. */
export const personPatience: Patience = { tries: 2, within: 15_000 };
