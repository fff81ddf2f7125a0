import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { askingForPin } from '../interactive.ts';
import { styleFor } from '../render/moments.ts';
import { transportKeyText } from '../render/transport-key.ts';
import type { Run } from './noun.ts';
import { requireNewFile, writeNewFile } from '../new-file.ts';

interface MakeOptions {
  readonly out: string;
}

/** `group transport-key make|show|give-up` */
export function addTransportKeyVerbs(noun: Command, run: Run): void {
  noun
    .command('make')
    .argument('<group>')
    .description('make the key under which a key from elsewhere is wrapped')
    .requiredOption('--out <file>', 'write its public half there, in PEM')
    .action((group: string, options: MakeOptions) => run((c) => make(c, group, options)));
  noun
    .command('show')
    .argument('<group>')
    .description('show the transport key that is open, and what to do with it')
    .action((group: string) => run((context) => show(context, group)));
  noun
    .command('give-up')
    .argument('<group>')
    .description('destroy the transport key of a group')
    .action((group: string) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('group.giveUpBringIn', { group });
        context.show(output, () => '✓ Destroyed. What was wrapped under it opens nowhere.');
      }),
    );
}

async function make(context: CommandContext, group: string, { out }: MakeOptions): Promise<void> {
  requireNewFile(out);
  const session = await context.opened();
  const output = await askingForPin(context, session, () =>
    session.call('group.prepareBringIn', { group }),
  );
  writeNewFile(out, output.pem);
  context.show(
    output,
    (shown) =>
      `✓ Public half of the transport key in ${out}.\n\n${transportKeyText(shown, styleFor(context.screen))}`,
  );
}

async function show(context: CommandContext, group: string): Promise<void> {
  const session = await context.opened();
  const output = await session.call('group.transportKey', { group });
  context.show(output, ({ transportKey }) =>
    transportKey === null
      ? 'No transport key is open for this group.'
      : transportKeyText(transportKey, styleFor(context.screen)),
  );
}
