import type { OutputFor } from '../../../shared/contract/index.ts';
import type { StateText } from '../../../shared/text/states.ts';

type Pin = NonNullable<OutputFor<'hsm.status'>['token']>['pin'];

/** What the token says of its PIN. */
export const pinWords: Readonly<Record<Pin, StateText>> = {
  ok: { glyph: '✓', word: 'No wrong try counted', tone: 'good' },
  'count-low': { glyph: '!', word: 'A wrong PIN was tried: few tries are left', tone: 'attention' },
  'final-try': { glyph: '!', word: 'One try is left before the token locks', tone: 'attention' },
  locked: { glyph: '!', word: 'Locked', tone: 'attention' },
  'not-set': { glyph: '!', word: 'Not set', tone: 'attention' },
};

/** True when a wrong PIN now could lock the token. */
export const isRisky = (pin: Pin | undefined): boolean =>
  pin === 'count-low' || pin === 'final-try';
