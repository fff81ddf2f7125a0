import { isolate } from './isolate.ts';

/** Where a key came from that was not made in its group. */
export interface Origin {
  readonly broughtIn: boolean;
  readonly copiedFrom: {
    readonly group: string;
    readonly version: number;
    readonly reference: string | null;
  } | null;
}

/** In two parts, with the date between them; null: it was made here. */
export function originWords({ broughtIn, copiedFrom }: Origin): [string, string] | null {
  if (copiedFrom === null) return broughtIn ? ['Brought in on ', ', not made here'] : null;
  const { group, version, reference } = copiedFrom;
  const then = `${group}/${version}`;
  // a path from the root ends with the name
  const called = reference === null || `/${reference}`.endsWith(`/${then}`);
  const now = called ? '' : `, now ${isolate(reference)}`;
  return [`Copied from ${isolate(then)} on `, `${now}${broughtIn ? '; not made here' : ''}`];
}

/** The whole as one sentence without its full stop. */
export function originText(origin: Origin, at: string): string | null {
  const words = originWords(origin);
  return words === null ? null : `${words[0]}${at}${words[1]}`;
}

/** Beside a version whose kept copy cannot be compared. */
export const kcvOnly = 'likely: the KCVs are equal';
