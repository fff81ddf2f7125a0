import type { VersionLine } from '../../../../shared/contract/group-synchronize.ts';
import type { Plan } from '../../../../shared/contract/shapes.ts';
import { sayEffort } from '../../../../shared/text/plans.ts';
import { clean, paint } from '../screen.ts';
import { failureText } from '../show-failure.ts';
import type { Style } from './moments.ts';

const block = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', paint('faint', title), ...lines.map((line) => `  ${line}`)];

/** The plan in the order a person reads it: what happens, what stays, warnings, checks, detail. */
export function planText(
  plan: Plan & { readonly versions?: readonly VersionLine[] },
  style: Style,
): string {
  return [
    paint('strong', clean(plan.title)),
    clean(plan.subject),
    '',
    clean(plan.sentence),
    ...block('VERSIONS', (plan.versions ?? []).map(versionText)),
    ...block('CHANGES', plan.changes.map(clean)),
    ...block('STAYS', plan.stays.map(clean)),
    ...block(
      'LOOK AT THIS FIRST',
      plan.lookFirst.map((text) => `${paint('attention', '!')} ${clean(text)}`),
    ),
    ...block(
      `CHECKED ${style.clock(plan.checkedAt)}`,
      plan.checks.map(({ ok, text }) => `${mark(ok)} ${clean(text)}`),
    ),
    ...block('STEPS', [
      ...plan.steps.map((step, i) => `${String(i + 1).padStart(2)} ${clean(step)}`),
      sayEffort(plan),
    ]),
    ...block(
      'AWS CALLS',
      plan.calls.map(({ call, changes }) => `${changes ? '*' : ' '} ${call}`),
    ),
    ...block('HOW TO GO BACK', [clean(plan.goBack)]),
    ...(plan.runningJob ? ['', `Already under way: job ${plan.runningJob}`] : []),
    ...(plan.confirmName ? ['', `Asks for the name: --confirm "${clean(plan.confirmName)}"`] : []),
    '',
    ...(plan.blocked
      ? [failureText(plan.blocked)]
      : [`Plan ${plan.number}`, `  ${clean(plan.command)}`]),
  ].join('\n');
}

const verdicts: Readonly<Record<VersionLine['verdict'], string>> = {
  synchronize: '→',
  nothing: '=',
  'left-out': '!',
};

/** `→ 3  PendingImport, material gone: import the material again` */
const versionText = ({ verdict, version, inAws, does, kmsKey }: VersionLine): string => {
  const glyph = verdict === 'left-out' ? paint('attention', '!') : verdicts[verdict];
  const now = [kmsKey ?? '', inAws].filter((part) => part !== '').join('  ');
  return `${glyph} ${clean(`${version}  ${now}${now === '' ? '' : ': '}${does}`)}`;
};

export const mark = (good: boolean | null): string =>
  good === null ? '?' : good ? paint('good', '✓') : paint('attention', '!');
