import type { Command } from 'commander';
import type { OutputFor } from '../operations.ts';
import { planNumber, whole } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import type { DeedOptions } from '../deeds.ts';
import type { ConfirmOptions } from '../interactive.ts';
import { type PageOptions, readPages, tellMore } from '../pages.ts';
import { groupsText, groupText } from '../render/lists.ts';
import { styleFor } from '../render/moments.ts';
import type { BringInOptions } from './bring-in.ts';
import type { CopyKeyOptions } from './copy-key.ts';
import { addTransportKeyVerbs } from './transport-key.ts';
import { addFindForGroup } from './find-in-aws.ts';
import { addEditVerbs } from './group-fields.ts';
import type { Run } from './noun.ts';

interface ListOptions extends PageOptions {
  readonly folder?: string;
  readonly find?: string;
  readonly needsMe?: boolean;
}

/** `group add|edit|list|show|remove|force-rotate|synchronize|make-active|bring-in|copy-key|find-in-aws`, `group transport-key …` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('list')
    .description('list key groups')
    .option('--folder <folder>', 'those in this folder')
    .option('--find <text>', 'name, alias, key id, ARN or KCV')
    .option('--needs-me', 'those that need somebody')
    .option('--limit <n>', 'how many at a time (at most 500)', whole)
    .option('--after <mark>', 'go on where the last list ended')
    .option('--all', 'every page')
    .action((options: ListOptions) => run((context) => list(context, options)));
  noun
    .command('show')
    .argument('<group>')
    .description('show a key group with its policy')
    .action((group: string) => run((context) => show(context, group)));
  addEditVerbs(noun, run);
  noun
    .command('remove')
    .argument('<group>')
    .description('remove a key group that holds no keys')
    .option('--yes', 'confirm')
    .action((group: string, options: ConfirmOptions) => run((c) => remove(c, group, options)));
  deedOptions(noun.command('force-rotate'))
    .argument('<group>')
    .description('make a new key, send its copy to AWS and move the alias to it')
    .option('--adopt', 'take over the key that holds the alias now, made elsewhere')
    .action((group: string, options: RotateOptions) => run((c) => forceRotate(c, group, options)));
  deedOptions(noun.command('synchronize'))
    .argument('<group>')
    .description('bring every KMS key of a group in line with the keys kept here')
    .option('--no-update-policy', 'leave the policies as they are in AWS')
    .option('--no-import-material', 'send nothing, also where AWS has no material')
    .action((group: string, options: SynchronizeOptions) =>
      run((c) => synchronize(c, group, options)),
    );
  deedOptions(noun.command('make-active'))
    .argument('<key>', 'the key as GROUP/VERSION')
    .description('point the alias back at an earlier, enabled key')
    .action((key: string, options: DeedOptions) => run((c) => makeActive(c, key, options)));
  deedOptions(noun.command('bring-in'))
    .argument('<group>')
    .description('open a key that was wrapped elsewhere, and rotate to it')
    .requiredOption('--file <file>', 'the key, wrapped under the transport key')
    .requiredOption('--kcv <hex>', 'its KCV, as the other system tells it')
    .option('--adopt', 'take over the key that holds the alias now, made elsewhere')
    .action((group: string, options: BringInOptions) =>
      run(async (c) => (await import('./bring-in.ts')).bringIn(c, group, options)),
    );
  deedOptions(noun.command('copy-key'))
    .argument('<key>', 'the version that is copied, as GROUP/VERSION')
    .argument('<group>', 'the key group that gets it as its next version')
    .description('make the material of a version the next version of another group')
    .option('--adopt', 'take over the key that holds the alias now, made elsewhere')
    .action((key: string, group: string, options: CopyKeyOptions) =>
      run(async (c) => (await import('./copy-key.ts')).copyKey(c, key, group, options)),
    );
  const transport = noun
    .command('transport-key')
    .description('the key under which a key from elsewhere is wrapped');
  addTransportKeyVerbs(transport.helpCommand(false), run);
  addFindForGroup(noun, run);
}

/** Options of every command that starts a job. */
export const deedOptions = (command: Command): Command =>
  command
    .option(
      '--plan [number]',
      'show the plan and change nothing; with its number: run exactly it',
      planNumber,
    )
    .option('--detach', 'leave the job to the daemon or console and return');

async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const session = await context.opened();
  let total = 0;
  const { rows, next } = await readPages(options, async (page) => {
    const answer = await session.call('group.list', {
      ...page,
      folder: options.folder ?? null,
      find: options.find ?? '',
      needsYou: options.needsMe === true,
    });
    ({ total } = answer);
    return { rows: answer.groups, next: answer.next };
  });
  const output: OutputFor<'group.list'> = { groups: rows, total, next };
  const all = options.folder === undefined && !options.find && options.needsMe !== true;
  context.show(output, (shown) => groupsText(shown, styleFor(context.screen), all));
  tellMore(context, rows.length, total, next);
}

async function show(context: CommandContext, group: string): Promise<void> {
  const session = await context.opened();
  const output = await session.call('group.show', { group });
  context.show(output, (shown) => groupText(shown, styleFor(context.screen)));
}

async function remove(
  context: CommandContext,
  group: string,
  options: ConfirmOptions,
): Promise<void> {
  const session = await context.opened();
  const { confirmed } = await import('../interactive.ts');
  const confirm = await confirmed(context, options, `Remove key group “${group}”?`);
  context.show(await session.call('group.remove', { group, confirm }), () => '✓ Removed.');
}

interface RotateOptions extends DeedOptions {
  readonly adopt?: boolean;
}

async function forceRotate(
  context: CommandContext,
  group: string,
  options: RotateOptions,
): Promise<number> {
  const adopt = options.adopt === true;
  const { runDeed } = await import('../deeds.ts');
  return runDeed(context, options, {
    plan: (session) => session.call('group.planForceRotate', { group, adopt }),
    start: (session, plan) =>
      session.call('group.forceRotate', { group, adopt, plan: plan.number }),
  });
}

interface SynchronizeOptions extends DeedOptions {
  readonly updatePolicy: boolean;
  readonly importMaterial: boolean;
}

async function synchronize(
  context: CommandContext,
  group: string,
  options: SynchronizeOptions,
): Promise<number> {
  const { updatePolicy, importMaterial } = options;
  const input = { group, updatePolicy, importMaterial };
  const { runDeeds } = await import('../deeds.ts');
  return runDeeds(context, options, {
    plan: (session) => session.call('group.planSynchronize', input),
    start: (session, plan) => session.call('group.synchronize', { ...input, plan: plan.number }),
  });
}

async function makeActive(
  context: CommandContext,
  key: string,
  options: DeedOptions,
): Promise<number> {
  const { runDeed } = await import('../deeds.ts');
  return runDeed(context, options, {
    plan: (session) => session.call('group.planMakeActive', { key }),
    start: (session, plan) => session.call('group.makeActive', { key, plan: plan.number }),
  });
}
