import { describe, expect, it } from 'vitest';
import { aesWorks } from '../../../shared/text/key-works.ts';
import { synchronizeWords } from '../../../shared/text/synchronize.ts';
import {
  type Boxes,
  dateProblem,
  earliestDate,
  firstBoxes,
  latestDate,
  tick,
  validToOf,
} from './boxes.ts';

const now = Date.parse('2026-11-21T14:31:08Z');
const shown = ({ deleteMaterial, updatePolicy, importMaterial }: Boxes): string =>
  `${deleteMaterial ? 'D' : '-'}${updatePolicy ? 'P' : '-'}${importMaterial ? 'I' : '-'}`;

describe('the three boxes', () => {
  it('begin with Delete off, Update Policy and Import on', () => {
    expect(shown(firstBoxes)).toBe('-PI');
  });

  it('Delete takes the other two off, and says so', () => {
    const boxes = tick(firstBoxes, 'deleteMaterial', true);
    expect(shown(boxes)).toBe('D--');
    expect(boxes.note).toBe(
      'Update Policy and Import Key Material were switched off: tick them again to do all in one go.',
    );
  });

  it('names only what was on', () => {
    const one = tick(tick(firstBoxes, 'updatePolicy', false), 'deleteMaterial', true);
    expect(one.note).toBe(
      'Import Key Material was switched off: tick it again to do both in one go.',
    );
  });

  it('does so once: afterwards everybody means what they tick', () => {
    let boxes = tick(firstBoxes, 'deleteMaterial', true);
    boxes = tick(boxes, 'importMaterial', true);
    expect(boxes.note).toBe('');
    boxes = tick(boxes, 'deleteMaterial', false);
    boxes = tick(boxes, 'deleteMaterial', true);
    expect(shown(boxes)).toBe('D-I');
  });

  it.each([
    ['-PI', 'Import material and update policy'],
    ['--I', 'Import material'],
    ['-P-', 'Update policy'],
    ['D--', 'Delete material from AWS'],
    ['DP-', 'Delete material, update policy'],
    ['D-I', 'Delete, then import again'],
    ['DPI', 'Delete, import again, update policy'],
  ])('%s: %s', (code, button) => {
    let boxes: Boxes = { ...firstBoxes, unticked: true };
    boxes = tick(boxes, 'deleteMaterial', code[0] === 'D');
    boxes = tick(boxes, 'updatePolicy', code[1] === 'P');
    boxes = tick(boxes, 'importMaterial', code[2] === 'I');
    expect(shown(boxes)).toBe(code);
    expect(synchronizeWords(boxes, 2, aesWorks).button).toBe(button);
  });
});

describe('when AWS deletes it', () => {
  it('is left to the core until somebody chooses', () => {
    expect(validToOf({ kind: 'usual' })).toBeUndefined();
    expect(validToOf({ kind: 'never' })).toBeNull();
  });

  it('is noon of the day that was chosen, where they are who chose it', () => {
    expect(validToOf({ kind: 'on', date: '2027-11-20' })).toBe(Date.parse('2027-11-20T12:00:00'));
  });

  it('lies between tomorrow and a year ahead', () => {
    expect([earliestDate(now), latestDate(now)]).toEqual(['2026-11-22', '2027-11-20']);
    const problem = (date: string) => dateProblem({ kind: 'on', date }, now);
    expect(problem('2026-11-22')).toBeNull();
    expect(problem('2027-11-20')).toBeNull();
    expect(problem('2026-11-21')).toBe('AWS takes a date from tomorrow on.');
    expect(problem('2027-11-21')).toBe('AWS takes a date within a year.');
    expect(problem('')).toBe('Choose the date on which AWS deletes it.');
  });
});
