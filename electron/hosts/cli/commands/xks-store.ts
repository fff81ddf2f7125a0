import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { connectivities, type StoreDeed, storeDeeds } from '../../../../shared/model/xks.ts';
import { collect, whole } from '../../transport/argv/values.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CommandContext } from '../command-context.ts';
import type { DeedOptions } from '../deeds.ts';
import { askingForPin, type ConfirmOptions, confirmed } from '../interactive.ts';
import type { InputFor } from '../operations.ts';
import { storesText, storeText } from '../render/xks.ts';
import { styleFor } from '../render/moments.ts';
import { deedOptions } from './group.ts';
import { OptionForField } from '../typed-names.ts';
import { requireChange, staysAsItIs } from './edits.ts';
import type { Run } from './noun.ts';

interface StoreOptions {
  readonly account?: readonly string[];
  readonly everyAccount?: boolean;
  readonly callerRegion?: readonly string[];
  readonly quota?: number;
  readonly storage?: 'hsm' | 'software';
  readonly credential?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly connectivity?: (typeof connectivities)[number];
  readonly vpcService?: string;
  readonly vpcOwner?: string;
  readonly name?: string;
}

function storeOptions(command: Command, verb: 'add' | 'edit'): Command {
  const list = verb === 'add' ? 'may be repeated' : 'may be repeated; takes the place of all';
  return command
    .addOption(
      new OptionForField(
        '--account <id>',
        `an AWS account that owns KMS keys here (${list})`,
        'accounts',
      ).argParser(collect),
    )
    .addOption(
      new OptionForField(
        '--caller-region <region>',
        `a Region KMS may call from (${list})`,
        'regions',
      ).argParser(collect),
    )
    .option('--quota <n>', 'requests per second that are let in', whole)
    .option('--credential <credential>', 'the credential for the AWS side')
    .option('--region <region>', 'the Region of the store in AWS')
    .option('--endpoint <url>', 'https:// and the public name of the proxy')
    .addOption(new Option('--connectivity <kind>', 'how AWS reaches it').choices(connectivities))
    .option('--vpc-service <name>', 'the VPC endpoint service')
    .option('--vpc-owner <id>', 'the account of the VPC endpoint service');
}

/** Only what was said: an edit leaves the rest as it is. */
const said = (options: StoreOptions) => ({
  ...(options.callerRegion === undefined ? {} : { regions: [...options.callerRegion] }),
  ...(options.quota === undefined ? {} : { quota: options.quota }),
  ...(options.credential === undefined ? {} : { credential: options.credential }),
  ...(options.region === undefined ? {} : { region: options.region }),
  ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  ...(options.connectivity === undefined ? {} : { connectivity: options.connectivity }),
  ...(options.vpcService === undefined ? {} : { vpcService: options.vpcService }),
  ...(options.vpcOwner === undefined ? {} : { vpcOwner: options.vpcOwner }),
});

/** `xks store add|list|show|edit|remove|check` and the deeds in AWS. */
export function addStoreVerbs(noun: Command, run: Run): void {
  storeOptions(noun.command('add'), 'add')
    .argument('<name>')
    .description('add a logical key store with its first proxy credential')
    .option('--every-account', 'practice only: let every account in')
    .addOption(
      new Option('--storage <place>', 'where keys of the first store are').choices([
        'hsm',
        'software',
      ]),
    )
    .action((name: string, options: StoreOptions) => run((c) => add(c, name, options)));
  noun
    .command('list')
    .description('list external key stores with the state AWS last gave')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('xksStore.list', {});
        context.show(output, (shown) => storesText(shown, styleFor(context.screen)));
      }),
    );
  for (const verb of ['show', 'check'] as const) {
    noun
      .command(verb)
      .argument('<store>')
      .description(
        verb === 'show' ? 'show a store: credentials, rules, state' : 'read it from AWS now',
      )
      .action((store: string) =>
        run(async (context) => {
          const session = await context.opened();
          const output = await session.call(`xksStore.${verb}`, { store });
          context.show(output, storeText);
        }),
      );
  }
  storeOptions(noun.command('edit'), 'edit')
    .argument('<store>')
    .description(`edit a store here; "xks store update" tells AWS. ${staysAsItIs}`)
    .option('--name <name>', 'another name')
    .action((store: string, options: StoreOptions) => run((c) => edit(c, store, options)));
  noun
    .command('remove')
    .argument('<store>')
    .description('remove an empty store from this keystore; nothing changes in AWS')
    .option('--yes', 'confirm')
    .action((store: string, options: ConfirmOptions) => run((c) => remove(c, store, options)));
  for (const deed of storeDeeds) addDeed(noun, run, deed);
}

const deedWords: Readonly<Record<StoreDeed, string>> = {
  create: 'create the custom key store in AWS',
  connect: 'connect it, and wait until AWS says so',
  disconnect: 'disconnect it: its KMS keys cannot be used any more',
  update: 'tell AWS name and place of the proxy as they are here',
  'rotate-credential': 'exchange the credential AWS signs with, without a refused request',
  delete: 'delete the custom key store in AWS',
};

function addDeed(noun: Command, run: Run, deed: StoreDeed): void {
  deedOptions(noun.command(deed))
    .argument('<store>')
    .description(deedWords[deed])
    .option('--confirm <name>', 'the name, where the plan asks for it')
    .action((store: string, options: DeedOptions & { confirm?: string }) =>
      run(async (context) => {
        const { runDeed } = await import('../deeds.ts');
        return runDeed(context, options, {
          plan: (session) => session.call('xksStore.plan', { store, deed }),
          start: async (session, plan) => {
            const asked = 'confirmName' in plan ? plan.confirmName : null;
            const typed = options.confirm ?? (await typedName(context, asked));
            const confirm = typed === null ? {} : { confirm: typed };
            return session.call('xksStore.run', { store, deed, plan: plan.number, ...confirm });
          },
        });
      }),
    );
}

/** Asked for only where the deed takes something away that is in use. */
export async function typedName(
  context: CommandContext,
  name: string | null,
): Promise<string | null> {
  if (name === null || context.json) return null;
  const { askLine } = await import('../ask-terminal.ts');
  return askLine(`This takes something away that is in use. Type ${name} to go on`);
}

async function add(context: CommandContext, name: string, options: StoreOptions): Promise<void> {
  if (options.everyAccount !== true && options.account === undefined) {
    const problem = 'say which accounts own KMS keys here: --account ID, or --every-account';
    throw new OperationError('BAD_INPUT', { field: '--account', problem });
  }
  const session = await context.opened();
  const accounts = options.everyAccount === true ? null : [...(options.account ?? [])];
  const storage = options.storage === undefined ? {} : { storage: options.storage };
  const input: InputFor<'xksStore.add'> = { name, accounts, ...storage, ...said(options) };
  context.show(
    await askingForPin(context, session, () => session.call('xksStore.add', input)),
    storeText,
  );
}

async function edit(context: CommandContext, store: string, options: StoreOptions): Promise<void> {
  requireChange(options);
  const session = await context.opened();
  const accounts = options.account === undefined ? {} : { accounts: [...options.account] };
  const name = options.name === undefined ? {} : { name: options.name };
  const input = { store, ...accounts, ...name, ...said(options) };
  context.show(await session.call('xksStore.edit', input), storeText);
}

async function remove(
  context: CommandContext,
  store: string,
  options: ConfirmOptions,
): Promise<void> {
  const session = await context.opened();
  const confirm = await confirmed(context, options, `Remove external key store “${store}”?`);
  const output = await session.call('xksStore.remove', { store, confirm });
  context.show(output, () => '✓ Removed.');
}

/** `xks credential add|retire|list|write` */
export function addCredentialVerbs(noun: Command, run: Run): void {
  noun
    .command('list')
    .argument('<store>')
    .description('list the proxy credentials of a store; secrets are never shown')
    .action((store: string) =>
      run(async (context) => {
        const session = await context.opened();
        const { credentials } = await session.call('xksStore.show', { store });
        context.show({ credentials }, (shown) =>
          shown.credentials
            .map(({ accessKeyId, retiredAt, inAws }) => {
              const state = retiredAt === null ? '● accepted' : '○ retired';
              return `${accessKeyId}  ${state}${inAws ? ', AWS signs with it' : ''}`;
            })
            .join('\n'),
        );
      }),
    );
  noun
    .command('add')
    .argument('<store>')
    .description('make a second credential; both are accepted until one is retired')
    .action((store: string) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('xksStore.addCredential', { store });
        context.show(output, ({ accessKeyId }) => `✓ ${accessKeyId} is accepted, too.`);
      }),
    );
  noun
    .command('retire')
    .argument('<accessKeyId>')
    .description('stop accepting a credential and erase its secret')
    .option('--yes', 'confirm')
    .action((accessKeyId: string, options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const confirm = await confirmed(context, options, `Retire ${accessKeyId}?`);
        const output = await session.call('xksStore.retireCredential', { accessKeyId, confirm });
        context.show(output, () => '✓ Retired.');
      }),
    );
  noun
    .command('write')
    .argument('<store>')
    .argument('<file>')
    .description('write path and newest credential to a file, as the AWS console takes it')
    .action((store: string, file: string) =>
      run(async (context) => {
        const session = await context.opened();
        const input = { store, file: resolve(file) };
        const output = await session.call('xksStore.writeCredential', input);
        context.show(output, (shown) => `✓ ${shown.file}: for your eyes, delete it after use.`);
      }),
    );
}
