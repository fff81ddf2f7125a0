import { describe, expect, it } from 'vitest';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { knownRecords } from './known-records.ts';

type Page = OutputFor<'audit.list'>;

/** A page of these numbers, of a log that had `size` records. */
const page = (numbers: readonly number[], next: number | null, size = 9): Page => ({
  records: numbers.map((seq) => ({
    seq,
    at: seq,
    actor: 'root',
    channel: 'socket',
    action: 'folder.edit',
    objects: [],
    outcome: 'ok',
    details: {},
    hash: `${seq}`,
  })),
  size,
  head: `${size}`,
  signedSize: 0,
  signer: null,
  next,
});
const seen = (found: Page | null) =>
  found && [found.records.map(({ seq }) => seq), found.next ?? 'the beginning'];

describe('audit records that were read before', () => {
  const read = [page([9, 8, 7], 7), page([6, 5, 4], 4)];

  it.each([
    // One record came: the page begins one later.
    [8, 3, [[7, 6, 5], 5]],
    [5, 3, [[4], 4]],
    [10, 9, [[9, 8, 7, 6, 5, 4], 4]],
  ])('from %i, at most %i', (from, limit, expected) => {
    expect(seen(knownRecords(read, from, limit))).toEqual(expected);
  });

  it('end where the log begins', () => {
    expect(seen(knownRecords([page([3, 2, 1], null, 3)], 3, 9))).toEqual([[2, 1], 'the beginning']);
  });

  it('are none below what was read, nor above it: more may have come than a page', () => {
    expect(knownRecords(read, 4, 3)).toBeNull();
    expect(knownRecords(read, 11, 3)).toBeNull();
    expect(knownRecords([], 4, 3)).toBeNull();
  });

  it('tell what a filter found where it found nothing', () => {
    const nothing = [page([9], 7), page([], 2)];
    expect(seen(knownRecords(nothing, 7, 3))).toEqual([[], 2]);
  });
});
