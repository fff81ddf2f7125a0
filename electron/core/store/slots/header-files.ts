import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { RandomBytes } from '../../ports.ts';
import { onDisk } from '../disk-errors.ts';
import { readSmallFile, writeDurably } from '../durable-file.ts';
import {
  decodeHeader,
  encodeHeader,
  largestHeader,
  type ReadHeader,
  type SlotHeader,
} from './header.ts';

/** Where the two copies of a keystore's slot header lie. */
export const headerPaths = (path: string): readonly [string, string] => [
  `${path}.slots`,
  `${path}.slots.copy`,
];

/** What was found: the headers worth trying, newest first, and whether a copy needs mending. */
export interface FoundHeaders {
  readonly candidates: readonly ReadHeader[];
  readonly complete: boolean;
}

/**
 * Reads both copies.
 * @throws OperationError KEYSTORE_HEADER_MISSING when neither is there, KEYSTORE_HEADER_DAMAGED when
 *   none can be read.
 */
export function readHeaders(path: string): FoundHeaders {
  const copies = headerPaths(path).map((file) =>
    onDisk('read slots', () => readSmallFile(file, largestHeader)),
  );
  if (copies.every((copy) => copy === null)) {
    throw new OperationError('KEYSTORE_HEADER_MISSING', { path: headerPaths(path)[0] });
  }
  const readable = copies.flatMap((copy) => {
    const header = copy instanceof Buffer ? decodeHeader(copy) : null;
    return header === null ? [] : [header];
  });
  const [first, second] = readable;
  if (first === undefined) {
    throw new OperationError('KEYSTORE_HEADER_DAMAGED', { path: headerPaths(path)[0] });
  }
  if (second === undefined) return { candidates: [first], complete: false };
  const [left, right] = copies;
  if (left instanceof Buffer && right instanceof Buffer && left.equals(right)) {
    return { candidates: [first], complete: true };
  }
  // An older one may open to a passphrase that was taken away: the store knows the newest revision
  // and refuses then. It is tried all the same, or one bad copy would lock everybody out.
  const candidates = [first, second].sort((a, b) => b.revision - a.revision);
  return { candidates, complete: false };
}

/** Writes both copies, one after the other: at every moment one whole header is on the disk. */
export function writeHeaders(
  path: string,
  header: SlotHeader,
  rootKey: Secret,
  random: RandomBytes,
): void {
  const bytes = encodeHeader(header, rootKey);
  for (const file of headerPaths(path))
    onDisk('write slots', () => writeDurably(file, bytes, random));
}
