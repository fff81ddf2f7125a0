import type { EndingRow } from '../../../shared/text/endings.ts';
import { someKey } from '../key-groups/things.fixture.ts';

export const day = 86_400_000;
/** The core's clock: not the one of this page. */
export const readAt = Date.UTC(2031, 4, 3, 12);

const uuid = (n: number): string => `01a200db-4f99-70c6-8706-${String(n).padStart(12, '0')}`;

/** The n-th key, in group `cards-N`; ends so many days after it was read. */
export function ends(
  n: number,
  days: number,
  { key, ...more }: Partial<EndingRow> = {},
): EndingRow {
  const groupName = `cards-${n}`;
  const group = { groupId: uuid(n + 500), groupName, version: 1, reference: `${groupName}/1` };
  return {
    key: key ?? { ...someKey(), id: uuid(n), storage: 'software', ...group },
    at: readAt + days * day,
    what: 'material',
    renewsAt: null,
    rotatesAt: null,
    needsYou: days <= 30,
    ...more,
  };
}
