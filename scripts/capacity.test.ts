import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** The cells of each row of a Markdown table whose first column is `call` or a round. */
function rows(path: string, heading: string): string[][] {
  const text = readFileSync(path, 'utf8');
  const at = text.indexOf(heading);
  if (at < 0) throw new Error(`${path} has no ${heading}`);
  return text
    .slice(at)
    .split('\n')
    .filter((line) => /^\| ((En|De)crypt|\d+ \|)/.test(line))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
}

it('is what was measured last: the capacity of an XKS proxy', () => {
  const told = rows('docs/xks-production.md', '## Capacity');
  const measured = rows('bench/results/xks.md', '## As fast as it is answered');
  const fast = measured
    .filter(([call]) => /crypt/.test(call ?? ''))
    .map(([call, connections, , proxy, , , cpu, p50, p99]) =>
      [call, connections, proxy, p50, p99, cpu].join(' · '),
    );
  const steady = measured
    .filter(([round]) => /^\d+$/.test(round ?? ''))
    .map(([round, , p50, p99, longest, over]) => [round, p50, p99, longest, over].join(' · '));
  expect(fast.length).toBeGreaterThan(0);
  expect(told.map((row) => row.join(' · '))).toEqual([...fast, ...steady]);
});
