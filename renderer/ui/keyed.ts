/**
 * Things that are told apart by what they say, each with a key for React: two that say the same are
 * two lines all the same, and none takes the place of another when a line comes or goes.
 */
export function keyed<Thing>(
  things: readonly Thing[],
  textOf: (thing: Thing) => string = String,
): readonly { readonly key: string; readonly thing: Thing }[] {
  const seen = new Map<string, number>();
  return things.map((thing) => {
    const text = textOf(thing);
    const before = seen.get(text) ?? 0;
    seen.set(text, before + 1);
    return { key: `${before} ${text}`, thing };
  });
}
