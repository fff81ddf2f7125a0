import { sayCount } from '../../../../shared/text/counted.ts';
import { mischiefKinds } from '../../../../shared/model/practice-mischief.ts';
import type { RehearsalName } from '../../../../shared/model/rehearsals.ts';
import { mischiefTexts } from '../../../../shared/text/mischief.ts';
import {
  aheadWords,
  byPracticeClock,
  practiceEventTexts,
  quotasWords,
} from '../../../../shared/text/practice.ts';
import {
  type RehearsalPlace,
  rehearsalCommands,
} from '../../../../shared/text/rehearsal-commands.ts';
import { rehearsalStateTexts, rehearsalTexts } from '../../../../shared/text/rehearsals.ts';
import type { OutputFor } from '../operations.ts';
import { facts } from '../table.ts';

const moment = (at: number): string => new Date(at).toISOString();

export function roomText(room: OutputFor<'practice.show'>): string {
  const { clock, quotas, holds } = room;
  return [
    facts([
      ['Practice clock', moment(clock.now)],
      ['Ahead of real time', aheadWords(clock.aheadSeconds)],
      ['Quotas', quotasWords(quotas)],
      ['Keys', `${sayCount(holds.keys)}, ${sayCount(holds.withoutMaterial)} without material`],
      ['Aliases', String(holds.aliases)],
      ['Key stores', holds.keyStores === 0 ? '' : String(holds.keyStores)],
      ['Users and roles', String(holds.people)],
      ['Calls', String(holds.calls)],
    ]),
    mischiefText(room),
  ].join('\n');
}

/** What the practice clock sets off on its way, each by its alias where it has one. */
export function aheadText({ events, total }: OutputFor<'practice.lookAhead'>): string {
  if (total === 0) return '✓ No key material expires by then, and no key is deleted.';
  const rest = total - events.length;
  return [
    ...events.map(
      ({ what, at, keyId, alias, region }) =>
        `! ${practiceEventTexts[what]}: ${alias ?? keyId}, ${region}, ${moment(at)}`,
    ),
    ...(rest > 0 ? [`  and ${rest} more.`] : []),
  ].join('\n');
}

export function mischiefText({ mischief }: Pick<OutputFor<'practice.show'>, 'mischief'>): string {
  if (mischief.length === 0) return '✓ No fault is on.';
  return mischief
    .map(({ kind, operation, amount }) => {
      const { unit } = mischiefKinds[kind];
      const units = amount === 1 ? unit.replace(/s$/, '') : unit;
      const much = unit === 'none' ? '' : amount === null ? ', every call' : `, ${amount} ${units}`;
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
    : [
        byPracticeClock,
        ...denials.map((each) => `${moment(each.at)}\n${explanationText(each)}`),
      ].join('\n\n');

export const callsText = ({ calls }: OutputFor<'practice.journal'>): string =>
  calls.length === 0
    ? 'No such call.'
    : [
        byPracticeClock,
        ...calls.map(({ seq, at, operation, error, mischief, effects }) =>
          [
            `${seq}  ${moment(at)}  ${operation}  ${mischief ?? error ?? 'answered'}`,
            ...effects.map((effect) => `    ${effect}`),
          ].join('\n'),
        ),
      ].join('\n');

type Rehearsal = OutputFor<'practice.rehearsals'>['rehearsals'][number];

/** How to go on from the step that is next: what to do, and what to type for it. */
function nextLines({ rehearsal, groupName, keyReference }: Rehearsal, step: string): string[] {
  const group = groupName ?? '';
  const version = /version (\d+)$/.exec(keyReference ?? '')?.[1] ?? '1';
  const place = { group, key: `${group}/${version}` };
  const doings: Readonly<Record<string, { readonly doing: string }>> =
    rehearsalTexts[rehearsal].steps;
  const commands: Readonly<Record<string, (at: RehearsalPlace) => string>> =
    rehearsalCommands[rehearsal];
  const lines = [doings[step]?.doing, commands[step]?.(place)];
  return lines.filter((line) => line !== undefined).map((line) => `      ${line}`);
}

function stepLines(of: Rehearsal): string[] {
  const titles: Readonly<Record<string, { readonly title: string }>> =
    rehearsalTexts[of.rehearsal].steps;
  const next = of.steps.find(({ done }) => !done)?.step;
  return of.steps.flatMap(({ step, done, found }) => {
    const isNext = step === next;
    const note = found === '' ? '' : `  (${found})`;
    const line = `  ${done ? '✓' : isNext ? '▸' : ' '} ${titles[step]?.title ?? step}${note}`;
    return isNext && of.state === 'under-way' ? [line, ...nextLines(of, step)] : [line];
  });
}

const rehearsalText = (of: Rehearsal): string =>
  [
    `${of.rehearsal}: ${rehearsalTexts[of.rehearsal].title}  ${rehearsalStateTexts[of.state].word}`,
    ...(of.state === 'new' ? [] : stepLines(of)),
  ].join('\n');

export const rehearsalsText = ({ rehearsals }: OutputFor<'practice.rehearsals'>): string =>
  rehearsals.map(rehearsalText).join('\n');

/** One that was begun or left, with what it is for. */
export const oneRehearsalText =
  (name: RehearsalName) =>
  ({ rehearsals }: OutputFor<'practice.rehearsals'>): string => {
    const { lead, sets } = rehearsalTexts[name];
    const found = rehearsals.filter(({ rehearsal }) => rehearsal === name);
    return [lead, sets, ...found.map(rehearsalText)].join('\n');
  };
