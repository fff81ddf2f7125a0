import { type Command, Option } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { type ScanStanding, scanStandings } from '../../../../shared/model/scan.ts';
import { scanProgress } from '../../../../shared/text/scans.ts';
import { whole } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import type { OutputFor } from '../operations.ts';
import { type PageOptions, readPages, tellMore } from '../pages.ts';
import { styleFor } from '../render/moments.ts';
import { type Found, foundText } from '../render/scans.ts';
import type { Session } from '../session.ts';
import type { Run } from './noun.ts';

interface FindOptions extends PageOptions {
  readonly standing?: ScanStanding;
  readonly find?: string;
}
type Scan = OutputFor<'scan.show'>;

/** How long one look waits for the scan to get on (ms). */
const patienceMs = 10_000;

const listOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--standing <standing>', 'only those (all but AWS managed unless said)').choices(
        scanStandings,
      ),
    )
    .option('--find <text>', 'part of an id, ARN, alias, description or name here')
    .option('--limit <n>', 'how many at a time (at most 500)', whole)
    .option('--after <mark>', 'go on where the last list ended; AWS is read anew')
    .option('--all', 'every page');

/** `group find-in-aws` */
export function addFindForGroup(noun: Command, run: Run): void {
  listOptions(noun.command('find-in-aws'))
    .argument('<group>')
    .description('read which KMS keys the account holds in the Region of a group; nothing changes')
    .action((group: string, options: FindOptions) =>
      run((context) =>
        find(context, options, (session) => session.call('group.findInAws', { group })),
      ),
    );
}

/** `credential find-in-aws` */
export function addFindForCredential(noun: Command, run: Run): void {
  listOptions(noun.command('find-in-aws'))
    .argument('<credential>')
    .description('read which KMS keys the account of a credential holds; nothing changes')
    .requiredOption('--region <region>', 'the Region to look in')
    .action((credential: string, options: FindOptions & { region: string }) =>
      run((context) =>
        find(context, options, (session) =>
          session.call('credential.findInAws', { credential, region: options.region }),
        ),
      ),
    );
}

/** One command is one reading: pages of it are asked for until it has shown what was asked. */
async function find(
  context: CommandContext,
  options: FindOptions,
  begin: (session: Session) => Promise<Scan>,
): Promise<void> {
  const session = await context.opened();
  const scan = await ended(context, session, await begin(session));
  let total = 0;
  const { rows, next } = await readPages(options, async (page) => {
    const answer = await session.call('scan.list', {
      ...page,
      scan: scan.id,
      standing: options.standing ?? null,
      find: options.find ?? '',
    });
    ({ total } = answer);
    return { rows: answer.keys, next: answer.next };
  });
  const output: Found = { scan, keys: rows, total, next };
  context.show(output, (shown) => foundText(shown, styleFor(context.screen)));
  tellMore(context, rows.length, total, next);
  if (scan.failure === null) return;
  const { code, details, external } = scan.failure;
  throw new OperationError(code, details, external ? { external } : {});
}

async function ended(context: CommandContext, session: Session, begun: Scan): Promise<Scan> {
  for (let now = begun; ; ) {
    if (now.state !== 'running') return now;
    if (!context.json) context.screen.status(scanProgress(now));
    const { id: scan, revision } = now;
    now = await session.call('scan.show', { scan, revision, waitMs: patienceMs });
  }
}
