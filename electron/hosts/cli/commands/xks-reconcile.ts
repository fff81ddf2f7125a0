import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { collect } from '../../transport/argv/values.ts';
import { styleFor } from '../render/moments.ts';
import { linksText, reconciledText } from '../render/xks-audit.ts';
import { ArgumentForField } from '../typed-names.ts';
import type { Run } from './noun.ts';

interface ReconcileOptions {
  readonly practice?: boolean;
  readonly segments?: readonly string[];
  readonly from?: number;
  readonly to?: number;
}

/** A moment as ISO 8601 writes it, in ms. */
function moment(text: string): number {
  const at = Date.parse(text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(at)) return at;
  throw new InvalidArgumentError('a time looks like 2026-11-05T09:00:00Z.');
}

/** `xks link` */
export function addLink(noun: Command, run: Run): void {
  noun
    .command('link')
    .description('note in the audit log how far the audit of every proxy reaches')
    .option('--segments <folder>', 'audit of a copy that runs elsewhere (may be repeated)', collect)
    .action((options: { readonly segments?: readonly string[] }) =>
      run(async (context) => {
        const session = await context.opened();
        const segments = (options.segments ?? []).map((each) => resolve(each));
        context.show(await session.call('xks.link', { segments }), linksText);
      }),
    );
}

/** `xks reconcile`: 0 when both sides tell the same, 2 when they do not. */
export function addReconcile(noun: Command, run: Run): void {
  noun
    .command('reconcile')
    .addArgument(
      new ArgumentForField('[records...]', 'files of CloudTrail, or folders of them', 'trail'),
    )
    .description('match what CloudTrail recorded with what proxies answered')
    .option('--practice', 'the history of the practice KMS, too')
    .option('--segments <folder>', 'audit of a copy that runs elsewhere (may be repeated)', collect)
    .option('--from <time>', 'only calls of then and later', moment)
    .option('--to <time>', 'only calls up to then', moment)
    .action((records: readonly string[], options: ReconcileOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('xks.reconcile', {
          trail: records.map((each) => resolve(each)),
          practice: options.practice === true,
          segments: (options.segments ?? []).map((each) => resolve(each)),
          from: options.from ?? null,
          to: options.to ?? null,
        });
        context.show(output, (found) => reconciledText(found, styleFor(context.screen)));
        const { awsOnly, proxyOnly, different, nodes } = output;
        const odd = awsOnly.count + proxyOnly.count + different.count;
        return odd === 0 && nodes.every(({ gaps }) => gaps.length === 0) ? 0 : 2;
      }),
    );
}
