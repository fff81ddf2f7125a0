import type { Command } from 'commander';
import { emptyTexts } from '../../../../shared/text/states.ts';
import { whole } from '../../transport/argv/values.ts';
import type { OutputFor } from '../operations.ts';
import { table } from '../table.ts';
import type { Run } from './noun.ts';

/** `find TEXT` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .argument('<text>', 'a name, alias, key id, ARN, KCV, material id, request id or job number')
    .option('--limit <n>', 'how many at most (at most 50)', whole)
    .action((text: string, options: { limit?: number }) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('session.find', {
          text,
          ...(options.limit === undefined ? {} : { limit: options.limit }),
        });
        if (output.hits.length === 0) context.remark(emptyTexts.noneOfThose);
        context.show(output, (found) => hitsText(found, context.screen.width));
      }),
    );
}

const kinds = {
  folder: 'folder',
  group: 'key group',
  key: 'key',
  job: 'job',
  'xks-store': 'external key store',
  'xks-key': 'external key',
} as const;

/** Hits as a table of `width` columns. */
export function hitsText({ hits }: OutputFor<'session.find'>, width: number): string {
  if (hits.length === 0) return '';
  const rows = hits.map((hit) =>
    [kinds[hit.kind], hit.title, hit.detail, hit.id].map((text) => ({ text })),
  );
  return table(
    [
      { title: 'Found', spare: 1 },
      { title: 'Name', shrinks: 'middle' },
      { title: 'By', shrinks: true, spare: 2 },
      // whole: it is there to be given to the next command
      { title: 'Id' },
    ],
    rows,
    width,
  );
}
