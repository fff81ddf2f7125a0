import { describe, expect, it } from 'vitest';
import { newForm } from './fields.ts';
import {
  allProblems,
  countOn,
  fieldOrder,
  firstOf,
  ownProblems,
  sayProblem,
  tabOf,
} from './problems.ts';

const form = { ...newForm('software', null), name: 'a' };
const bad = (field: string, problem: string) => ({
  field,
  failure: { code: 'BAD_INPUT' as const, details: { field, problem } },
});

describe('problems of the form', () => {
  it('are on the tab where their field is', () => {
    const problems = allProblems(form, [
      bad('name', 'give the group a name'),
      bad('credential', 'select a credential'),
      bad('region', 'choose a Region'),
    ]);
    expect([countOn(problems, 'group'), countOn(problems, 'aws')]).toEqual([2, 1]);
    expect(problems.get('name')).toBe('Give the group a name');
    expect(problems.get('region')).toBe('Choose a Region from the list, or type its code');
  });

  it('begin with the first field of the window', () => {
    const problems = allProblems(form, [bad('region', 'x'), bad('credential', 'y')]);
    expect(firstOf(problems)).toBe('credential');
    expect(firstOf(new Map())).toBeNull();
    expect(fieldOrder.filter((field) => tabOf(field) === 'group').length).toBe(8);
  });

  it('are said by the window itself where nobody need be asked', () => {
    const typed = {
      ...form,
      name: 'x'.repeat(256),
      description: 'x'.repeat(4097),
      rotateEvery: { amount: '0', unit: 'weeks' as const },
      keepValidFor: { amount: 'two', unit: 'years' as const },
      awsDeletes: true,
      awsDeletesDays: '366',
      disableAfterRotating: true,
      disableWaitDays: '',
    };
    expect(Object.fromEntries(ownProblems(typed))).toEqual({
      name: 'At most 255 characters',
      description: 'At most 4,096 characters',
      rotateEvery: 'A whole number of weeks, 1 to 3650',
      keepValidFor: 'A whole number of years, 1 to 3650',
      awsDeletesMaterialAfterDays: 'A whole number of days, 1 to 365',
      disableWaitDays: 'A whole number of days, 0 to 365',
    });
    expect(ownProblems({ ...typed, rotate: false, awsDeletes: false }).has('rotateEvery')).toBe(
      false,
    );
  });

  it('have the words of the failure that they are', () => {
    expect(sayProblem({ code: 'NAME_TAKEN', details: { name: 'cards' } })).toBe(
      'That name is taken. Choose another name than “cards”.',
    );
    expect(
      sayProblem({ code: 'POLICY_INVALID', details: { problem: 'the file is not JSON' } }),
    ).toBe('That is not a usable key policy. The file is not JSON');
  });
});
