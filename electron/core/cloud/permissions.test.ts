import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { importAgain } from './permissions.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const page = readFileSync(here('../../../docs/aws-permissions.md'), 'utf8');
const kmsActions = (text: string): string[] =>
  [...new Set(text.match(/\bkms:[A-Z][A-Za-z]+/g) ?? [])].toSorted();

/** Every call that the AWS adapter makes of KMS, as a policy names it. */
function called(): string[] {
  const sources = readdirSync(here('./aws'))
    .filter((name) => name.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(name))
    .map((name) => readFileSync(here(`./aws/${name}`), 'utf8'));
  const commands = sources.flatMap((text) =>
    Array.from(text.matchAll(/new ([A-Z]\w+)Command\(/g), ([, name]) => name ?? ''),
  );
  const ofSts = new Set(['AssumeRole', 'GetCallerIdentity']);
  return [...new Set(commands)]
    .filter((name) => !ofSts.has(name))
    .map((name) => `kms:${name}`)
    .toSorted();
}

it('stand on their page: each call that is made, and no other', () => {
  expect(called().length).toBeGreaterThan(25);
  expect(kmsActions(page)).toEqual(called());
});

it('of a later import are all named as what a key policy has to give', () => {
  const said = page.slice(page.indexOf('An IAM policy counts'), page.indexOf('To try a policy'));
  expect(kmsActions(said)).toEqual([...importAgain].toSorted());
});
