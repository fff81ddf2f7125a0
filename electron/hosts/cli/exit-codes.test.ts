import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { failures } from '../../../shared/errors/failures.ts';
import { jobExits } from './watch-job.ts';

const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
const [meanings = '', lists = ''] =
  page.split('## Exit codes')[1]?.split('| exit code | `code` |') ?? [];
const rows = (text: string): readonly RegExpMatchArray[] => [
  ...text.matchAll(/^\| ([\d, ]+) \| (.*) \|$/gm),
];

it('is told of every failure in docs/cli.md, and of nothing else', () => {
  const told = rows(lists).flatMap(([, exit, codes = '']) =>
    [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => `${code} ${exit}`),
  );
  const real = Object.entries(failures).map(([code, { exit }]) => `${code} ${exit}`);
  expect(told.toSorted()).toEqual(real.toSorted());
});

it('has a meaning there', () => {
  const told = rows(meanings).flatMap(([, exits = '']) => exits.split(', ').map(Number));
  const real = [...Object.values(failures).map(({ exit }) => exit), ...Object.values(jobExits)];
  expect([...new Set(real)].filter((exit) => !told.includes(exit))).toEqual([]);
});
