import { useNotices } from './notices.ts';
import { remember, remembered } from './tab-memory.ts';

const asked = 'keyreeve-asked';
const typed = 'keyreeve-typed';

/** A deed is under way, or none is any more. */
export const noteAsked = (underWay: boolean): void => note(asked, underWay);

/** Something typed in a dialog is not saved, or nothing is any more. */
export const noteTyped = (unsaved: boolean): void => note(typed, unsaved);

function note(place: string, is: boolean): void {
  if ((remembered(place) !== null) !== is) remember(place, is ? 'yes' : null);
}

/** What the page before this one in the tab left unfinished; null where it left nothing. */
export type CutOff = 'asked' | 'typed' | null;

/** Takes it out of the memory of the tab, so that it is said once. */
export function takeCutOff(): CutOff {
  const left = remembered(asked) !== null ? 'asked' : remembered(typed) !== null ? 'typed' : null;
  noteAsked(false);
  noteTyped(false);
  return left;
}

/** Both fit the two lines that the bottom line has in a window 900 wide. */
const texts: Readonly<Record<NonNullable<CutOff>, string>> = {
  asked:
    'Loaded again before an answer came. What was asked may have been done or not: see Jobs and Audit.',
  typed:
    'This page ended before what was typed in a form was saved. Nothing of it was sent: type it anew.',
};

/** Says what was cut off. It stays until it is dismissed, as a person has to look: jobs go on and end. */
export function sayCutOff(left: CutOff): void {
  if (left === null) return;
  useNotices.getState().say({ text: texts[left], jobId: null, tone: 'attention', stays: true });
}
