import type { VersionLine } from '../../../shared/contract/group-synchronize.ts';
import type { Plan } from '../../../shared/contract/shapes.ts';

type Lists =
  | 'changes'
  | 'stays'
  | 'lookFirst'
  | 'checks'
  | 'steps'
  | 'calls'
  | 'comparison'
  | 'versions';
type Single = 'subject' | 'sentence' | 'goBack';

/** What of a plan is not as it was when somebody last looked. */
export interface PlanMarks {
  /** `changes: New KMS key …`: lines that are new or read otherwise now. */
  readonly lines: ReadonlySet<string>;
  /** Lines that were shown and are not true any more, by their part. */
  readonly gone: readonly { readonly part: Lists; readonly text: string }[];
}

export const noMarks: PlanMarks = { lines: new Set(), gone: [] };

/** How a line of a part is named in the marks. */
export const markOf = (part: Lists | Single, text: string): string => `${part}: ${text}`;

const lists: readonly Lists[] = [
  'comparison',
  'versions',
  'changes',
  'stays',
  'lookFirst',
  'checks',
  'steps',
];
const singles: readonly Single[] = ['subject', 'sentence', 'goBack'];

/** How a version of a group is told apart from how it was. */
export const versionText = ({ version, inAws, does }: VersionLine): string =>
  [version, inAws, does].join(' | ');

/** Plans of Synchronize compare three sides as well, or tell of every version of a group. */
type AnyPlan = Plan & {
  readonly versions?: readonly VersionLine[];
  readonly comparison?: readonly {
    readonly what: string;
    readonly here: string;
    readonly awsNow: string;
    readonly after: string;
  }[];
};

function linesOf(plan: AnyPlan, part: Lists): readonly string[] {
  if (part === 'checks') return plan.checks.map(({ ok, text }) => `${ok ? '✓' : '!'} ${text}`);
  if (part === 'calls') return plan.calls.map(({ call }) => call);
  if (part === 'comparison') {
    return (plan.comparison ?? []).map(({ what, here, awsNow, after }) =>
      [what, here, awsNow, after].join(' | '),
    );
  }
  if (part === 'versions') return (plan.versions ?? []).map(versionText);
  return plan[part];
}

/** Compares two plans of one deed, line by line; order alone is no difference. */
export function marksBetween(before: AnyPlan, now: AnyPlan): PlanMarks {
  const lines = new Set<string>();
  const gone: { part: Lists; text: string }[] = [];
  for (const part of [...lists, 'calls'] as const) {
    const was = linesOf(before, part);
    const is = linesOf(now, part);
    for (const text of is) if (!was.includes(text)) lines.add(markOf(part, text));
    // A step or a call that is not needed any more shows in the count beside it.
    if (part === 'steps' || part === 'calls' || part === 'comparison' || part === 'versions')
      continue;
    for (const text of was) if (!is.includes(text)) gone.push({ part, text });
  }
  for (const part of singles) {
    if (before[part] !== now[part]) lines.add(markOf(part, now[part]));
  }
  return { lines, gone };
}

export const anyMark = ({ lines, gone }: PlanMarks): boolean => lines.size + gone.length > 0;
