/** Resolves once the parent of this process is gone, where npm started it; else never. */
export function npmGone(): Promise<void>;
