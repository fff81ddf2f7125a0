import type { OutputFor } from '../../../shared/contract/index.ts';
import type { StateText } from '../../../shared/text/states.ts';

export type Pin = NonNullable<OutputFor<'hsm.status'>['token']>['pin'];

/** What the token says of its PIN. */
export const pinWords: Readonly<Record<Pin, StateText>> = {
  ok: { glyph: '✓', word: 'No wrong try counted', tone: 'good' },
  'count-low': { glyph: '!', word: 'A wrong PIN was tried: few tries are left', tone: 'attention' },
  'final-try': { glyph: '!', word: 'One try is left before the token locks', tone: 'attention' },
  locked: { glyph: '!', word: 'Locked', tone: 'attention' },
  'not-set': { glyph: '!', word: 'Not set', tone: 'attention' },
};

/** What a wrong PIN now costs, and what it does not. */
export const whatIsLost = (pin: Pin): string => {
  if (pin === 'locked') return 'Only the HSM officer can set a new PIN. Saved keys are not lost.';
  if (pin !== 'final-try')
    return 'A locked token makes its keys unavailable until the HSM officer sets a new PIN.';
  return [
    'A wrong PIN now locks the token: nothing can be made, sent or opened with it until the HSM officer sets a new PIN.',
    'Where nobody can, what is only on this token is lost, its master key too unless there is a second copy.',
    'Copies in AWS go on working.',
  ].join(' ');
};

/** True when a wrong PIN now could lock the token. */
export const isRisky = (pin: Pin | undefined): boolean =>
  pin === 'count-low' || pin === 'final-try';
