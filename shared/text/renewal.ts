import type { Mapping } from '../model/mapping.ts';
import { renewalOf } from '../model/material-end.ts';
import { counted } from './counted.ts';
import type { KeyWorks } from './key-works.ts';
import { spanWords } from './span.ts';

const second = 1000;

/** How long before AWS deletes material it is imported again: `30 days`, `16 days 12 hours`. */
export const sayLead = (days: number): string => spanWords(-renewalOf(0, days) / second);

/** What a group's date for AWS means, in the sentence about its keys. */
export function renewalSentence(days: number, works: KeyWorks, mapping: Mapping): string {
  const deleted = `AWS deletes the material of each ${counted(days, 'day')} after an import.`;
  const again = `Keyreeve imports it again ${sayLead(days)} before`;
  return mapping === 'container'
    ? `${deleted} ${again}, until the planned life of a key without alias is over. Where it cannot, ${works.stops('the key')} until you Synchronize.`
    : `${deleted} ${again}, that of earlier versions too, for as long as the KMS key has the alias. Where it cannot, the whole KMS key stops, new encryption included, until you Synchronize.`;
}
