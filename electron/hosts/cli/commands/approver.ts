import type { Command } from 'commander';
import { descriptor } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConfirmOptions, confirmed } from '../interactive.ts';
import { approversText, approverText } from '../render/approvals.ts';
import { styleFor } from '../render/moments.ts';
import type { SecretSource } from '../secret-sources.ts';
import { newPassphrase, type NewPassphraseOptions, newPassphraseSource } from './new-passphrase.ts';
import type { Run } from './noun.ts';

export interface ApproverPassphraseOptions {
  readonly approverPassphraseFd?: number;
  readonly approverPassphraseFile?: string;
}

/** The options of a command that an approver proves themself to. */
export const approverPassphrase = (command: Command): Command =>
  command
    .option(
      '--approver-passphrase-fd <n>',
      'read the passphrase of the approver from an open descriptor',
      descriptor,
    )
    .option('--approver-passphrase-file <file>', 'read the passphrase of the approver from a file');

/** `name`: as the keystore has it; what was typed for one may be a secret in the wrong place. */
export const approverPassphraseSource = (
  { approverPassphraseFd: fd, approverPassphraseFile: file }: ApproverPassphraseOptions,
  name = 'the approver',
): SecretSource => ({ option: 'approver-passphrase', fd, file, prompt: `Passphrase of ${name}` });

/** `approver list|add|passphrase|remove` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('list')
    .description('list who may approve as a second person')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('approver.list', {});
        context.show(output, (shown) => approversText(shown, styleFor(context.screen)));
      }),
    );
  newPassphrase(noun.command('add'))
    .argument('<name>', 'the name of this person')
    .description('add somebody who approves; they type a passphrase of their own')
    .action((name: string, options: NewPassphraseOptions) =>
      run((context) => add(context, name, options)),
    );
  approverPassphrase(newPassphrase(noun.command('passphrase')))
    .argument('<approver>')
    .description('change the passphrase of an approver, who types the one they have first')
    .action((approver: string, options: NewPassphraseOptions & ApproverPassphraseOptions) =>
      run((context) => passphrase(context, approver, options)),
    );
  noun
    .command('remove')
    .argument('<approver>')
    .description('remove an approver; what they approved stays in the audit log')
    .option('--yes', 'confirm')
    .action((approver: string, options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const confirm = await confirmed(context, options, `Remove approver “${approver}”?`);
        const output = await session.call('approver.remove', { approver, confirm });
        context.show(output, () => '✓ Removed.');
      }),
    );
}

async function add(
  context: CommandContext,
  name: string,
  options: NewPassphraseOptions,
): Promise<void> {
  const session = await context.opened();
  const source = newPassphraseSource(options, `Passphrase for ${name}, known to nobody else`);
  const output = await session.call('approver.add', {
    name,
    passphrase: await context.secret(source),
  });
  context.show(output, (shown) => approverText(shown, styleFor(context.screen)));
}

async function passphrase(
  context: CommandContext,
  approver: string,
  options: NewPassphraseOptions & ApproverPassphraseOptions,
): Promise<void> {
  const session = await context.opened();
  const output = await session.call('approver.changePassphrase', {
    approver,
    current: await context.secret(approverPassphraseSource(options)),
    replacement: await context.secret(newPassphraseSource(options)),
  });
  context.show(output, () => '✓ The passphrase was changed.');
}
