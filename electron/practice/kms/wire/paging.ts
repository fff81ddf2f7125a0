import type { Seal } from '../auth/seal.ts';
import { KmsFailure } from './failures.ts';
import { integer, optional, string } from './members.ts';

/** The paging members every List operation takes. */
export const pagingFields = {
  Limit: optional(integer({ min: 1, max: 1000 })),
  Marker: optional(
    string({
      min: 1,
      max: 1024,
      pattern: /^[ -\u00FF]*$/,
      patternText: String.raw`[\u0020-\u00FF]*`,
    }),
  ),
};

/** How many entries an operation returns when not asked, and at most. */
export interface PageSizes {
  readonly usual: number;
  readonly most: number;
}

export interface PageRequest {
  readonly Limit?: number;
  readonly Marker?: string;
}

/**
 * Reads one page. `scope` ties a marker to its operation, account, region and filter, so that a
 * marker from elsewhere is refused (InvalidMarkerException). Limits above what the operation
 * gives are cut down, as AWS does.
 */
export function readPage<T>(
  seal: Seal,
  scope: string,
  request: PageRequest,
  sizes: PageSizes,
  fetch: (after: string, limit: number) => readonly T[],
  positionOf: (item: T) => string,
): { readonly items: readonly T[]; readonly Truncated: boolean; readonly NextMarker?: string } {
  const limit = Math.min(request.Limit ?? sizes.usual, sizes.most);
  const after = request.Marker === undefined ? '' : openMarker(seal, scope, request.Marker);
  const found = fetch(after, limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  if (found.length <= limit || last === undefined) return { items, Truncated: false };
  const marker = seal.seal([scope, positionOf(last)]).toString('base64');
  return { items, Truncated: true, NextMarker: marker };
}

function openMarker(seal: Seal, scope: string, marker: string): string {
  const opened = seal.open(Buffer.from(marker, 'base64'));
  if (Array.isArray(opened) && opened[0] === scope && typeof opened[1] === 'string') {
    return opened[1];
  }
  throw new KmsFailure('InvalidMarkerException', 'The marker is not valid for this request.');
}

/** A page over a list that is held in memory, by position. */
export function pageOfList<T>(
  items: readonly T[],
): [fetch: (after: string, limit: number) => readonly T[], positionOf: (item: T) => string] {
  return [
    (after, limit) => {
      const start = after === '' ? 0 : Number(after) + 1;
      return items.slice(start, start + limit);
    },
    (item) => String(items.indexOf(item)),
  ];
}

/**
 * The same over a list in the order of its ids: what goes between two pages makes none of the others
 * be left out.
 */
export function pageOfSorted<T>(
  items: readonly T[],
  idOf: (item: T) => string,
): [fetch: (after: string, limit: number) => readonly T[], positionOf: (item: T) => string] {
  return [(after, limit) => items.filter((item) => idOf(item) > after).slice(0, limit), idOf];
}
