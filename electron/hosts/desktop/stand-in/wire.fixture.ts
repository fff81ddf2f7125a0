/** What the stand-in's main process and its children say to each other over a Node fork. */
export type StandInFrame =
  /** A message to the process itself, with lines handed over beside it. */
  | { readonly to: 'process'; readonly data: unknown; readonly lines: readonly number[] }
  /** A message over a line. */
  | { readonly to: number; readonly data: unknown }
  /** The other end of a line is gone. */
  | { readonly closed: number };
