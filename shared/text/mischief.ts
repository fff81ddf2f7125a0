import type { MischiefKind } from '../model/practice-mischief.ts';

/** What each rehearsed fault is called, and what it does. */
export const mischiefTexts: Readonly<
  Record<MischiefKind, { readonly title: string; readonly meaning: string }>
> = {
  'lost-reply': {
    title: 'Lose the reply',
    meaning: 'The call takes effect, and the connection ends before anybody hears of it.',
  },
  'reset-after': {
    title: 'Reset the connection after the effect',
    meaning: 'The call takes effect, and the connection is reset in place of a reply.',
  },
  'hang-after': {
    title: 'Hang after the effect',
    meaning: 'The call takes effect, and the reply never comes; the connection stays open.',
  },
  'cut-reply': {
    title: 'Cut the reply',
    meaning: 'The call takes effect, and its reply breaks off in the middle.',
  },
  twice: {
    title: 'Deliver twice',
    meaning: 'The request arrives twice and takes effect twice; the second is answered.',
  },
  drop: {
    title: 'End the connection',
    meaning: 'The connection ends before anything happens.',
  },
  reset: {
    title: 'Reset the connection',
    meaning: 'The connection is reset before anything happens.',
  },
  hang: {
    title: 'Hang',
    meaning: 'Nothing happens and nobody answers; the connection stays open.',
  },
  throttle: {
    title: 'Throttle',
    meaning: 'The call is over the quota. Nothing happens.',
  },
  'error-500': {
    title: 'Fail inside',
    meaning: 'KMS answers with an internal error (500). Nothing happens.',
  },
  'error-503': {
    title: 'Be unavailable',
    meaning: 'Something before KMS answers that it is away (503). Nothing happens.',
  },
  refuse: {
    title: 'Refuse the permission',
    meaning: 'AccessDeniedException, whatever the policies say. Nothing happens.',
  },
  'expired-credential': {
    title: 'Refuse the credential',
    meaning: 'KMS says that the session has expired. Nothing happens.',
  },
  latency: { title: 'Wait first', meaning: 'The call waits so long before anything happens.' },
  'late-reply': {
    title: 'Answer late',
    meaning: 'The call takes effect at once, and its reply comes so much later.',
  },
  'slow-reply': {
    title: 'Answer slowly',
    meaning: 'The reply begins at once and takes so long to arrive.',
  },
  'wrong-wrapping-key': {
    title: 'Swap the wrapping key',
    meaning: 'The public key for an import is not the one that will unwrap.',
  },
  'stale-tokens': {
    title: 'Age the import tokens',
    meaning: 'Every import token counts as older than its 24 hours.',
  },
  'late-aliases': {
    title: 'Show alias changes late',
    meaning: 'A change of an alias stays unseen for so long by the practice clock.',
  },
  'late-keys': {
    title: 'Show new keys late',
    meaning: 'A new key stays unknown for so long by the practice clock.',
  },
  'late-states': {
    title: 'Show on and off late',
    meaning: 'An enabled or disabled key keeps its former state for so long.',
  },
  'late-tags': {
    title: 'Show tags late',
    meaning: 'A change of tags stays unseen for so long by the practice clock.',
  },
  'late-policies': {
    title: 'Apply key policies late',
    meaning: 'A new key policy has no effect for so long by the practice clock.',
  },
  'late-grants': {
    title: 'Apply grants late',
    meaning: 'A new grant has no effect for so long, but for whoever holds its token.',
  },
  'clock-skew': {
    title: 'Set the Date header wrong',
    meaning: 'The Date header is so far ahead of real time; less than nothing is behind.',
  },
  'no-date': { title: 'Leave the Date header out', meaning: 'Replies have no Date header.' },
  'garbled-date': {
    title: 'Garble the Date header',
    meaning: 'The Date header of replies is no date.',
  },
};
