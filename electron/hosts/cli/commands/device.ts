import type { Command } from 'commander';
import { type ConfirmOptions, confirmed } from '../interactive.ts';
import { deviceText } from '../render/keystore.ts';
import { styleFor } from '../render/moments.ts';
import type { Run } from './noun.ts';

/** `device show|designate` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('show')
    .description('say whether this device is the one that rotates key material')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('device.show', {});
        context.show(output, (shown) => deviceText(shown, styleFor(context.screen)));
      }),
    );
  noun
    .command('designate')
    .description('make this device the one that rotates; the former stops rotating')
    .option('--yes', 'confirm')
    .action((options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const question = 'The device designated until now stops rotating. Designate this one?';
        const confirm = await confirmed(context, options, question);
        const output = await session.call('device.designate', { confirm });
        context.show(output, (shown) => deviceText(shown, styleFor(context.screen)));
      }),
    );
}
