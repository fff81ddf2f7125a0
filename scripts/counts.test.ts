import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

it('every count that a person reads is written in one way', () => {
  const files = globSync(
    ['shared/**/*.ts', 'renderer/**/*.{ts,tsx}', 'electron/{core,hosts}/**/*.ts'],
    {
      cwd: root,
    },
  ).filter((file) => !/\.(test|fixture)\.|text\/counted\.ts$|argv\/values\.ts$/.test(file));
  // what values.ts writes is read back
  expect(files.length).toBeGreaterThan(500);
  // as the language of the computer has it, or a number beside a plural of its own
  const others = /\.toLocaleString\(|NumberFormat\(|\$\{([\w.]+)\} \$\{\1 === 1 \?/;
  const found = files.filter((file) => others.test(readFileSync(join(root, file), 'utf8')));
  expect(found).toEqual([]);
});
