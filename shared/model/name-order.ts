/**
 * The one order of names, for lists, trees and pickers alike: without regard to case, and with
 * numbers by their value, so that `payments-2` stands before `payments-10`.
 */

/**
 * A text for a name that sorts, byte for byte, as the name does: a database can keep it and page by
 * it. Each run of digits becomes `0`, its length in two hexadecimal digits, and the digits without
 * leading zeros. The folded name follows, so that no two different ones are equal.
 *
 * The same is written in SQL in migration 9, for names that were there before.
 */
export function nameOrder(name: string): string {
  const folded = name.toWellFormed().normalize('NFKC').toLowerCase();
  const counted = folded.replace(/[0-9]+/g, (run) => {
    const digits = run.replace(/^0+/, '');
    return `0${digits.length.toString(16).padStart(2, '0')}${digits}`;
  });
  return `${counted}\u0001${folded}`;
}

/** Compares as a database compares: by code points, not by UTF-16 units. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((character, n) => character !== right[n]);
  if (at < 0) return -1;
  return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}

/** These things in the order of their names; of equal names, by id. */
export function inNameOrder<Thing extends { readonly id: string; readonly name: string }>(
  things: readonly Thing[],
): Thing[] {
  return things
    .map((thing) => ({ thing, order: nameOrder(thing.name) }))
    .sort((a, b) => compare(a.order, b.order) || compare(a.thing.id, b.thing.id))
    .map(({ thing }) => thing);
}
