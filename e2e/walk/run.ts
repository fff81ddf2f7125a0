/**
 * Random walks through the product, each from its seed; see docs/crash-safety.md.
 *
 *     run.ts [--seed S] [--walks N] [--length L]
 *     run.ts --seed S --length L --only 3,7,12       only those deeds of the walk
 *     run.ts --seed S --length L --shrink PATTERN    the fewest deeds after which a problem still reads so
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { OutsideAws } from '../support/outside-aws.ts';
import { type Deed, walkOf } from './deeds.ts';
import { walkOnce } from './once.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { seed: text, walks: text, length: text, only: text, shrink: text },
});
const chosen = z
  .strictObject({
    seed: z.coerce.number().int().min(0).default(1),
    walks: z.coerce.number().int().min(1).default(1),
    length: z.coerce.number().int().min(4).max(500).default(40),
    only: z
      .string()
      .regex(/^\d+(,\d+)*$/)
      .transform((list) => new Set(list.split(',').map(Number)))
      .optional(),
    shrink: z
      .string()
      .transform((pattern) => new RegExp(pattern))
      .optional(),
  })
  .safeParse(values);
if (!chosen.success) {
  process.stderr.write(`${z.prettifyError(chosen.error)}\n`);
  process.exit(2);
}
const { seed, walks, length, only, shrink } = chosen.data;

interface Placed {
  readonly deed: Deed;
  /** Where in the whole walk. */
  readonly at: number;
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

await using aws = await OutsideAws.start();
let failed = 0;
for (let i = 0; i < walks; i += 1) {
  const own = seed + i;
  const deeds = walkOf(String(own), length)
    .map((deed, at) => ({ deed, at }))
    .filter(({ at }) => only?.has(at) ?? true);
  if (await holds(own, deeds)) continue;
  failed += 1;
  if (shrink) await fewest(own, deeds, shrink);
}
say(`walks: ${walks} tried, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function walked(own: number, deeds: readonly Placed[]): ReturnType<typeof walkOnce> {
  return walkOnce(
    aws,
    String(own),
    deeds.map(({ deed }) => deed),
  );
}

async function holds(own: number, deeds: readonly Placed[]): Promise<boolean> {
  const { problems, deaths, keys, jobs, took, log } = await walked(own, deeds);
  const what = `${deaths} deaths, ${keys} keys, ${jobs} jobs, ${took} s`;
  say(`walk ${own}: ${problems.length} problems, ${what}`);
  if (problems.length === 0) return true;
  for (const line of log) say(`   ${line}`);
  for (const problem of problems) say(`!! ${problem}`);
  return false;
}

/** Leaves out ever smaller parts, as long as the problem stays. */
async function fewest(own: number, deeds: readonly Placed[], pattern: RegExp): Promise<void> {
  let kept = deeds;
  for (let size = Math.ceil(kept.length / 3); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const fewer = kept.toSpliced(from, size);
      const again = await walked(own, fewer);
      if (again.problems.some((problem) => pattern.test(problem))) {
        kept = fewer;
        say(`still with --only ${kept.map(({ at }) => at).join(',')}`);
      } else from += size;
    }
  }
}
