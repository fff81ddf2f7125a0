import { Argument, type Command } from 'commander';
import { approvalRule, type ApprovalRule } from '../../../../shared/contract/approval.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { whole } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import { approvalsText, requestText, ruleText } from '../render/approvals.ts';
import { styleFor } from '../render/moments.ts';
import type { Session } from '../session.ts';
import {
  type ApproverPassphraseOptions,
  approverPassphrase,
  approverPassphraseSource,
} from './approver.ts';
import type { Run } from './noun.ts';

const rules = approvalRule.options;

interface GiveOptions extends ApproverPassphraseOptions {
  readonly approver?: string;
}

/** `approval list|show|rule|give|refuse` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('list')
    .description('say what needs a second person, and what waits for one')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('approval.list', {});
        context.show(output, (shown) => approvalsText(shown, styleFor(context.screen)));
      }),
    );
  noun
    .command('show')
    .argument('<number>', 'number of the request', whole)
    .description('show what a request is about, and what became of it')
    .action((number: number) => run((context) => one(context, number, 'approval.show')));
  noun
    .command('rule')
    .addArgument(new Argument('<rule>', 'which deeds need a second person').choices(rules))
    .description('say which deeds need a second person')
    .action((rule: ApprovalRule) =>
      run(async (context) => {
        const session = await context.opened();
        context.show(await session.call('approval.setRule', { rule }), ruleText);
      }),
    );
  approverPassphrase(noun.command('give'))
    .argument('<number>', 'number of the request', whole)
    .description('approve a deed; whoever asked for it does it again')
    .option('--approver <name>', 'who approves, where there are several')
    .action((number: number, options: GiveOptions) =>
      run((context) => give(context, number, options)),
    );
  noun
    .command('refuse')
    .argument('<number>', 'number of the request', whole)
    .description('refuse a deed, or take a request back')
    .action((number: number) => run((context) => one(context, number, 'approval.refuse')));
}

async function one(
  context: CommandContext,
  number: number,
  operation: 'approval.show' | 'approval.refuse',
): Promise<void> {
  const session = await context.opened();
  const output = await session.call(operation, { number });
  context.show(output, (shown) => requestText(shown, styleFor(context.screen)));
}

async function give(context: CommandContext, number: number, options: GiveOptions): Promise<void> {
  const session = await context.opened();
  const style = styleFor(context.screen);
  // seen before anything is typed
  context.remark(requestText(await session.call('approval.show', { number }), style));
  const approver = options.approver ?? (await onlyApprover(session));
  const known = options.approver === undefined ? approver : undefined;
  const passphrase = await context.secret(approverPassphraseSource(options, known));
  const output = await session.call('approval.give', { number, approver, passphrase });
  context.show(
    output,
    (shown) => `✓ Approved. Whoever asked has until ${style.when(shown.endsAt)} to do it again.`,
  );
}

async function onlyApprover(session: Session): Promise<string> {
  const { approvers } = await session.call('approver.list', {});
  const [only, ...others] = approvers;
  if (only !== undefined && others.length === 0) return only.name;
  const problem =
    only === undefined
      ? 'nobody can approve yet: add an approver'
      : `say who approves: ${approvers.map(({ name }) => name).join(', ')}`;
  throw new OperationError('BAD_INPUT', { field: 'approver', problem });
}
