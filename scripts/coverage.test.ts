import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/coverage.md'), 'utf8');
const rows = page
  .split('\n')
  .map((line) => /^\| (S\d-\d{3}) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, number = '', , shown = '', inWindow = '']) => ({ number, shown, inWindow }));

/** Files named in a cell, each with the title quoted after it. */
const claimsOf = (cell: string) =>
  [...cell.matchAll(/`([^`]+)`(?: "([^"]+)")?/g)].map(([, file = '', title]) => ({ file, title }));

it('lists S1-001 to S1-047, each once', () => {
  const wanted = Array.from({ length: 47 }, (_, at) => `S1-${String(at + 1).padStart(3, '0')}`);
  expect(rows.map((row) => row.number)).toEqual(wanted);
});

it.each(rows)('$number is shown by tests that are there', ({ shown }) => {
  expectThere(claimsOf(shown));
});

it.each(rows.slice(3))(
  '$number is shown in the window by a test that drives it',
  ({ inWindow }) => {
    const claims = claimsOf(inWindow);
    expectThere(claims);
    for (const { file, title } of claims) {
      expect(file).toMatch(/^e2e\/(?:window|console)\/[\w-]+\.spec\.ts$/);
      expect(title, `${file} has no title`).toBeDefined();
    }
  },
);

it('names tests that are there for every kind of check and every fault', () => {
  const at = page.indexOf('## Nine kinds of check');
  const told = page
    .slice(at)
    .split('\n')
    .filter((line) => /^\| (?!check |fault |line |-)/.test(line) && !line.startsWith('|---'));
  expect(told.length).toBeGreaterThanOrEqual(16);
  for (const line of told) expectThere(claimsOf(line));
});

function expectThere(claims: ReturnType<typeof claimsOf>): void {
  expect(claims.length).toBeGreaterThan(0);
  for (const { file, title } of claims) {
    expect(existsSync(join(root, file)), file).toBe(true);
    if (title !== undefined) expect(readFileSync(join(root, file), 'utf8')).toContain(title);
  }
}
