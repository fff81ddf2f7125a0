import { type Command, Option } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import {
  mischiefKinds,
  type MischiefKind,
  mischiefNames,
} from '../../../../shared/model/practice-mischief.ts';
import { type RehearsalName, rehearsalNames } from '../../../../shared/model/rehearsals.ts';
import { counted } from '../../../../shared/text/counted.ts';
import { whole } from '../../transport/argv/values.ts';
import { type ConfirmOptions, confirmed } from '../interactive.ts';
import type { OutputFor } from '../operations.ts';
import {
  aheadText,
  callsText,
  explanationText,
  mischiefText,
  oneRehearsalText,
  principalsText,
  refusalsText,
  rehearsalsText,
  roomText,
} from '../render/practice.ts';
import { fileBytes } from '../secret-files.ts';
import type { Session } from '../session.ts';
import type { Run } from './noun.ts';

const largestFile = 1_000_000;

/** What is set on the practice KMS: clock, quotas, mischief, and everything away. */
export function addSettingVerbs(noun: Command, run: Run): void {
  noun
    .command('show')
    .description('clock, quotas and mischief of the practice KMS, and what it holds')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('practice.show', {}), roomText);
      }),
    );
  noun
    .command('advance')
    .argument('<days>', 'how far the practice clock goes forward', whole)
    .description('move the practice clock forward; what falls due happens at once')
    .option('--yes', 'confirm')
    .action((days: number, options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const seconds = days * 86_400;
        const ahead = await session.call('practice.lookAhead', { seconds });
        context.remark(aheadText(ahead));
        const question = `Move the practice clock ${counted(days, 'day')} forward?`;
        const confirm = await confirmed(context, options, question);
        context.show(await session.call('practice.advance', { seconds, confirm }), roomText);
      }),
    );
  noun
    .command('quotas')
    .addArgument(noun.createArgument('<on|off>', 'as AWS, or none').choices(['on', 'off']))
    .description("hold the practice KMS to AWS's requests per second, or not")
    .action((wanted: 'on' | 'off') =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('practice.setQuotas', { on: wanted === 'on' }), roomText);
      }),
    );
  noun
    .command('reset')
    .description('empty the practice KMS: keys, aliases, calls, people, clock and mischief')
    .option('--yes', 'confirm')
    .action((options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const { holds } = await session.call('practice.show', {});
        const lost = `${counted(holds.keys, 'key')} and ${counted(holds.aliases, 'alias', 'aliases')}`;
        const question = `Empty the practice KMS? What it holds is lost: ${lost}.`;
        const confirm = await confirmed(context, options, question);
        context.show(await session.call('practice.reset', { confirm }), roomText);
      }),
    );
}

/** `practice mischief on|off|list` */
export function addMischief(noun: Command, run: Run): void {
  noun
    .command('mischief')
    .addArgument(
      noun.createArgument('[fault]', 'which one, or off').choices([...mischiefNames, 'off']),
    )
    .description('switch one rehearsed fault on, all off, or list those that are on')
    .option('--operation <name>', 'operation of KMS that it strikes', '*')
    .option('--amount <n>', 'calls, milliseconds or seconds; every call without it', whole)
    .action((fault: MischiefKind | 'off' | undefined, options: MischiefOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const { mischief } = await session.call('practice.show', {});
        if (fault === undefined) return context.show({ mischief }, mischiefText);
        const rules = fault === 'off' ? [] : withFault(mischief, fault, options);
        context.show(await session.call('practice.setMischief', { rules }), mischiefText);
      }),
    );
}

interface MischiefOptions {
  readonly operation: string;
  readonly amount?: number;
}
type Rules = OutputFor<'practice.show'>['mischief'];

function withFault(rules: Rules, kind: MischiefKind, options: MischiefOptions): Rules {
  const { ofOperation, unit } = mischiefKinds[kind];
  if ((unit === 'seconds' || unit === 'milliseconds') && options.amount === undefined)
    throw new OperationError('BAD_INPUT', { field: 'amount', problem: `say how many ${unit}` });
  const operation = ofOperation ? options.operation : null;
  if (kind === 'refuse' && operation === '*')
    throw new OperationError('BAD_INPUT', { field: 'operation', problem: 'say which operation' });
  const others = rules.filter((rule) => rule.kind !== kind || rule.operation !== operation);
  return [...others, { kind, operation, amount: options.amount ?? null }];
}

/** Who there is, who may do what, and what was asked and refused. */
export function addPeopleVerbs(noun: Command, run: Run): void {
  noun
    .command('people')
    .description('list accounts, users and roles, and what each may do')
    .option('--load <file>', 'load a principals file first, in place of those that are there')
    .action((options: { load?: string }) =>
      run(async (context) => {
        const session = await context.opened();
        const { load } = options;
        const output =
          load === undefined
            ? await session.call('practice.principals', {})
            : await session.call('practice.loadPrincipals', {
                file: new Uint8Array(fileBytes(load, 'file', largestFile)),
              });
        context.show(output, principalsText);
      }),
    );
  noun
    .command('may')
    .argument('<principal>', 'ARN or access key id')
    .argument('<action>', 'such as kms:CreateKey')
    .description('judge a call that nobody makes: may it do that, and why')
    .option('--resource <key>', 'KMS key by id or ARN', '*')
    .action((principal: string, action: string, options: { resource: string }) =>
      run(async (context) => {
        const session = await context.opened();
        const input = { principal, action, resource: options.resource };
        context.show(await session.call('practice.explain', input), explanationText);
      }),
    );
  noun
    .command('allow')
    .argument('<principal>', 'ARN of a user or role')
    .argument('<statement>', 'one statement of an IAM policy, as JSON')
    .description('add a statement to the IAM policies of a user or role')
    .action((principal: string, statement: string) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('practice.addPermission', { principal, statement });
        context.show(output, principalsText);
      }),
    );
  noun
    .command('refusals')
    .description('the last refusals for want of a permission, explained')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('practice.denials', {}), refusalsText);
      }),
    );
  noun
    .command('calls')
    .description('the calls that the practice KMS answered, newest first')
    .option('--operation <name>', 'only of this operation', '')
    .addOption(
      new Option('--outcome <which>', 'how they came out')
        .choices(['all', 'refused', 'struck', 'changed'])
        .default('all'),
    )
    .option('--limit <n>', 'how many', whole, 50)
    .option('--before <n>', 'only calls with a lower number', whole)
    .action((options: CallOptions) =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('practice.journal', options), callsText);
      }),
    );
}

interface CallOptions {
  readonly operation: string;
  readonly outcome: 'all' | 'refused' | 'struck' | 'changed';
  readonly limit: number;
  readonly before?: number;
}

const crashed =
  'The process that held the keystore was ended, as a crash does. Unlock the keystore: its jobs go on.';

/** That the holder goes before it answers is what was asked for. */
async function crash(session: Session, confirm: boolean): Promise<{ readonly ended: true }> {
  try {
    await session.call('practice.crash', { confirm });
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'HOLDER_GONE') throw error;
  }
  return { ended: true };
}

/** `practice rehearsals|begin|leave|crash` */
export function addRehearsalVerbs(noun: Command, run: Run): void {
  noun
    .command('rehearsals')
    .description('the guided rehearsals, and how far each has come')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('practice.rehearsals', {}), rehearsalsText);
      }),
    );
  const which = () => noun.createArgument('<rehearsal>', 'which one').choices(rehearsalNames);
  noun
    .command('begin')
    .addArgument(which())
    .description('begin a guided rehearsal, or take it up again')
    .option('--anew', 'forget how far it had come')
    .action((rehearsal: RehearsalName, { anew = false }: { anew?: boolean }) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('practice.begin', { rehearsal, anew });
        context.show(output, oneRehearsalText(rehearsal));
      }),
    );
  noun
    .command('leave')
    .addArgument(which())
    .description('leave a guided rehearsal: the mischief it has set is undone')
    .action((rehearsal: RehearsalName) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('practice.leave', { rehearsal });
        context.show(output, oneRehearsalText(rehearsal));
      }),
    );
  noun
    .command('crash')
    .description('end the process that holds this practice keystore, as a crash does')
    .option('--yes', 'confirm')
    .action((options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const confirm = await confirmed(context, options, 'Crash Keyreeve now?');
        context.show(await crash(session, confirm), () => crashed);
      }),
    );
}
