import { endingState, endingWords, noneEnds, whatThen } from '../../../../shared/text/endings.ts';
import type { OutputFor } from '../operations.ts';
import { table } from '../table.ts';
import type { Style } from './moments.ts';

/** What ends, soonest first; what needs somebody is marked. */
export function endingsText({ ending, readAt }: OutputFor<'key.ending'>, style: Style): string {
  if (ending.length === 0) return noneEnds;
  const columns = [
    { title: 'Ends' },
    { title: 'On', spare: 1 },
    { title: 'Key', shrinks: 'middle' },
    { title: 'What happens then', shrinks: true },
    { title: 'What ends', spare: 2 },
    { title: 'Region', spare: 3 },
  ] as const;
  const rows = ending.map((row) => {
    const { glyph, word, tone } = endingState(row, readAt);
    return [
      { text: `${glyph} ${word}`, tone },
      { text: style.day(row.at) },
      { text: row.key.reference },
      { text: whatThen(row, readAt, style.day) },
      { text: endingWords[row.what] },
      { text: row.key.remote?.region ?? '' },
    ];
  });
  return table(columns, rows, style.width);
}
