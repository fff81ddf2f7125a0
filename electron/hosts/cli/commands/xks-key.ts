import { type Command, Option } from 'commander';
import {
  unsupportedFeatures,
  type UnsupportedFeature,
  type XksKeyDeed,
} from '../../../../shared/model/xks.ts';
import { whole } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import type { DeedOptions } from '../deeds.ts';
import {
  askingForPin,
  type ConfirmOptions,
  confirmed,
  loginIfNeeded,
  useGivenPin,
  waitsForPin,
} from '../interactive.ts';
import { policyFile } from '../policy-file.ts';
import type { Session } from '../session.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { leftOnDeviceText } from '../../../../shared/text/xks.ts';
import { xksKeyDetailText, xksKeysText, xksKeyText } from '../render/xks.ts';
import { styleFor } from '../render/moments.ts';
import { deedOptions } from './group.ts';
import { ArgumentForField, OptionForField } from '../typed-names.ts';
import type { Run } from './noun.ts';
import { typedName } from './xks-store.ts';

const key = 'the external key: STORE/NAME, its id, or its KMS key';

/** `xks key add|list|show|enable|disable|rotate|allow|…` and the deeds in AWS. */
export function addKeyVerbs(noun: Command, run: Run): void {
  noun
    .command('add')
    .addArgument(new ArgumentForField('<key>', 'STORE/NAME', 'store', 'name'))
    .description('make an external key without a KMS key')
    .addOption(
      new Option('--usage <what>', 'what it may do')
        .choices(['both', 'encrypt', 'decrypt', 'none'])
        .default('both'),
    )
    .addOption(
      new OptionForField(
        '--any-kms-key',
        'practice only: it serves every KMS key that asks',
        'binding',
      ),
    )
    .addOption(
      new OptionForField(
        '--only-in-this-hsm',
        'it has no copy and is lost with the HSM: I know',
        'onlyInHsm',
      ),
    )
    .action((reference: string, options: AddOptions) =>
      run((context) => add(context, newKey(reference), options)),
    );
  noun
    .command('list')
    .description('list external keys with their KMS keys')
    .option('--store <store>', 'those of one store')
    .action((options: { store?: string }) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('xksKey.list', { store: options.store ?? null });
        context.show(output, (shown) => xksKeysText(shown, styleFor(context.screen)));
      }),
    );
  noun
    .command('show')
    .argument('<key>', key)
    .description('show an external key: versions, KMS keys, rules, connection state')
    .action((reference: string) =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('xksKey.show', { key: reference }), xksKeyDetailText);
      }),
    );
  addSwitches(noun, run);
  addEndings(noun, run);
  addDeeds(noun, run);
}

/** @throws OperationError BAD_INPUT for what is no STORE/NAME */
function newKey(reference: string): { readonly store: string; readonly name: string } {
  const cut = reference.lastIndexOf('/');
  const [store, name] = [reference.slice(0, Math.max(0, cut)), reference.slice(cut + 1)];
  if (store === '' || name.trim() === '')
    throw new OperationError('BAD_INPUT', { field: '<key>', problem: 'say it as STORE/NAME' });
  return { store, name };
}

interface AddOptions {
  readonly usage: 'both' | 'encrypt' | 'decrypt' | 'none';
  readonly anyKmsKey?: boolean;
  readonly onlyInThisHsm?: boolean;
}

async function add(
  context: CommandContext,
  named: { readonly store: string; readonly name: string },
  options: AddOptions,
): Promise<void> {
  const session = await context.opened();
  const { usage } = options;
  const input = {
    ...named,
    usage: {
      encrypt: usage === 'both' || usage === 'encrypt',
      decrypt: usage === 'both' || usage === 'decrypt',
    },
    binding: options.anyKmsKey === true ? 'any' : 'first',
    onlyInHsm: options.onlyInThisHsm === true,
  } as const;
  context.show(
    await askingForPin(context, session, () => session.call('xksKey.add', input)),
    xksKeyText,
  );
}

function addSwitches(noun: Command, run: Run): void {
  for (const verb of ['enable', 'disable'] as const) {
    noun
      .command(verb)
      .argument('<key>', key)
      .description(`${verb} the external key; its KMS key in AWS stays as it is`)
      .action((reference: string) =>
        run(async (context) => {
          const session = await context.opened();
          context.show(await session.call(`xksKey.${verb}`, { key: reference }), xksKeyText);
        }),
      );
  }
  noun
    .command('rotate')
    .argument('<key>', key)
    .description('make a new version that encrypts; earlier ones go on decrypting')
    .action((reference: string) =>
      run(async (context) => {
        const session = await context.opened();
        const rotate = () => session.call('xksKey.rotate', { key: reference });
        context.show(await askingForPin(context, session, rotate), xksKeyDetailText);
      }),
    );
  noun
    .command('allow')
    .argument('<key>', key)
    .argument('<arn>', 'ARN of one more KMS key')
    .description('allow one more KMS key to use an external key')
    .option('--yes', 'confirm')
    .action((reference: string, arn: string, options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const confirm = await confirmed(context, options, `Let ${arn} use ${reference}?`);
        const output = await session.call('xksKey.allowKmsKey', { key: reference, arn, confirm });
        context.show(output, xksKeyDetailText);
      }),
    );
}

function addEndings(noun: Command, run: Run): void {
  noun
    .command('destroy-version')
    .argument('<key>', key)
    .argument('<version>', 'its number', whole)
    .description('destroy a version that no KMS key depends on')
    .option('--yes', 'confirm')
    .action((reference: string, version: number, options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const question = `What version ${version} encrypted can then be opened by nobody. Destroy it?`;
        const confirm = await confirmed(context, options, question);
        if (confirm) await loginToClear(context, session, reference);
        const input = { key: reference, version, confirm };
        context.show(await session.call('xksKey.destroyVersion', input), xksKeyDetailText);
      }),
    );
  noun
    .command('remove')
    .argument('<key>', key)
    .description('remove an external key that no KMS key depends on')
    .option('--yes', 'confirm')
    .action((reference: string, options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const confirm = await confirmed(context, options, `Remove external key “${reference}”?`);
        if (confirm) await loginToClear(context, session, reference);
        const output = await session.call('xksKey.remove', { key: reference, confirm });
        context.show(output, ({ leftOnDevice }) =>
          leftOnDevice === 0 ? '✓ Removed.' : `✓ Removed. ${leftOnDeviceText(leftOnDevice)}`,
        );
      }),
    );
}

/** With its PIN the HSM is rid of the key at once; without, at the next login. */
async function loginToClear(
  context: CommandContext,
  session: Session,
  reference: string,
): Promise<void> {
  await useGivenPin(context, session);
  if (!(await waitsForPin(session))) return;
  const { storage } = await session.call('xksKey.show', { key: reference });
  if (storage === 'hsm') await loginIfNeeded(context, session);
}

interface KeyDeedOptions extends DeedOptions {
  readonly confirm?: string;
  readonly alias?: string;
  readonly description?: string;
  readonly policy?: string;
  readonly days?: number;
  readonly accountGone?: boolean;
  readonly wants?: UnsupportedFeature;
}

const deeds: Readonly<Record<XksKeyDeed, { readonly verb: string; readonly about: string }>> = {
  create: { verb: 'create', about: 'make an external key and its KMS key in AWS, in one go' },
  enable: { verb: 'kms-enable', about: 'enable the KMS key in AWS' },
  disable: { verb: 'kms-disable', about: 'disable the KMS key in AWS; the external key stays' },
  'schedule-deletion': { verb: 'schedule-deletion', about: 'let AWS delete the KMS key' },
  'cancel-deletion': { verb: 'cancel-deletion', about: 'keep a KMS key that waits for deletion' },
  release: { verb: 'release', about: 'let go of a KMS key that AWS has deleted' },
};

function addDeeds(noun: Command, run: Run): void {
  for (const [deed, { verb, about }] of Object.entries(deeds) as [
    XksKeyDeed,
    { verb: string; about: string },
  ][]) {
    const command = deedOptions(noun.command(verb))
      .argument('<key>', deed === 'create' ? 'STORE/NAME' : key)
      .description(about)
      .option('--confirm <name>', 'the name, where the plan asks for it');
    if (deed === 'create') {
      command
        .option('--alias <name>', 'an alias for the KMS key, without "alias/"')
        .option('--description <text>', 'description of the KMS key')
        .option('--policy <file>', "key policy as a JSON file; AWS's default without one")
        .addOption(
          new Option('--wants <feature>', 'ask for something else').choices(unsupportedFeatures),
        );
    }
    if (deed === 'release')
      command.option('--account-gone', 'AWS cannot be asked: its account is closed for good');
    if (deed === 'schedule-deletion') command.option('--days <n>', 'how long AWS waits', whole);
    command.action((reference: string, options: KeyDeedOptions) =>
      run((context) => runKeyDeed(context, deed, reference, options)),
    );
  }
}

async function runKeyDeed(
  context: CommandContext,
  deed: XksKeyDeed,
  reference: string,
  options: KeyDeedOptions,
): Promise<number> {
  const asked = {
    deed,
    key: reference,
    ...(options.alias === undefined ? {} : { alias: options.alias }),
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.policy === undefined ? {} : { policy: policyFile(options.policy) }),
    ...(options.accountGone === true ? { accountGone: true } : {}),
    ...(options.days === undefined ? {} : { days: options.days }),
    ...(options.wants === undefined ? {} : { wants: [options.wants] }),
  };
  const { runDeed } = await import('../deeds.ts');
  return runDeed(context, options, {
    plan: (session) => session.call('xksKey.plan', asked),
    start: async (session, plan) => {
      const name = 'confirmName' in plan ? plan.confirmName : null;
      const typed = options.confirm ?? (await typedName(context, name));
      const confirm = typed === null ? {} : { confirm: typed };
      return session.call('xksKey.run', { ...asked, plan: plan.number, ...confirm });
    },
  });
}
