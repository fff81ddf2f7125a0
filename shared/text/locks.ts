import type { LockCause, LockNote } from '../contract/session.ts';
import { counted } from './counted.ts';

/** `here`: the window that says it is the one that locked. */
const causes: Readonly<Record<LockCause, (note: LockNote, here: boolean) => string>> = {
  idle: ({ minutes }) =>
    minutes === null
      ? 'Nobody was at work.'
      : `Nobody was at work for ${counted(minutes, 'minute')}.`,
  window: (_note, here) => (here ? 'You locked it here.' : 'It was locked in another window.'),
  desktop: () => 'You locked it.',
  command: () => 'It was locked from the command line.',
  'no-window': () => 'No window was open any more.',
  suspend: () => 'The computer went to sleep.',
  screen: () => 'The screen of the computer was locked.',
  'user-switch': () => 'Another user took the screen.',
  'core-ended': () =>
    'The process that held it ended unasked, and another took its place. Jobs look at what it left open after the unlock.',
  stop: () => 'Keyreeve is being ended.',
  start: () => 'Keyreeve starts with a locked keystore.',
};

/** Why a keystore is locked, as a sentence. */
export const lockCauseText = (note: LockNote, here: boolean): string =>
  causes[note.cause](note, here);

/** What a lock still waits for. `jobs`: their numbers; a count where only that is known. */
export function lockingText(jobs: readonly number[] | number): string {
  const count = typeof jobs === 'number' ? jobs : jobs.length;
  if (count === 0) return 'Changes that are under way end first; then the keystore closes.';
  const which = typeof jobs === 'number' ? counted(jobs, 'job') : named(jobs);
  const verb = count === 1 ? 'stops at its' : 'stop at their';
  return `${which} ${verb} next safe step; then the keystore closes.`;
}

const mostNamed = 5;

function named(jobs: readonly number[]): string {
  const shown = jobs.slice(0, mostNamed).map(String);
  const others = jobs.length - shown.length;
  if (others > 0) shown.push(counted(others, 'other'));
  const last = shown.pop() ?? '';
  return shown.length === 0 ? `Job ${last}` : `Jobs ${shown.join(', ')} and ${last}`;
}
