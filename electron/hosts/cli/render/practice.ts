import { mischiefKinds } from '../../../../shared/model/practice-mischief.ts';
import { mischiefTexts } from '../../../../shared/text/mischief.ts';
import { rehearsalStateTexts, rehearsalTexts } from '../../../../shared/text/rehearsals.ts';
import type { OutputFor } from '../operations.ts';
import { facts } from '../table.ts';

const moment = (at: number): string => new Date(at).toISOString();

export function roomText(room: OutputFor<'practice.show'>): string {
  const { clock, quotas, holds } = room;
  return [
    facts([
      ['Practice clock', moment(clock.now)],
      ['Ahead by', `${Math.round(clock.aheadSeconds)} s`],
      ['Quotas', quotas.on ? 'on' : 'off'],
      ['Keys', `${holds.keys}, ${holds.withoutMaterial} without material`],
      ['Aliases', String(holds.aliases)],
      ['Users and roles', String(holds.people)],
      ['Calls', String(holds.calls)],
    ]),
    mischiefText(room),
  ].join('\n');
}

export function mischiefText({ mischief }: Pick<OutputFor<'practice.show'>, 'mischief'>): string {
  if (mischief.length === 0) return '✓ No fault is on.';
  return mischief
    .map(({ kind, operation, amount }) => {
      const { unit } = mischiefKinds[kind];
      const much = unit === 'none' ? '' : amount === null ? ', every call' : `, ${amount} ${unit}`;
      return `! ${mischiefTexts[kind].title}${operation === null ? '' : `: ${operation}`}${much}`;
    })
    .join('\n');
}

export const principalsText = ({ principals }: OutputFor<'practice.principals'>): string =>
  principals
    .map(({ arn, accessKeyIds, reading }) =>
      [`${arn}  ${accessKeyIds.join(' ')}`, ...reading.map((sentence) => `  ${sentence}`)].join(
        '\n',
      ),
    )
    .join('\n');

export function explanationText(explained: OutputFor<'practice.explain'>): string {
  return [
    `${explained.allowed ? '✓' : '!'} ${explained.summary}`,
    ...explained.findings.map(
      ({ policy, says }) =>
        `  ${policy}: ${says.length === 0 ? 'everything is allowed.' : says.join(' ')}`,
    ),
    ...explained.wouldAllow.map(
      ({ where, what, add }) => `  In ${where}: ${what}${add === null ? '' : `\n${add}`}`,
    ),
  ].join('\n');
}

export const refusalsText = ({ denials }: OutputFor<'practice.denials'>): string =>
  denials.length === 0
    ? 'No call was refused for want of a permission.'
    : denials.map((each) => `${moment(each.at)}\n${explanationText(each)}`).join('\n\n');

export const callsText = ({ calls }: OutputFor<'practice.journal'>): string =>
  calls.length === 0
    ? 'No such call.'
    : calls
        .map(({ seq, at, operation, error, mischief, effects }) =>
          [
            `${seq}  ${moment(at)}  ${operation}  ${mischief ?? error ?? 'answered'}`,
            ...effects.map((effect) => `    ${effect}`),
          ].join('\n'),
        )
        .join('\n');

export const rehearsalsText = ({ rehearsals }: OutputFor<'practice.rehearsals'>): string =>
  rehearsals
    .map(({ rehearsal, state, steps }) => {
      const text = rehearsalTexts[rehearsal];
      const titles = text.steps as Readonly<Record<string, { title: string; doing: string }>>;
      const now = steps.find(({ done }) => !done);
      const lines =
        state === 'new'
          ? []
          : steps.map(({ step, done, found }) => {
              const title = titles[step]?.title ?? step;
              return `  ${done ? '✓' : step === now?.step ? '▸' : ' '} ${title}${found === '' ? '' : `  (${found})`}`;
            });
      return [`${rehearsal}: ${text.title}  ${rehearsalStateTexts[state].word}`, ...lines].join(
        '\n',
      );
    })
    .join('\n');
