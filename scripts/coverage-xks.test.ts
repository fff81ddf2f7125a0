import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const rows = readFileSync(join(root, 'docs/coverage.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| (S[23]-\d{3}|XKS-\d\d) \| ([^|]+) \| ([^|]+) \|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, number = '', , shown = '']) => ({ number, shown }));

/** Tests, transcripts, measurements and what they found, and the rules of the layers. */
const shows =
  /\.(test|spec)\.tsx?$|^e2e\/cli\/.+\.txt$|^bench\/|^docs\/|^\.dependency-cruiser\.cjs$/;

const numbers = (set: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${set}-${String(from + at).padStart(3, '0')}`);

it('lists S2-001 to S2-039, S3-138 to S3-168, and S3-011 and S3-012, each once', () => {
  const sources = rows.map(({ number }) => number).filter((number) => !number.startsWith('XKS'));
  expect(sources).toEqual([
    ...numbers('S2', 1, 39),
    ...numbers('S3', 138, 168),
    ...numbers('S3', 11, 12),
  ]);
});

it.each(rows)('$number is shown by what is there, or explained', ({ shown }) => {
  const claims = [...shown.matchAll(/`([^`]+\.[a-z]+)`(?: "([^"]+)")?/g)];
  if (claims.length === 0) expect(shown).toMatch(/^Explained: \w/);
  for (const [, file = '', title] of claims) {
    expect(file, 'what shows a line is a test, not the code itself').toMatch(shows);
    expect(existsSync(join(root, file)), file).toBe(true);
    if (title !== undefined) expect(readFileSync(join(root, file), 'utf8')).toContain(title);
  }
});
