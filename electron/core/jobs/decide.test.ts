import { describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { decide, defaultLimits, type Ending, type FailureClass, type Situation } from './decide.ts';
import type { StepResult } from './kind.ts';

const error = new OperationError('AWS_FAILED', { call: 'x' });
const failure = error.toFailure();

const steps = [
  { name: 'look', changes: 'nothing', repeatable: true },
  { name: 'create', changes: 'aws', repeatable: false },
  { name: 'alias', changes: 'aws', repeatable: true },
  { name: 'tidy', changes: 'here', repeatable: true },
] as const;

const at = (more: Partial<Situation> = {}): Situation => ({
  looked: false,
  sent: false,
  everChanged: false,
  index: 1,
  steps,
  done: new Set(['look']),
  commitStep: 'alias',
  tries: 0,
  tryingFor: 0,
  livesWithSameError: 0,
  crashes: 0,
  rounds: 0,
  cancelAsked: false,
  mustYield: false,
  limits: defaultLimits,
  ...more,
});

const result = (value: StepResult): Ending => ({ type: 'result', result: value });
const threw = (as: FailureClass): Ending => ({ type: 'threw', failure, as });
const done = result({ type: 'done', proof: [] });

/** `fate > move`, short enough for a table. */
function say(ending: Ending, more: Partial<Situation> = {}): string {
  const { step, move } = decide(ending, at(more));
  const detail = 'state' in move ? ` ${move.state}` : 'index' in move ? ` ${move.index}` : '';
  const tries = 'tries' in move ? ` ${move.tries}` : 'gate' in move ? ` ${move.gate}` : '';
  return `${step} > ${move.to}${detail}${tries}`;
}

const endings: Record<string, Ending> = {
  done,
  skip: result({ type: 'skip', proof: [] }),
  stop: result({ type: 'stop', error }),
  park: result({ type: 'park', error }),
  later: result({ type: 'later', until: 5, why: 'x' }),
  again: result({ type: 'again', why: 'x' }),
  remark: result({ type: 'remark', error }),
  act: { type: 'act' },
  interrupted: { type: 'interrupted', sent: false },
  'interrupted after a call': { type: 'interrupted', sent: true },
  'throws retry': threw('retry'),
  'throws ambiguous': threw('ambiguous'),
  'throws park': threw('park'),
  'throws stop': threw('stop'),
  'throws wait': threw('wait-for-hsm'),
};

/** Every ending in every kind of situation, one cell each. */
const cells: Record<string, readonly [Partial<Situation>, Record<string, string>]> = {
  'acting, nothing changed yet': [
    {},
    {
      done: 'done > next',
      skip: 'skipped > next',
      stop: 'not-done > end stopped-nothing-changed',
      park: 'not-done > park',
      later: 'not-done > later',
      again: 'not-done > back 1',
      remark: 'remark > end done-with-remark',
      interrupted: 'not-done > yield',
      'interrupted after a call': 'unsure > yield',
      'throws retry': 'not-done > retry 1',
      'throws ambiguous': 'unsure > look 1',
      'throws park': 'not-done > park',
      'throws stop': 'not-done > end stopped-nothing-changed',
      'throws wait': 'unsure > gate hsm',
    },
  ],
  'looking, nothing changed yet': [
    { looked: true },
    {
      done: 'done > next',
      skip: 'skipped > next',
      stop: 'not-done > end stopped-nothing-changed',
      park: 'unsure > park',
      later: 'unsure > later',
      again: 'not-done > back 1',
      remark: 'remark > end done-with-remark',
      interrupted: 'unsure > yield',
      'throws retry': 'unsure > retry 1',
      'throws ambiguous': 'unsure > retry 1',
      'throws park': 'unsure > park',
      'throws stop': 'unsure > park',
      'throws wait': 'unsure > gate hsm',
    },
  ],
  'acting, something was changed': [
    { index: 2, done: new Set(['look', 'create']) },
    {
      stop: 'not-done > park',
      'throws stop': 'not-done > park',
      'throws park': 'not-done > park',
      done: 'done > next',
    },
  ],
  'acting, a call of this go may have changed something': [
    { sent: true },
    {
      done: 'done > next',
      skip: 'skipped > next',
      stop: 'unsure > look 1',
      park: 'unsure > park',
      later: 'unsure > later',
      again: 'unsure > look 1',
      remark: 'remark > end done-with-remark',
      interrupted: 'unsure > yield',
      'interrupted after a call': 'unsure > yield',
      'throws retry': 'unsure > retry 1',
      'throws ambiguous': 'unsure > look 1',
      'throws park': 'unsure > look 1',
      'throws stop': 'unsure > look 1',
      'throws wait': 'unsure > gate hsm',
    },
  ],
  'looking, a call of this go may have changed something': [
    { looked: true, sent: true },
    {
      done: 'done > next',
      stop: 'unsure > retry 1',
      park: 'unsure > park',
      later: 'unsure > later',
      again: 'unsure > retry 1',
      act: 'unsure > retry 1',
      interrupted: 'unsure > yield',
      'throws retry': 'unsure > retry 1',
      'throws park': 'unsure > park',
      'throws stop': 'unsure > park',
    },
  ],
  'a step that only looks, and yet sent a change': [
    { index: 0, done: new Set(), sent: true },
    {
      interrupted: 'unsure > yield',
      'throws retry': 'unsure > retry 1',
      'throws ambiguous': 'unsure > retry 1',
      'throws wait': 'unsure > gate hsm',
      'throws stop': 'unsure > look 1',
    },
  ],
  'a change may have been sent, at the last try': [
    { sent: true, tries: 7 },
    {
      stop: 'unsure > park',
      again: 'unsure > park',
      'throws retry': 'unsure > park',
      'throws ambiguous': 'unsure > park',
      'throws park': 'unsure > park',
      'throws stop': 'unsure > park',
    },
  ],
  'a change may have been sent, jobs pause': [
    { sent: true, mustYield: true, looked: true },
    { act: 'unsure > yield' },
  ],
  'a change may have been sent, cancel asked': [
    { sent: true, cancelAsked: true },
    {
      done: 'done > end cancelled',
      stop: 'unsure > look 1',
      park: 'unsure > park',
      'throws retry': 'unsure > retry 1',
      'throws stop': 'unsure > look 1',
    },
  ],
  'an earlier go changed something, this one did not': [
    { everChanged: true },
    {
      stop: 'not-done > park',
      'throws stop': 'not-done > park',
      'throws park': 'not-done > park',
      'throws retry': 'not-done > retry 1',
    },
  ],
  'an earlier go changed something, at the last try': [
    { everChanged: true, tries: 7 },
    { 'throws retry': 'not-done > park' },
  ],
  'acting, cancel asked': [
    { cancelAsked: true },
    {
      done: 'done > end cancelled',
      skip: 'skipped > end cancelled',
      stop: 'not-done > end stopped-nothing-changed',
      park: 'not-done > end cancelled',
      later: 'not-done > end cancelled',
      again: 'not-done > end cancelled',
      remark: 'remark > end done-with-remark',
      interrupted: 'not-done > end cancelled',
      'throws retry': 'not-done > end cancelled',
      'throws ambiguous': 'unsure > look 1',
      'throws wait': 'unsure > gate hsm',
    },
  ],
  'looking, cancel asked': [
    { looked: true, cancelAsked: true },
    {
      done: 'done > end cancelled',
      park: 'unsure > end cancelled',
      'throws park': 'unsure > end cancelled',
      'throws stop': 'unsure > end cancelled',
      'throws retry': 'unsure > retry 1',
      'throws wait': 'unsure > gate hsm',
      interrupted: 'unsure > yield',
    },
  ],
  'looking at the deed, cancel asked': [
    { index: 2, done: new Set(['look', 'create']), looked: true, cancelAsked: true },
    { done: 'done > next', 'throws park': 'unsure > end cancelled' },
  ],
  'looking behind the deed, cancel asked': [
    { index: 3, done: new Set(['look', 'create', 'alias']), looked: true, cancelAsked: true },
    { 'throws park': 'unsure > end done-with-remark' },
  ],
  'committing, cancel asked': [
    { index: 2, done: new Set(['look', 'create']), cancelAsked: true },
    {
      done: 'done > next',
      park: 'not-done > end cancelled',
      'throws ambiguous': 'unsure > look 1',
    },
  ],
  'behind the commit step': [
    { index: 3, done: new Set(['look', 'create', 'alias']), cancelAsked: true },
    {
      done: 'done > end done',
      skip: 'skipped > end done',
      stop: 'not-done > end done-with-remark',
      park: 'not-done > end done-with-remark',
      'throws retry': 'not-done > retry 1',
      'throws park': 'not-done > end done-with-remark',
      'throws stop': 'not-done > end done-with-remark',
    },
  ],
  'jobs pause': [
    { mustYield: true },
    {
      done: 'done > yield',
      skip: 'skipped > yield',
      'throws retry': 'not-done > retry 1',
      'throws ambiguous': 'unsure > look 1',
    },
  ],
  'a step that only looks': [
    { index: 0, done: new Set() },
    {
      'interrupted after a call': 'not-done > yield',
      'throws ambiguous': 'not-done > retry 1',
      'throws wait': 'not-done > gate hsm',
      'throws stop': 'not-done > end stopped-nothing-changed',
    },
  ],
  'the last try': [
    { tries: 7 },
    {
      'throws retry': 'not-done > end stopped-nothing-changed',
      'throws ambiguous': 'unsure > park',
    },
  ],
  'trying for half an hour': [
    { tries: 2, tryingFor: 30 * 60_000 },
    { 'throws retry': 'not-done > end stopped-nothing-changed' },
  ],
  'the third life with this error': [
    { livesWithSameError: 3 },
    { 'throws retry': 'not-done > park', 'throws ambiguous': 'unsure > park' },
  ],
  'the second crash under this job': [
    { crashes: 2 },
    { 'throws wait': 'unsure > park', 'throws retry': 'not-done > park', done: 'done > next' },
  ],
};

describe.each(Object.entries(cells))('%s', (_, [situation, expected]) => {
  it.each(Object.entries(expected))('%s: %s', (ending, decision) => {
    expect(say(endings[ending] as Ending, situation)).toBe(decision);
  });
});

describe('an answer of looking that it did not happen', () => {
  it('acts at once after a crash, after a pause where it failed just now, not while pausing', () => {
    expect(say({ type: 'act' }, { looked: true })).toBe('not-done > act');
    expect(say({ type: 'act' }, { looked: true, tries: 2 })).toBe('not-done > retry 2');
    expect(say({ type: 'act' }, { looked: true, mustYield: true })).toBe('not-done > yield');
    expect(say({ type: 'act' }, { looked: true, cancelAsked: true })).toBe(
      'not-done > end cancelled',
    );
  });
});

describe('going back', () => {
  const back = (from: string, more: Partial<Situation>) =>
    say(result({ type: 'again', from, why: 'x' }), more);
  it('never passes a step that may not be repeated, nor goes forward, nor on for ever', () => {
    const later = { index: 3, commitStep: null, done: new Set(['look', 'create', 'alias']) };
    expect(back('alias', later)).toBe('not-done > back 2');
    expect(back('create', later)).toBe('not-done > park');
    expect(back('look', later)).toBe('not-done > park');
    expect(back('tidy', { ...later, index: 2 })).toBe('not-done > park');
    expect(back('nowhere', later)).toBe('not-done > park');
    expect(back('alias', { ...later, rounds: 4 })).toBe('not-done > back 2');
    expect(back('alias', { ...later, rounds: 5 })).toBe('not-done > park');
  });

  it('gives who sends the job on a run of its own', () => {
    const later = { index: 3, commitStep: null, done: new Set(['look', 'create', 'alias']) };
    const again = result({ type: 'again', from: 'alias', why: 'x' });
    expect(decide(again, at({ ...later, rounds: 5 })).move).toMatchObject({
      to: 'park',
      anew: true,
    });
    const stray = result({ type: 'again', from: 'create', why: 'x' });
    expect(decide(stray, at({ ...later, rounds: 5 })).move).not.toHaveProperty('anew');
  });
});

describe('later with letOthersPass', () => {
  const later = result({ type: 'later', until: 5, why: 'x', letOthersPass: true });
  const leaves = (more: Partial<Situation>) => {
    const { move } = decide(later, at(more));
    return move.to === 'later' && move.leaveLine;
  };
  it('leaves the line only while nothing was changed and nothing is in doubt', () => {
    expect(leaves({})).toBe(true);
    expect(leaves({ looked: true })).toBe(false);
    expect(leaves({ done: new Set(['create']) })).toBe(false);
    expect(leaves({ sent: true })).toBe(false);
    expect(leaves({ everChanged: true })).toBe(false);
  });
});
