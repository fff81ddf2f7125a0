import type { Command } from 'commander';
import { type ConfirmOptions, confirmed } from '../interactive.ts';
import { deviceText } from '../render/keystore.ts';
import { styleFor } from '../render/moments.ts';
import type { Run } from './noun.ts';

/** Two copies of a keystore do not hear of each other: only a person knows whether both are in use. */
const designateQuestion = (another: boolean): string =>
  another
    ? 'The device that was designated stops as soon as it opens a copy of the keystore that knows of this. Nobody works with another copy, and this device is to rotate?'
    : 'Until one device is designated, nothing is rotated. A keystore that was restored begins so; the one it came from does not hear of this. Nobody works with that one, and this device is to rotate?';

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
        const { designated, designatedDevice } = await session.call('device.show', {});
        const question = designateQuestion(designatedDevice !== null);
        const confirm = designated || (await confirmed(context, options, question));
        const output = await session.call('device.designate', { confirm });
        context.show(output, (shown) => deviceText(shown, styleFor(context.screen)));
      }),
    );
}
