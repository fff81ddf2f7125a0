import type { Command } from 'commander';
import { clean } from '../screen.ts';
import { type PageOptions, readPages, tellMore } from '../pages.ts';
import { foldersText } from '../render/lists.ts';
import type { CommandContext } from '../command-context.ts';
import type { OutputFor } from '../operations.ts';
import { whole } from '../../transport/argv/values.ts';
import { OptionForField } from '../typed-names.ts';
import { requireChange, staysAsItIs } from './edits.ts';
import type { Run } from './noun.ts';

interface EditOptions {
  readonly name?: string;
  readonly parent?: string;
  readonly top?: boolean;
}

/** `folder add|edit|list|remove` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('list')
    .description('list folders')
    .option('--limit <n>', 'how many at a time (at most 500)', whole)
    .option('--after <mark>', 'go on where the last list ended')
    .option('--all', 'every page')
    .action((options: PageOptions) => run((context) => list(context, options)));
  noun
    .command('add')
    .argument('<name>')
    .description('add a folder')
    .addOption(new OptionForField('--in <folder>', 'the folder it goes into', 'parent'))
    .action((name: string, options: { in?: string }) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('folder.add', { name, parent: options.in ?? null });
        context.show(output, (shown) => `✓ ${clean(shown.path)}`);
      }),
    );
  noun
    .command('edit')
    .argument('<folder>')
    .description(`rename or move a folder. ${staysAsItIs}`)
    .option('--name <name>', 'its new name')
    .addOption(new OptionForField('--in <folder>', 'move it into this folder', 'parent'))
    .option('--top', 'move it out of all folders')
    .action((folder: string, options: EditOptions & { in?: string }) =>
      run(async (context) => {
        requireChange(options);
        const session = await context.opened();
        const output = await session.call('folder.edit', {
          folder,
          ...(options.name === undefined ? {} : { name: options.name }),
          ...(options.top === true ? { parent: null } : {}),
          ...(options.in === undefined ? {} : { parent: options.in }),
        });
        context.show(output, (shown) => `✓ ${clean(shown.path)}`);
      }),
    );
  noun
    .command('remove')
    .argument('<folder>')
    .description('remove an empty folder')
    .action((folder: string) =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('folder.remove', { folder }), () => '✓ Removed.');
      }),
    );
}

async function list(context: CommandContext, options: PageOptions): Promise<void> {
  const session = await context.opened();
  let total = 0;
  const { rows, next } = await readPages(options, async (page) => {
    const answer = await session.call('folder.list', page);
    ({ total } = answer);
    return { rows: answer.folders, next: answer.next };
  });
  const output: OutputFor<'folder.list'> = { folders: rows, total, next };
  context.show(output, foldersText);
  tellMore(context, rows.length, total, next);
}
