import type { Command } from 'commander';
import type { OutputFor } from '../operations.ts';
import { dateOrNever, orNull, whole } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import type { Deed, DeedOptions } from '../deeds.ts';
import { type PageOptions, readPages, tellMore } from '../pages.ts';
import { comparisonText, grantsText, materialsText } from '../render/key-looks.ts';
import { aliasLines, keyDetailText, keysText, keyText } from '../render/lists.ts';
import { styleFor } from '../render/moments.ts';
import { deedOptions } from './group.ts';
import { addEnding } from './key-ending.ts';
import type { Run } from './noun.ts';
import type { PublicKeyOptions } from './public-key.ts';
import { prove, type ProveOptions } from './prove-copies.ts';

interface ListOptions extends PageOptions {
  readonly group?: string;
  readonly find?: string;
}

/** `key list|ending|show|public-key|check|prove|grants|compare-policy|materials|synchronize|disable|enable` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('list')
    .description('list keys with their state here and in AWS')
    .option('--group <group>', 'those of one group')
    .option('--find <text>', 'name, alias, key id, ARN or KCV')
    .option('--limit <n>', 'how many at a time (at most 500)', whole)
    .option('--after <mark>', 'go on where the last list ended')
    .option('--all', 'every page')
    .action((options: ListOptions) => run((context) => list(context, options)));
  addEnding(noun, run);
  noun
    .command('show')
    .argument('<key>', 'the key as GROUP/VERSION')
    .description('show a key: copies, KCV, AWS ids, history')
    .action((key: string) => run((context) => show(context, key)));
  noun
    .command('public-key')
    .argument('<key>', 'the key as GROUP/VERSION')
    .description('give the public key of an RSA or ECC key, in PEM')
    .option('--out <file>', 'write it there instead of printing it')
    .action((key: string, options: PublicKeyOptions) =>
      run(async (context) => (await import('./public-key.ts')).publicKey(context, key, options)),
    );
  noun
    .command('check')
    .argument('<key>', 'the key as GROUP/VERSION')
    .description('read the KMS key from AWS now and note what it says')
    .action((key: string) => run((context) => check(context, key)));
  noun
    .command('prove')
    .argument('[key]', 'the key as GROUP/VERSION')
    .description('open the kept copy and hold its KCV against the one noted at birth')
    .option('--group <group>', 'every key of this group, one after the other')
    .action((key: string | undefined, options: ProveOptions) =>
      run((context) => prove(context, key, options)),
    );
  noun
    .command('grants')
    .argument('<key>', 'the key as GROUP/VERSION')
    .description('read the grants of the KMS key from AWS now')
    .action((key: string) => run((context) => grants(context, key)));
  noun
    .command('compare-policy')
    .argument('<key>', 'the key as GROUP/VERSION')
    .description("compare the policy that AWS has now with the group's template")
    .action((key: string) => run((context) => comparePolicy(context, key)));
  noun
    .command('materials')
    .argument('<key>', 'the key as GROUP/VERSION')
    .description('read the key materials of the KMS key from AWS now')
    .action((key: string) => run((context) => materials(context, key)));
  deedOptions(noun.command('synchronize'))
    .argument('<key>', 'the key as GROUP/VERSION')
    .description('bring one KMS key in line with the key kept here')
    .option('--delete-material', 'remove the material from AWS at once; unticks the other two')
    .option('--update-policy', "put the group's policy on the KMS key (on by default)")
    .option('--no-update-policy', 'leave the policy as it is in AWS')
    .option('--import-material', 'send the saved copy again (on by default)')
    .option('--no-import-material', 'send nothing')
    .option('--valid-to <date>', 'when AWS deletes the material: a date or "never"', dateOrNever)
    .option('--confirm <name>', 'the name, where the plan asks for it')
    .action((key: string, options: SyncOptions) =>
      run((context) => synchronize(context, key, options)),
    );
  deedOptions(noun.command('disable'))
    .argument('<key>', 'the key as GROUP/VERSION')
    .description('disable the KMS key at once, until it is enabled again')
    .option('--confirm <name>', 'the name, where the plan asks for it')
    .action((key: string, options: DisableOptions) =>
      run((context) => disable(context, key, options)),
    );
  deedOptions(noun.command('enable'))
    .argument('<key>', 'the key as GROUP/VERSION')
    .description('enable a KMS key that was disabled')
    .action((key: string, options: DeedOptions) => run((context) => enable(context, key, options)));
}

async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const session = await context.opened();
  let total = 0;
  const { rows, next } = await readPages(options, async (page) => {
    const answer = await session.call('key.list', {
      ...page,
      group: options.group ?? null,
      find: options.find ?? '',
    });
    ({ total } = answer);
    return { rows: answer.keys, next: answer.next };
  });
  const output: OutputFor<'key.list'> = { keys: rows, total, next };
  const all = options.group === undefined && !options.find;
  context.show(output, (shown) => keysText(shown, styleFor(context.screen), all));
  tellMore(context, rows.length, total, next);
}

async function show(context: CommandContext, key: string): Promise<void> {
  const session = await context.opened();
  const output = await session.call('key.show', { key });
  context.show(output, (shown) => keyDetailText(shown, styleFor(context.screen)));
}

async function check(context: CommandContext, key: string): Promise<void> {
  const session = await context.opened();
  const output = await session.call('key.check', { key });
  const { group } = await session.call('group.show', { group: output.groupId });
  const style = styleFor(context.screen);
  context.show(output, (shown) => [keyText(shown, style), ...aliasLines(group, style)].join('\n'));
}

async function grants(context: CommandContext, key: string): Promise<void> {
  const session = await context.opened();
  const output = await session.call('key.grants', { key });
  context.show(output, (shown) => grantsText(shown, styleFor(context.screen)));
}

async function comparePolicy(context: CommandContext, key: string): Promise<void> {
  const session = await context.opened();
  const output = await session.call('key.comparePolicy', { key });
  context.show(output, (shown) => comparisonText(shown, styleFor(context.screen)));
}

async function materials(context: CommandContext, key: string): Promise<void> {
  const session = await context.opened();
  const output = await session.call('key.materials', { key });
  context.show(output, (shown) => materialsText(shown, styleFor(context.screen)));
}

interface DisableOptions extends DeedOptions {
  readonly confirm?: string;
}

interface SyncOptions extends DisableOptions {
  readonly deleteMaterial?: boolean;
  readonly updatePolicy?: boolean;
  readonly importMaterial?: boolean;
  readonly validTo?: number | 'never';
}

/** As in the dialog: ticking Delete unticks the other two, unless they are ticked by name. */
function synchronizeChoices(options: SyncOptions) {
  const deleteMaterial = options.deleteMaterial === true;
  return {
    deleteMaterial,
    updatePolicy: options.updatePolicy ?? !deleteMaterial,
    importMaterial: options.importMaterial ?? !deleteMaterial,
    ...(options.validTo === undefined ? {} : { validTo: orNull(options.validTo) }),
  };
}

async function synchronize(
  context: CommandContext,
  key: string,
  options: SyncOptions,
): Promise<number> {
  const choices = synchronizeChoices(options);
  const { runDeed } = await import('../deeds.ts');
  return runDeed(context, options, {
    plan: (session) => session.call('key.planSynchronize', { key, ...choices }),
    start: async (session, plan) =>
      session.call('key.synchronize', {
        key,
        ...choices,
        plan: plan.number,
        ...(await confirmation(context, options, plan)),
      }),
  });
}

async function disable(
  context: CommandContext,
  key: string,
  options: DisableOptions,
): Promise<number> {
  const { runDeed } = await import('../deeds.ts');
  return runDeed(context, options, {
    plan: (session) => session.call('key.planDisable', { key }),
    start: async (session, plan) =>
      session.call('key.disable', {
        key,
        plan: plan.number,
        ...(await confirmation(context, options, plan)),
      }),
  });
}

async function enable(context: CommandContext, key: string, options: DeedOptions): Promise<number> {
  const { runDeed } = await import('../deeds.ts');
  return runDeed(context, options, {
    plan: (session) => session.call('key.planEnable', { key }),
    start: (session, { number }) => session.call('key.enable', { key, plan: number }),
  });
}

/** The name is asked for only where the key is in use, as far as is known: the plan says so. */
async function confirmation(
  context: CommandContext,
  { confirm }: DisableOptions,
  plan: Parameters<Deed['start']>[1],
): Promise<{ readonly confirm?: string }> {
  if (confirm !== undefined) return { confirm };
  const name = 'confirmName' in plan ? plan.confirmName : null;
  if (name === null || context.json) return {};
  const { askLine } = await import('../ask-terminal.ts');
  const question = `Everything under it stops working in AWS. Type ${name} to go on`;
  const typed = await askLine(question);
  return typed === null ? {} : { confirm: typed };
}
