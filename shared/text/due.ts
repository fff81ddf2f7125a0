import type { OutputFor } from '../contract/index.ts';
import { counted } from './counted.ts';

type Due = OutputFor<'job.due'>;
type Held = Due['due'][number]['reason'];

/** One thing that came due, be it the rotation of a group or the renewal of a key. Times are ms. */
export interface DueThing {
  /** Of the group, or of the key. */
  readonly id: string;
  readonly what: 'rotation' | 'renewal';
  readonly groupId: string;
  readonly groupName: string;
  /** Of a renewal. */
  readonly version: number | null;
  readonly dueAt: number;
  /** When AWS deletes the material, of a renewal. */
  readonly endsAt: number | null;
  readonly reason: Held;
}

/** Renewals first: what AWS deletes stops decrypting, and a late rotation stops nothing. */
export function thingsDue({ due, renewals }: Due): readonly DueThing[] {
  return [
    ...renewals.map(({ keyId, ...row }) => ({ ...row, id: keyId, what: 'renewal' as const })),
    ...due.map((row) => ({
      ...row,
      id: row.groupId,
      what: 'rotation' as const,
      version: null,
      endsAt: null,
    })),
  ];
}

/** What {@link thingsDue} made of them, as the call wants it that starts them. */
export const chosenOf = (things: readonly DueThing[]) => ({
  groups: things.filter(({ what }) => what === 'rotation').map(({ id }) => id),
  keys: things.filter(({ what }) => what === 'renewal').map(({ id }) => id),
});

const why: Readonly<Record<Exclude<Held, 'tried'>, string>> = {
  locked: 'came due while the keystore was locked',
  'too-many': 'many came due at once',
  'clock-jumped': 'the clock of this computer was set forward or back by more than a day',
  'clock-behind': 'the clock of this computer is behind',
  'not-designated': 'this device was not the designated one',
};

/** Why it did not start by itself. */
export function heldWords({ what, reason }: Pick<DueThing, 'what' | 'reason'>): string {
  if (reason !== 'tried') return why[reason];
  return what === 'rotation'
    ? 'its scheduled rotation ended without rotating'
    : 'its scheduled renewal ended without another date';
}

/** `2 rotations and 1 renewal`. */
export function countDue(rotations: number, renewals: number): string {
  const parts = [
    rotations === 0 ? null : counted(rotations, 'rotation'),
    renewals === 0 ? null : counted(renewals, 'renewal'),
  ];
  return parts.filter((part) => part !== null).join(' and ');
}

/** What has to be looked at before anything is started; null when nothing is. */
export function lookFirst(held: Held | null): string | null {
  if (held === 'clock-jumped' || held === 'clock-behind') {
    return 'See first that the clock of this computer is right: a wrong one makes due what is not.';
  }
  if (held === 'not-designated') {
    return 'Only the designated device rotates and renews. Designate this one first, if it is to.';
  }
  return null;
}
