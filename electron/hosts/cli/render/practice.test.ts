import { describe, expect, it } from 'vitest';
import { rehearsalNames, rehearsalSteps } from '../../../../shared/model/rehearsals.ts';
import { rehearsalTexts } from '../../../../shared/text/rehearsals.ts';
import type { OutputFor } from '../operations.ts';
import { mischiefText, oneRehearsalText, rehearsalsText, roomText } from './practice.ts';

type Rehearsal = OutputFor<'practice.rehearsals'>['rehearsals'][number];

/** One whose first steps are done. */
const underWay = (rehearsal: Rehearsal['rehearsal'], done: number): Rehearsal => ({
  rehearsal,
  state: 'under-way',
  steps: rehearsalSteps[rehearsal].map((step, at) => ({ step, done: at < done, found: '' })),
  groupId: null,
  groupName: 'trial',
  folderId: null,
  keyId: null,
  keyReference: done === 0 ? null : 'trial version 2',
  jobId: null,
  advanceSeconds: null,
  begunAt: 1,
});

describe('a rehearsal under way', () => {
  it('says of its next step what to do, and what to type', () => {
    expect(rehearsalsText({ rehearsals: [underWay('expired', 3)] })).toBe(
      [
        'expired: Let key material expire, and bring it back  Under way',
        '  ✓ Rotate the key group',
        '  ✓ Move the practice clock past that date',
        '  ✓ Let Keyreeve notice',
        '  ▸ Bring the material back',
        `      ${rehearsalTexts.expired.steps.back.doing}`,
        '      keyreeve key synchronize trial/2 --valid-to never',
      ].join('\n'),
    );
  });

  it.each(
    rehearsalNames.flatMap((name) => rehearsalSteps[name].map((step, at) => ({ name, step, at }))),
  )('has a command for $name: $step', ({ name, at }) => {
    expect(rehearsalsText({ rehearsals: [underWay(name, at)] })).toMatch(/\n {6}keyreeve \S+ \S+/);
  });

  it('says nothing of steps once it was left or is done', () => {
    const left: Rehearsal = { ...underWay('deleted', 1), state: 'left' };
    const done: Rehearsal = { ...underWay('deleted', 4), state: 'done' };
    expect(rehearsalsText({ rehearsals: [left, done] })).not.toContain('keyreeve ');
  });

  it('is told alone when it begins, with what it sets up', () => {
    const text = oneRehearsalText('deleted')({
      rehearsals: [underWay('expired', 0), underWay('deleted', 0)],
    });
    expect(text).toContain(rehearsalTexts.deleted.sets);
    expect(text).not.toContain('expired:');
  });
});

it.each([
  [1, 'one call'],
  [2, 'two calls'],
])('a fault that strikes %i: %s', (amount) => {
  const mischief = [{ kind: 'throttle' as const, operation: 'CreateKey', amount }];
  const calls = amount === 1 ? '1 call' : '2 calls';
  expect(mischiefText({ mischief })).toMatch(new RegExp(`: CreateKey, ${calls}$`));
});

it('says how far the practice clock is ahead in days, and not in seconds', () => {
  const room = {
    clock: { now: 0, aheadSeconds: 31 * 86_400 + 3600 },
    quotas: { on: true, scale: 2.5 },
    holds: { keys: 1, withoutMaterial: 0, aliases: 1, people: 1, calls: 1, keyStores: 0 },
    mischief: [],
  };
  expect(roomText(room)).toMatch(/Ahead of real time.*by 31 days 1 hour/);
  expect(roomText(room)).toMatch(/Quotas.*on, 2\.5 times those of AWS/);
});
