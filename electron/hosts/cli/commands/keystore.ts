import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { makePrivateFolder } from '../../../core/store/durable-file.ts';
import { lockTexts } from '../../../../shared/text/states.ts';
import { dataFolder } from '../../transport/argv/global-options.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConfirmOptions, confirmed, loginIfNeeded } from '../interactive.ts';
import type { OutputFor } from '../operations.ts';
import {
  backupText,
  restoredText,
  slotsLeftText,
  slotText,
  statusText,
} from '../render/keystore.ts';
import { styleFor } from '../render/moments.ts';
import { newPassphrase, type NewPassphraseOptions, newPassphraseSource } from './new-passphrase.ts';
import type { Run } from './noun.ts';

/** `keystore create|unlock|lock|status|passphrase|…` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('status')
    .description('say whether the keystore is there, locked, checked, and where its backups are')
    .action(() => run(status));
  noun
    .command('create')
    .description('create a keystore; practice or real from now on and for ever')
    .option('--practice', 'for practising: talks to the practice KMS only')
    .option('--real', 'for real keys')
    .option('--backup-place <folder>', 'second place that receives backups')
    .option('--slot-label <label>', 'how this passphrase is called', 'passphrase')
    .action((options: CreateOptions) => run((context) => create(context, options)));
  noun
    .command('unlock')
    .description('unlock the daemon or console that holds this keystore')
    .action(() => run(unlock));
  noun
    .command('lock')
    .description('let running steps finish, then close the keystore in the daemon or console')
    .action(() => run(lock));
  newPassphrase(noun.command('passphrase'))
    .description('change the passphrase of one way to open the keystore')
    .action((options: NewPassphraseOptions) => run((context) => passphrase(context, options)));
  addBackupVerbs(noun, run);
  addSlotVerbs(
    noun.command('slot').description('ways to open the keystore').helpCommand(false),
    run,
  );
  noun
    .command('allow-software-module-to-aws')
    .description('allow keys of a software module to be sent to real AWS from this keystore')
    .option('--yes', 'confirm')
    .action((options: ConfirmOptions) => run((context) => allowSoftware(context, options)));
}

function addBackupVerbs(noun: Command, run: Run): void {
  noun
    .command('backup')
    .description('take a full backup and verify it')
    .action(() => run(backup));
  noun
    .command('backup-place')
    .argument('<folder>')
    .description('choose the folder that receives backups, and back up to it at once')
    .action((place: string) => run((context) => backupPlace(context, place)));
  noun
    .command('verify')
    .description('open a backup read-only and check every part of it')
    .option('--from <folder>', 'the backup to check (else the place of this keystore)')
    .action((options: { from?: string }) => run((context) => verify(context, options)));
  noun
    .command('restore')
    .description('make the keystore named by --keystore from a backup')
    .requiredOption('--from <folder>', 'the backup to restore')
    .action((options: { from: string }) => run((context) => restore(context, options)));
}

function addSlotVerbs(slot: Command, run: Run): void {
  newPassphrase(slot.command('add'))
    .argument('<label>')
    .description('add another way to open the keystore')
    .addOption(
      new Option('--kind <kind>', 'what opens it; combined: token and passphrase')
        .choices(slotKinds)
        .default('passphrase'),
    )
    .action((label: string, options: SlotOptions) => run((c) => slotAdd(c, label, options)));
  slot
    .command('remove')
    .argument('<label>')
    .description('remove one way to open the keystore')
    .option('--yes', 'confirm')
    .option('--without-passphrase', 'also the last passphrase: then only a token opens it')
    .action((label: string, options: RemoveOptions) => run((c) => slotRemove(c, label, options)));
}

async function status(context: CommandContext): Promise<void> {
  const session = await context.unopened();
  const output = await session.call('keystore.status', {});
  context.show(output, (shown) => statusText(shown, styleFor(context.screen)));
}

interface CreateOptions {
  readonly practice?: boolean;
  readonly real?: boolean;
  readonly backupPlace?: string;
  readonly slotLabel: string;
}

async function create(context: CommandContext, options: CreateOptions): Promise<void> {
  if ((options.practice === true) === (options.real === true)) {
    throw new OperationError('BAD_INPUT', {
      field: 'realm',
      problem: 'say --practice or --real: it stays so for ever',
    });
  }
  const session = await context.unopened();
  const found = await session.call('keystore.status', {});
  if (found.state !== 'absent') {
    throw new OperationError('KEYSTORE_EXISTS', { path: context.keystorePath });
  }
  if (dirname(resolve(context.keystorePath)) === dataFolder(process.env)) {
    makePrivateFolder(dataFolder(process.env));
  }
  const source = context.passphraseSource();
  const prompt = 'Passphrase for the new keystore (there is no way to reset it)';
  const output = await session.call('keystore.create', {
    realm: options.real === true ? 'real' : 'practice',
    passphrase: await context.secret({ ...source, prompt, twice: true }),
    backupPlace: options.backupPlace === undefined ? null : resolve(options.backupPlace),
    slotLabel: options.slotLabel,
  });
  context.show(output, (shown) => statusText(shown, styleFor(context.screen)));
}

async function unlock(context: CommandContext): Promise<void> {
  const session = await context.holder();
  if (!session) throw new OperationError('NEEDS_DAEMON');
  const output = await context.unlock(session);
  context.show(output, (shown) => statusText(shown, styleFor(context.screen)));
  if (output.state === 'verified' || output.state === 'checking') await tellDue(context, session);
}

async function tellDue(
  context: CommandContext,
  session: Awaited<ReturnType<CommandContext['opened']>>,
): Promise<void> {
  const { due, renewals } = await session.call('job.due', {});
  if (due.length + renewals.length === 0) return;
  context.remark(`${lockTexts.cameDue(due.length, renewals.length)} keyreeve job due`);
}

async function lock(context: CommandContext): Promise<void> {
  const session = await context.holder();
  if (!session) {
    await context.statusOfOne(await context.unopened());
    context.remark(lockTexts.nothingOpen);
  }
  const output = session ? await session.call('keystore.lock', {}) : { pausedJobs: 0 };
  context.show(output, (shown) => (session ? lockTexts.lockedNow(shown.pausedJobs) : ''));
}

async function passphrase(context: CommandContext, options: NewPassphraseOptions): Promise<void> {
  const session = (await context.holder()) ?? (await context.unopened());
  const { slots } = await context.statusOfOne(session);
  // The present passphrase opens the keystore here and is then asked for by the change itself.
  const current = await context.secret(context.passphraseSource());
  if (session.where === 'here') {
    await session.call('keystore.unlock', {
      ...slotOf(context),
      passphrase: new Uint8Array(current),
      ...(slots.find((slot) => slot.label === context.options.slot)?.kind === 'combined'
        ? { ...context.tokenChoice(), pin: await context.secret(context.pinSource()) }
        : {}),
    });
  }
  const output = await session.call('keystore.passphrase', {
    ...slotOf(context),
    current,
    replacement: await context.secret(newPassphraseSource(options)),
  });
  context.show(output, (shown) => slotText(shown));
}

const slotOf = ({ options }: CommandContext): { slot?: string } =>
  options.slot === undefined ? {} : { slot: options.slot };

async function backup(context: CommandContext): Promise<void> {
  const session = await context.opened();
  const output = await session.call('keystore.backup', {});
  context.show(output, (shown) => backupText(shown, styleFor(context.screen)));
}

async function backupPlace(context: CommandContext, place: string): Promise<void> {
  const session = await context.opened();
  const output = await session.call('keystore.setBackupPlace', { place: resolve(place) });
  context.show(output, (shown) => backupText(shown, styleFor(context.screen)));
}

async function verify(context: CommandContext, options: { from?: string }): Promise<void> {
  const session = options.from === undefined ? await context.opened() : await context.unopened();
  const from = options.from === undefined ? null : resolve(options.from);
  // What opens the copy is in the copy: slots may have changed since.
  const { slots } = await session.call('keystore.lookAtBackup', { from });
  const secrets = await context.unlockSecrets(slots);
  const output = await session.call('keystore.verifyBackup', { ...secrets, from });
  context.show(output, (shown) => backupText(shown, styleFor(context.screen)));
}

async function restore(context: CommandContext, options: { from: string }): Promise<void> {
  const session = await context.unopened();
  const from = resolve(options.from);
  const { slots } = await session.call('keystore.lookAtBackup', { from });
  const secrets = await context.unlockSecrets(slots);
  const output = await session.call('keystore.restore', { ...secrets, from });
  context.show(output, (shown) => restoredText(shown, styleFor(context.screen)));
}

const slotKinds = ['passphrase', 'hsm', 'combined'] as const;

interface SlotOptions extends NewPassphraseOptions {
  readonly kind: (typeof slotKinds)[number];
}

async function slotAdd(
  context: CommandContext,
  label: string,
  options: SlotOptions,
): Promise<void> {
  const { kind } = options;
  const session = await context.opened();
  if (kind !== 'passphrase') await loginIfNeeded(context, session);
  const output = await session.call('keystore.addSlot', {
    kind,
    label,
    ...(kind === 'hsm' ? {} : { passphrase: await context.secret(newPassphraseSource(options)) }),
  });
  context.show(output, slotText);
}

interface RemoveOptions extends ConfirmOptions {
  readonly withoutPassphrase?: boolean;
}

async function slotRemove(
  context: CommandContext,
  label: string,
  options: RemoveOptions,
): Promise<void> {
  const session = await context.opened();
  const { slots } = await session.call('keystore.status', {});
  const left = slots.filter((slot) => slot.label !== label && slot.id !== label);
  const last = left.length > 0 && left.every((slot) => slot.kind !== 'passphrase');
  const question = `Remove “${label}” as a way to open it?${last ? ` ${onlyByToken(left)}` : ''}`;
  const withoutPassphrase = options.withoutPassphrase === true;
  const asks = last && !withoutPassphrase ? {} : options;
  const confirm = await confirmed(context, asks, question);
  const output = await session.call('keystore.removeSlot', {
    slot: label,
    confirm: confirm || options.yes === true,
    withoutPassphrase: withoutPassphrase || (last && confirm),
  });
  context.show(output, slotsLeftText);
}

const onlyByToken = (slots: OutputFor<'keystore.status'>['slots']): string => {
  const serials = new Set(slots.map((slot) => slot.tokenSerial ?? ''));
  return `It is the last passphrase: then only the token (${[...serials].join(', ')}) opens this keystore and its backups, and without it everything in them is lost.`;
};

async function allowSoftware(context: CommandContext, options: ConfirmOptions): Promise<void> {
  const session = await context.opened();
  const question = 'Keys of a software module can be copied by whoever reads this disk. Allow it?';
  const confirm = await confirmed(context, options, question);
  const output = await session.call('keystore.allowSoftwareModuleToAws', { confirm });
  context.show(output, () => '✓ Keys of a software module may be sent to real AWS from here.');
}
