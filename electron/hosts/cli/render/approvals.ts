import {
  neverWaits,
  requestDeed,
  requestState,
  ruleLimits,
  ruleName,
  ruleSentences,
} from '../../../../shared/text/approvals.ts';
import { counted } from '../../../../shared/text/counted.ts';
import type { OutputFor } from '../operations.ts';
import { facts, table } from '../table.ts';
import type { Style } from './moments.ts';

type Approvers = OutputFor<'approver.list'>;
type Request = OutputFor<'approval.show'>;
type Rule = OutputFor<'approval.setRule'>['rule'];

/** What a person compares: the first half of the hash tells two keys apart. */
const shown = (fingerprint: string): string => fingerprint.slice(0, 16);

export function approversText({ approvers }: Approvers, style: Style): string {
  if (approvers.length === 0)
    return 'Nobody can approve yet. keyreeve approver add NAME adds the first; two are better.';
  const columns = [
    { title: 'Name', shrinks: true },
    { title: 'Since' },
    { title: 'Key', spare: 1 },
  ] as const;
  const rows = approvers.map(({ name, addedAt, fingerprint }) => [
    { text: name },
    { text: style.day(addedAt) },
    { text: shown(fingerprint) },
  ]);
  return table(columns, rows, style.width);
}

export const approverText = (
  { name, addedAt, fingerprint }: Approvers['approvers'][number],
  style: Style,
): string =>
  facts([
    ['Name', name],
    ['Since', style.when(addedAt)],
    ['Key', fingerprint],
  ]);

export function approvalsText(
  { rule, requests }: OutputFor<'approval.list'>,
  style: Style,
): string {
  const lines = [`Needs a second person: ${ruleName(rule)}.`];
  const waiting = requests.filter(({ state }) => state === 'open').length;
  if (requests.length === 0) return `${lines.join('\n')}\nNothing waits for anybody.`;
  const columns = [
    { title: 'No.', align: 'right' },
    { title: 'State', shrinks: true },
    { title: 'Deed', shrinks: 'middle' },
    { title: 'Asked by', spare: 1 },
    { title: 'Asked', spare: 2 },
    { title: 'Decided by', spare: 3 },
  ] as const;
  const rows = requests.map((request) => [
    { text: String(request.number) },
    {
      text: requestState(request),
      tone: request.state === 'open' ? 'attention' : 'quiet',
    } as const,
    { text: requestDeed(request) },
    { text: request.askedBy },
    { text: style.when(request.askedAt) },
    { text: request.decidedBy ?? '' },
  ]);
  return [
    ...lines,
    `${counted(waiting, 'deed waits', 'deeds wait')} for one.`,
    '',
    table(columns, rows, style.width),
  ].join('\n');
}

export function requestText(request: Request, style: Style): string {
  const { number, says, plan, askedBy, askedAt, decidedBy, decidedAt, endsAt, freeAt, state } =
    request;
  const live = state === 'open' || state === 'approved';
  const lines = facts([
    ['Request', String(number)],
    ['Deed', requestDeed(request)],
    ['State', requestState(request), state === 'open' ? 'attention' : 'quiet'],
    ['Plan', plan ?? ''],
    ['Asked', `${style.when(askedAt)} by ${askedBy}`],
    ['Decided', decidedBy === null ? '' : `${style.when(decidedAt)} by ${decidedBy}`],
    ['Until', live ? style.when(endsAt) : ''],
    [
      'By itself',
      state === 'open' && freeAt !== null ? `from ${style.when(freeAt)}, unless it is refused` : '',
    ],
  ]);
  return says.length === 0 ? lines : [lines, '', ...says.map((line) => `  ${line}`)].join('\n');
}

export const ruleText = ({ rule }: { readonly rule: Rule }): string =>
  [
    `✓ Needs a second person: ${ruleName(rule)}.`,
    ruleSentences[rule],
    ...(rule === 'off' ? [] : [neverWaits, ruleLimits]),
  ].join('\n');
