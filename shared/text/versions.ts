import { counted } from './counted.ts';

/** `version 2`, `versions 1, 2 and 5`, `versions 1 to 40 and 44`. */
export function sayVersions(versions: readonly number[]): string {
  const runs: { from: number; to: number }[] = [];
  for (const version of versions.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && version === last.to + 1) last.to = version;
    else runs.push({ from: version, to: version });
  }
  const parts = runs.flatMap(({ from, to }) => {
    if (to === from) return [`${from}`];
    return to === from + 1 ? [`${from}`, `${to}`] : [`${from} to ${to}`];
  });
  const last = parts.pop() ?? '';
  const word = versions.length === 1 ? 'version' : 'versions';
  return `${word} ${parts.length === 0 ? last : `${parts.join(', ')} and ${last}`}`;
}

/** `the key`, `all 3 keys`, `3 of 5 keys`. */
export const sayShare = (n: number, of: number): string =>
  n < of ? `${n} of ${counted(of, 'key')}` : n === 1 ? 'the key' : `all ${counted(n, 'key')}`;
