import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const rows = readFileSync(join(root, 'docs/coverage-aws.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| (S\d)-(\d{3})(?: to S\d-(\d{3}))? \| ([^|]+) \| ([^|]+) \|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, set = '', from = '', to = from, , shown = '']) => ({ set, from, to, shown }));

const counted = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

it.each([
  ['S0', 128],
  ['S3', 137],
])('lists %s-001 to %i, each once and in order', (set, last) => {
  const listed = rows
    .filter((row) => row.set === set)
    .flatMap(({ from, to }) => counted(Number(from), Number(to)));
  expect(listed).toEqual(counted(1, last));
});

it.each(rows)(
  '$set-$from to $to is shown by what is there, explained, or not built',
  ({ shown }) => {
    const claims = [...shown.matchAll(/`([^`]+\.[a-z]+)`(?: "([^"]+)")?/g)];
    if (claims.length === 0) expect(shown).toMatch(/^(?:Explained|Partly|Not built)[:,] \w/);
    for (const [, file = '', title] of claims) {
      expect(file, 'a line is shown by a test or a page').toMatch(
        /\.(?:test|spec)\.tsx?$|^(?:docs|bench)\//,
      );
      expect(existsSync(join(root, file)), file).toBe(true);
      if (title !== undefined) expect(readFileSync(join(root, file), 'utf8')).toContain(title);
    }
  },
);
