import type { Failure } from '../../../shared/errors/operation-error.ts';
import { tellFailure } from '../../ui/failure-words.ts';
import { DetailReader } from '../../../shared/text/wording.ts';
import { type GroupForm, wholeNumber } from './fields.ts';

/** Fields of the contract, in the order in which the window shows them. */
export const fieldOrder = [
  'name',
  'storage',
  'credential',
  'keyType',
  'keyLength',
  'keyUsage',
  'rotateEvery',
  'keepValidFor',
  'alias',
  'description',
  'region',
  'activeKeyId',
  'mapping',
  'policy',
  'awsDeletesMaterialAfterDays',
  'disableAfterRotating',
  'disableWaitDays',
] as const;
export type Field = (typeof fieldOrder)[number];
export type FormTab = 'group' | 'aws';

const onGroupTab: ReadonlySet<string> = new Set([
  'name',
  'storage',
  'credential',
  'keyType',
  'keyLength',
  'keyUsage',
  'rotateEvery',
  'keepValidFor',
]);

const isField = (text: string): text is Field => fieldOrder.includes(text as Field);
export const tabOf = (field: Field): FormTab => (onGroupTab.has(field) ? 'group' : 'aws');

/** What does not fit, each beside its field. */
export type Problems = ReadonlyMap<Field, string>;

/** The core speaks to commands too; in a window there is a list to choose from. */
const plainer: Readonly<Record<string, string>> = {
  'a Region code': 'Choose a Region from the list, or type its code',
  'choose a Region': 'Choose a Region from the list, or type its code',
};

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A failure in the few words that have room beside a field. */
export function sayProblem(failure: Failure): string {
  const details = new DetailReader(failure);
  const problem = details.first('problems', 'problem');
  if (failure.code === 'BAD_INPUT') {
    return plainer[problem] ?? capital(problem === '' ? 'This does not fit.' : problem);
  }
  const { headline, next } = tellFailure(failure);
  if (failure.code === 'POLICY_INVALID')
    return `${headline} ${capital(details.because().slice(2))}`;
  return failure.code === 'HSM_NOT_ATTACHED' ? headline : `${headline} ${next}`;
}

const range = (text: string, low: number, high: number, what: string): string | null => {
  const n = wholeNumber(text);
  return n === null || n < low || n > high ? `A whole number of ${what}, ${low} to ${high}` : null;
};

/** What can be said without asking anybody. */
export function ownProblems(form: GroupForm): Problems {
  const found: readonly (readonly [Field, string | null])[] = [
    ['name', form.name.length > 255 ? 'At most 255 characters' : null],
    [
      'rotateEvery',
      form.rotate ? range(form.rotateEvery.amount, 1, 3650, form.rotateEvery.unit) : null,
    ],
    ['keepValidFor', range(form.keepValidFor.amount, 1, 3650, form.keepValidFor.unit)],
    ['description', form.description.length > 4096 ? 'At most 4,096 characters' : null],
    [
      'awsDeletesMaterialAfterDays',
      form.awsDeletes ? range(form.awsDeletesDays, 1, 365, 'days') : null,
    ],
    [
      'disableWaitDays',
      form.disableAfterRotating ? range(form.disableWaitDays, 0, 365, 'days') : null,
    ],
  ];
  return new Map(found.filter((one): one is readonly [Field, string] => one[1] !== null));
}

/** Own words first; else what the core says of the field. */
export function allProblems(
  form: GroupForm,
  told: readonly { readonly field: string; readonly failure: Failure }[],
): Problems {
  const all = new Map<Field, string>();
  for (const { field, failure } of told) if (isField(field)) all.set(field, sayProblem(failure));
  for (const [field, text] of ownProblems(form)) all.set(field, text);
  return all;
}

/** The first field with a problem, in the order of the window. */
export const firstOf = (problems: Problems): Field | null =>
  fieldOrder.find((field) => problems.has(field)) ?? null;

/** How many problems a tab holds. */
export const countOn = (problems: Problems, tab: FormTab): number =>
  [...problems.keys()].filter((field) => tabOf(field) === tab).length;
