import { OperationError } from '../../../shared/errors/operation-error.ts';

/** Tag that repeats the marker of the description, as a second witness. */
export const markerTag = 'keyreeve:marker';

/** AWS's longest description. */
const longestDescription = 8192;
const shape = /^[a-z0-9][a-z0-9-]{3,62}$/;

/** @throws OperationError BAD_INPUT for a marker that could not be found again */
export function checkMarker(marker: string): void {
  if (!shape.test(marker)) {
    throw new OperationError('BAD_INPUT', {
      field: 'marker',
      problem: 'lower case letters, digits and dashes',
    });
  }
}

/**
 * The description of a new KMS key: what the group says, then the marker in brackets. AWS writes it
 * together with the key, so a key whose creation was answered to nobody can be found by it.
 */
export function markedDescription(description: string, marker: string): string {
  const mark = `[${marker}]`;
  const room = longestDescription - mark.length - 1;
  return description === '' ? mark : `${description.slice(0, room)} ${mark}`;
}

/** True when a description ends in exactly this marker. */
export const carriesMarker = (description: string, marker: string): boolean =>
  description === `[${marker}]` || description.endsWith(` [${marker}]`);

/** The marker that Keyreeve wrote at the end of a description; null where there is none. */
export const markerIn = (description: string): string | null =>
  /(?:^| )\[(kr-\d{1,9}-[0-9a-f]{12})\]$/.exec(description)?.[1] ?? null;
