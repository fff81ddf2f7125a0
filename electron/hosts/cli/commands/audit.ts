import { resolve } from 'node:path';
import type { Command } from 'commander';
import { collect, whole } from '../../transport/argv/values.ts';
import { askingForPin } from '../interactive.ts';
import { ArgumentForField } from '../typed-names.ts';
import { auditText, exportText, verdictText } from '../render/keystore.ts';
import { styleFor } from '../render/moments.ts';
import type { Run } from './noun.ts';

interface ShowOptions {
  readonly limit?: number;
  readonly before?: number;
  readonly action?: string;
  readonly actor?: string;
  readonly outcome?: string;
  readonly object?: string;
}

/** `audit show|export|verify` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('show')
    .description('read the audit log, newest first')
    .option('--limit <n>', 'how many records (at most 500)', whole)
    .option('--before <n>', 'records older than this number', whole)
    .option('--action <name>', 'records of one action, e.g. group.forceRotate')
    .option('--actor <name>', 'records of one account, or of job, schedule, unlock, idle-lock')
    .option('--outcome <word>', 'a failure code or another outcome; failed: all that went wrong')
    .option('--object <id>', 'records about this group, key, job …')
    .action((options: ShowOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('audit.list', options);
        const { limit: _limit, ...narrowed } = options;
        const all = Object.keys(narrowed).length === 0;
        context.show(output, (shown) => auditText(shown, styleFor(context.screen), all));
        if (output.next !== null)
          context.remark(`There is more. The next: --before ${output.next}`);
      }),
    );
  noun
    .command('export')
    .addArgument(new ArgumentForField('<file>', '', 'to'))
    .description('write the audit log, signed, to a file')
    .action((file: string) =>
      run(async (context) => {
        const session = await context.opened();
        const write = () => session.call('audit.export', { to: resolve(file) });
        context.show(await askingForPin(context, session, write), exportText);
      }),
    );
  noun
    .command('verify')
    .argument('<file>')
    .description('check an exported audit log against the fingerprint you kept elsewhere')
    .requiredOption('--fingerprint <hex>', 'fingerprint of the signing key, 64 hex digits')
    .option('--segments <folder>', 'audit of an XKS proxy, too (may be repeated)', collect)
    .action((file: string, options: { fingerprint: string; segments?: readonly string[] }) =>
      run(async (context) => {
        const session = await context.unopened();
        const fingerprint = options.fingerprint.toLowerCase().replaceAll(/[\s:]/g, '');
        const segments = (options.segments ?? []).map((each) => resolve(each));
        const asked = { file: resolve(file), fingerprint, segments };
        const output = await session.call('audit.verify', asked);
        context.show(output, (shown) => verdictText(shown, styleFor(context.screen)));
        return output.status;
      }),
    );
}
