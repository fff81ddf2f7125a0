import { describe, expect, it } from 'vitest';
import { rotationPlan, synchronizePlan } from './plan.fixture.ts';
import { anyMark, markOf, marksBetween } from './plan-marks.ts';

describe('what changed between two plans', () => {
  it('is nothing where every line reads the same, in whatever order and at whatever time', () => {
    const before = rotationPlan();
    const now = { ...before, changes: before.changes.toReversed(), checkedAt: 1, number: 'bbbbbb' };
    expect(anyMark(marksBetween(before, now))).toBe(false);
  });

  it('marks the new line and keeps the one that is no longer so', () => {
    const line = 'alias/payments-prod: version 4 → version 5';
    const marks = marksBetween(rotationPlan(), rotationPlan({ changes: ['New KMS key', line] }));
    expect([...marks.lines]).toEqual([markOf('changes', line)]);
    expect(marks.gone).toEqual([
      { part: 'changes', text: 'alias/payments-prod: version 3 → version 4' },
    ]);
  });

  it.each([
    ['subject', { subject: 'elsewhere' }],
    ['sentence', { sentence: 'Something else happens.' }],
    ['goBack', { goBack: 'There is no way back' }],
    ['stays', { stays: ['Nothing stays'] }],
    ['lookFirst', { lookFirst: ['2 grants do not move'] }],
    ['steps', { steps: ['Check', 'Generate', 'Move alias', 'Disable'] }],
    ['calls', { calls: [{ call: 'UpdateAlias', changes: true }] }],
  ] as const)('sees a difference in %s', (part, more) => {
    const { lines } = marksBetween(rotationPlan(), rotationPlan(more as never));
    expect([...lines].some((line) => line.startsWith(`${part}: `))).toBe(true);
  });

  it('sees a check that fails now, though its words are the same', () => {
    const now = rotationPlan({ checks: [{ ok: false, text: 'The account is right' }] });
    expect([...marksBetween(rotationPlan(), now).lines]).toEqual([
      'checks: ! The account is right',
    ]);
  });

  it('sees another reading in the comparison of Synchronize', () => {
    const there = synchronizePlan({
      comparison: [
        { what: 'Key material', here: 'KCV 82B7A1', awsNow: 'there', after: 'sent again' },
        { what: 'Policy', here: 'template', awsNow: 'differs', after: 'template' },
      ],
    });
    expect([...marksBetween(synchronizePlan(), there).lines]).toEqual([
      'comparison: Key material | KCV 82B7A1 | there | sent again',
    ]);
  });
});
