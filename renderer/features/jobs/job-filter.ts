import type { JobState } from '../../../shared/model/job.ts';
import { jobStateTexts, type StateText } from '../../../shared/text/states.ts';

/** One choice of states in the Jobs list. */
export interface StateChoice {
  readonly id: string;
  readonly text: Pick<StateText, 'glyph' | 'word'>;
  readonly states: readonly JobState[];
}

/** What people look for, in the order in which they do. */
export const stateChoices: readonly StateChoice[] = [
  { id: 'needs-you', text: jobStateTexts['needs-you'], states: ['needs-you'] },
  {
    id: 'under-way',
    text: { glyph: jobStateTexts.running.glyph, word: 'Under way' },
    states: ['waiting', 'running', 'checking'],
  },
  { id: 'done', text: jobStateTexts.done, states: ['done'] },
  { id: 'remark', text: jobStateTexts['done-with-remark'], states: ['done-with-remark'] },
  {
    id: 'ended',
    text: { glyph: jobStateTexts.cancelled.glyph, word: 'Stopped or cancelled' },
    states: ['stopped-nothing-changed', 'cancelled'],
  },
];

/** States of the choices made; empty means all. */
export const statesOf = (chosen: ReadonlySet<string>): JobState[] =>
  stateChoices.filter(({ id }) => chosen.has(id)).flatMap(({ states }) => states);

/** Takes a choice in or out; all of them together are the same as none. */
export function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next.size === stateChoices.length ? new Set() : next;
}

/** Why the list is empty, when a filter is on. */
export function nothingFits(chosen: ReadonlySet<string>, group: string | null, find = ''): string {
  const words = stateChoices.filter(({ id }) => chosen.has(id)).map(({ text }) => text.word);
  const states = words.length === 0 ? '' : ` that is ${words.join(' or ')}`;
  const named = find === '' ? '' : ` with “${find}” in its title`;
  return `No job${group === null ? '' : ` of ${group}`}${named}${states}.`;
}
