import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type ConfirmOptions, confirmed } from '../interactive.ts';
import { styleFor } from '../render/moments.ts';
import { blockedText, limitsText, servingText } from '../render/xks.ts';
import type { Run } from './noun.ts';
import { addCertificateVerbs } from './xks-certificate.ts';
import { addCheck } from './xks-check.ts';
import { addKeyVerbs } from './xks-key.ts';
import { addLink, addReconcile } from './xks-reconcile.ts';
import { addRuleVerbs, conditionOptions, type Conditions, whenOf } from './xks-rule.ts';
import { addServe } from './xks-serve.ts';
import { addCredentialVerbs, addStoreVerbs } from './xks-store.ts';
import { type TargetOptions, targetOf, targetOptions } from './xks-target.ts';
import { counted } from '../../../../shared/text/counted.ts';

/** `xks store|key|rule|credential|certificate …`, `xks status|publish|kill|rehearse|restore|serve|check|reconcile|link|limits` */
export function addVerbs(noun: Command, run: Run): void {
  const group = (name: string, about: string): Command =>
    noun.command(name).description(about).helpCommand(false);
  addStoreVerbs(group('store', 'external key stores, here and in AWS'), run);
  addKeyVerbs(group('key', 'external keys and their KMS keys'), run);
  addRuleVerbs(group('rule', 'who may use a store or a key'), run);
  addCredentialVerbs(group('credential', 'what KMS signs with'), run);
  addCertificateVerbs(group('certificate', 'what proxies show to AWS'), run);
  addServe(noun, run);
  addCheck(noun, run);
  addReconcile(noun, run);
  addLink(noun, run);
  addServingVerbs(noun, run);
  addBlockVerbs(noun, run);
}

function addServingVerbs(noun: Command, run: Run): void {
  noun
    .command('status')
    .description('say what proxies are served, and which serve it')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('xks.status', {}), (shown) =>
          servingText(shown, styleFor(context.screen)),
        );
      }),
    );
  noun
    .command('publish')
    .description('write the serving set again and tell the proxies')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('xks.publish', {}), (shown) =>
          servingText(shown, styleFor(context.screen)),
        );
      }),
    );
  noun
    .command('folder')
    .argument('<folder>')
    .description('choose the folder in which proxies find their serving set')
    .action((folder: string) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('xks.setFolder', { folder: resolve(folder) });
        context.show(output, (shown) => servingText(shown, styleFor(context.screen)));
      }),
    );
  noun
    .command('limits')
    .description('say what AWS does not offer for external key stores, and why')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('xks.limits', {}), limitsText);
      }),
    );
}

function addBlockVerbs(noun: Command, run: Run): void {
  targetOptions(noun.command('kill'))
    .description('block a store or a key: within a second nothing is encrypted or decrypted')
    .option('--yes', 'confirm')
    .action((options: TargetOptions & ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const named = options.key ?? options.store ?? '';
        const question = `Every use of ${named} is refused from then on. Block it?`;
        const confirm = await confirmed(context, options, question);
        const output = await session.call('xks.kill', { ...targetOf(options), confirm });
        context.show(output, (shown) => blockedText(shown, styleFor(context.screen)));
      }),
    );
  addRehearse(noun, run);
  targetOptions(noun.command('restore'))
    .description('lift the block of a store or a key')
    .action((options: TargetOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('xks.restore', targetOf(options));
        const named = options.key ?? options.store ?? '';
        context.show(
          output,
          (shown) =>
            `${servingText(shown, styleFor(context.screen))}\n✓ The block of ${named} is lifted.`,
        );
      }),
    );
}

interface RehearseOptions extends ConfirmOptions, Conditions {
  readonly minutes: number;
}

function addRehearse(noun: Command, run: Run): void {
  conditionOptions(noun.command('rehearse'), 'when')
    .argument('<key>', 'the external key')
    .description('block one key for a while, for requests of a scope; it ends by itself')
    .requiredOption('--minutes <n>', 'how long', minutesOf)
    .option('--yes', 'confirm')
    .action((key: string, options: RehearseOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const { minutes } = options;
        const question = `Uses of ${key} in this scope are refused for ${counted(minutes, 'minute')}. Rehearse it?`;
        const confirm = await confirmed(context, options, question);
        const asked = { key, minutes, when: whenOf(options), confirm };
        const output = await session.call('xks.rehearse', asked);
        const style = styleFor(context.screen);
        context.show(
          output,
          (shown) =>
            `${servingText(shown.serving, style)}\nRehearsed until ${style.when(shown.until)}.`,
        );
      }),
    );
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (/^\d{1,4}$/.test(text) && minutes >= 1 && minutes <= 1440) return minutes;
  throw new InvalidArgumentError('minutes are 1 to 1440.');
}
