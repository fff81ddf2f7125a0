/**
 * Whether `text` is what `pattern` describes: `*` for any run of characters, `?` for one. Takes at
 * most length times length steps, whatever the pattern is.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let [p, t] = [0, 0];
  let star = -1;
  let retry = 0;
  while (t < text.length) {
    const wanted = pattern[p];
    if (wanted === '*') {
      star = p++;
      retry = t;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++retry;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

const arnParts = 6;

/**
 * The same for a pattern of an ARN that lets something in: each of its parts is compared with its own part, as
 * AWS's ArnLike does. Users and roles may have colons in their paths, so a wildcard that ran over several parts
 * would find the account it asks for in the name of somebody else's. The last part of the pattern, the
 * sixth at the latest, is compared with all that is left.
 */
export function matchesArn(pattern: string, text: string): boolean {
  if (!pattern.startsWith('arn:')) return matchesGlob(pattern, text);
  const wanted = partsOf(pattern, arnParts);
  const given = partsOf(text, wanted.length);
  return (
    wanted.length === given.length && wanted.every((part, at) => matchesGlob(part, given[at] ?? ''))
  );
}

/** So many parts at most, the last with all that is left. */
function partsOf(text: string, most: number): string[] {
  const parts = text.split(':');
  return [
    ...parts.slice(0, most - 1),
    ...(parts.length < most ? [] : [parts.slice(most - 1).join(':')]),
  ];
}
