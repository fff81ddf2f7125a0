import type { OutputFor } from '../contract/index.ts';

type Held = OutputFor<'job.due'>['due'][number]['reason'];

/** Why a rotation that is due did not start by itself. */
export const heldWords: Readonly<Record<Held, string>> = {
  locked: 'came due while the keystore was locked',
  'too-many': 'many came due at once',
  'clock-jumped': 'the clock of this computer has jumped',
  'clock-behind': 'the clock of this computer is behind',
  'not-designated': 'this device was not the designated one',
  tried: 'its scheduled rotation ended without rotating',
};

/** What has to be looked at before anything is started; null when nothing is. */
export function lookFirst(held: Held | null): string | null {
  if (held === 'clock-jumped' || held === 'clock-behind') {
    return 'Set the clock right first: a wrong one makes rotations due that are not.';
  }
  if (held === 'not-designated') {
    return 'Only the designated device rotates. Designate this one first, if it is to rotate.';
  }
  return null;
}
