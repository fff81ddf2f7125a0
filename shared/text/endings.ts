import type { OutputFor } from '../contract/index.ts';
import { counted } from './counted.ts';
import { keyWorks } from './key-works.ts';
import type { StateText } from './states.ts';

export type EndingRow = OutputFor<'key.ending'>['ending'][number];

const hour = 3_600_000;
const day = 24 * hour;

/** How far off in whole days, or hours where it is less than two days: `in 12 days`, `5 hours ago`. */
export function sayFarOff(at: number, now: number): string {
  const off = Math.abs(at - now);
  if (off < hour) return at > now ? 'within an hour' : 'just now';
  const far =
    off < 2 * day ? counted(Math.floor(off / hour), 'hour') : counted(Math.floor(off / day), 'day');
  return at > now ? `in ${far}` : `${far} ago`;
}

/** When it ends, as a state: what needs somebody is marked. */
export function endingState(
  { at, needsYou }: Pick<EndingRow, 'at' | 'needsYou'>,
  now: number,
): StateText {
  const far = sayFarOff(at, now);
  return {
    glyph: needsYou ? '!' : '·',
    word: at <= now ? `Over, ${far}` : far.charAt(0).toUpperCase() + far.slice(1),
    tone: needsYou ? 'attention' : 'quiet',
  };
}

/** What of the key ends. */
export const endingWords: Readonly<Record<EndingRow['what'], string>> = {
  material: 'Material in AWS',
  life: 'Planned life',
};

/** What happens then, and what is to be done about it or is going to be done by itself. */
export function whatThen(
  { what, at, renewsAt, rotatesAt, key }: EndingRow,
  now: number,
  sayDay: (at: number) => string,
): string {
  if (what === 'material') {
    if (at <= now) return 'AWS was to delete it: Check against AWS, then Synchronize';
    if (renewsAt !== null && renewsAt > now) return `Renewed by Keyreeve on ${sayDay(renewsAt)}`;
    if (renewsAt !== null) return `Due for renewal since ${sayDay(renewsAt)}`;
    return key.remote?.state === 'Disabled'
      ? 'AWS deletes it: the key cannot be enabled until Synchronize'
      : `Stops ${keyWorks(key).working} in AWS until Synchronize`;
  }
  if (rotatesAt !== null && rotatesAt > now) return `Rotated by schedule on ${sayDay(rotatesAt)}`;
  return at <= now
    ? 'Goes on working: Force Rotate is due'
    : 'Goes on working: Force Rotate by then';
}

/** What both kinds of end mean, above the list. */
export const endingMeanings =
  'Once AWS has deleted its copy of the material, nothing can be decrypted, signed or verified with that key in AWS until you Synchronize. At the end of its planned life a key goes on working, and its group is to be rotated.';

/** What would stand in the list, and when. */
const standHere =
  'A key stands here before AWS deletes its material, and before its planned life is over while it holds an alias.';
export const noneEnds = `Nothing ends in this time. ${standHere}`;
export const nothingEnds = (days: number): string =>
  `Nothing ends in the next ${days} days. ${standHere}`;
