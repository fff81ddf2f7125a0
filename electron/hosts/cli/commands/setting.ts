import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Command } from 'commander';
import { minutesOrNever, whole } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConfirmOptions, confirmed } from '../interactive.ts';
import { settingText } from '../render/setting.ts';
import { OptionForField } from '../typed-names.ts';
import { requireChange, staysAsItIs } from './edits.ts';
import type { Run } from './noun.ts';

interface ChangeOptions extends ConfirmOptions {
  readonly autoLock?: number | 'never';
  readonly rotationLimit?: number;
  readonly allowConsole?: boolean;
  readonly forbidConsole?: boolean;
}

/** `setting show|change` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('show')
    .description('show the settings of this keystore')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('setting.show', {}), settingText);
      }),
    );
  noun
    .command('change')
    .description(`change settings of this keystore. ${staysAsItIs}`)
    .addOption(
      new OptionForField(
        '--auto-lock <minutes>',
        'lock when nobody was at work, 1 to 480, or never',
        'autoLockMinutes',
      ).argParser(minutesOrNever),
    )
    .addOption(
      new OptionForField(
        '--rotation-limit <n>',
        'how often AWS rotates one KMS key on demand, where your account has another limit than 25',
        'rotationLimit',
      ).argParser(whole),
    )
    .option('--allow-console', 'let it be opened in the browser console')
    .option('--forbid-console', 'do not')
    .option('--yes', 'confirm')
    .action((options: ChangeOptions) => run((context) => change(context, options)));
}

async function change(context: CommandContext, options: ChangeOptions): Promise<void> {
  const { autoLock, rotationLimit, allowConsole, forbidConsole } = options;
  const wrong = (problem: string): OperationError =>
    new OperationError('BAD_INPUT', { field: 'changes', problem });
  requireChange({ autoLock, rotationLimit, allowConsole, forbidConsole });
  if (allowConsole === true && forbidConsole === true)
    throw wrong('say --allow-console or --forbid-console, not both');
  const session = await context.opened();
  const now = await session.call('setting.show', {});
  const opens = allowConsole === true && !now.consoleAllowed;
  const question =
    'A browser is less of a fence than the desktop window. Let this keystore be opened in it?';
  const confirm = opens && (await confirmed(context, options, question));
  const output = await session.call('setting.change', {
    ...(autoLock === undefined ? {} : { autoLockMinutes: autoLock === 'never' ? null : autoLock }),
    ...(rotationLimit === undefined ? {} : { rotationLimit }),
    ...(allowConsole === true ? { consoleAllowed: true } : {}),
    ...(forbidConsole === true ? { consoleAllowed: false } : {}),
    confirm,
  });
  context.show(output, settingText);
}
