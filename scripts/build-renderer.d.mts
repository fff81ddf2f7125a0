/** True when the built window is of these sources. */
export function isFresh(): boolean;
/** Null when the window is there; else what the build said. */
export function buildRenderer(options?: { force?: boolean }): string | null;
