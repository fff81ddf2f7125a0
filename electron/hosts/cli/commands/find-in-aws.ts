import { type Command, Option } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { type ScanStanding, scanStandings } from '../../../../shared/model/scan.ts';
import { scanProgress } from '../../../../shared/text/scans.ts';
import { whole } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import { onInterrupt } from '../on-interrupt.ts';
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
  const scan = await ended(context, session, begin);
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

/** Reads to the end, or until somebody wants it to stop. */
async function ended(
  context: CommandContext,
  session: Session,
  begin: (session: Session) => Promise<Scan>,
): Promise<Scan> {
  let begun: Promise<Scan> | null = null;
  const stop = onInterrupt(async () => {
    if (session.where === 'holder') await stopThere(session, await begun);
    throw new OperationError('CANCELLED_BY_PERSON');
  });
  // stopping ends the reading, and so what is asked about it: what was wished for is the reason
  const unlessStopped = async <T>(answer: Promise<T>): Promise<T> => {
    const first = await Promise.race([answer, stop.asked]);
    return stop.begun() ? stop.asked : first;
  };
  try {
    begun = begin(session);
    for (let now = await unlessStopped(begun); ; ) {
      if (now.state !== 'running') return now;
      if (!context.json) context.screen.status(scanProgress(now));
      const { id: scan, revision } = now;
      now = await unlessStopped(session.call('scan.show', { scan, revision, waitMs: patienceMs }));
    }
  } finally {
    stop.release();
  }
}

/** Nobody else would end it there; one that was under way before is somebody else's. */
async function stopThere(session: Session, begun: Scan | null): Promise<void> {
  if (begun?.state !== 'running' || begun.revision > 1) return;
  await session.call('scan.stop', { scan: begun.id });
}
