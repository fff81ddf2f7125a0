import { clean, paint, type Tone } from './screen.ts';
import { displayWidth, lines, parts, wide } from './text-width.ts';

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /**
   * May be cut with "…" when the line is too long for the screen; the widest is cut first. One whose
   * end tells most, as the version of a key does, is cut in its middle.
   */
  readonly shrinks?: boolean | 'middle';
  /** Left out where lines are too long for the screen, the highest first; a column without texts before it. */
  readonly spare?: number;
}

/** Cuts to a number of columns, saying so with "…". */
export function cut(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let used = 1;
  for (const part of parts(text)) {
    used += wide.test(part) ? 2 : 1;
    if (used > columns) break;
    kept += part;
  }
  return `${kept}…`;
}

/** Cuts to a number of columns, keeping the last ones. */
export function cutMiddle(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const all = parts(text);
  const tail: string[] = [];
  for (let used = 0; all.length > 0; ) {
    const last = all.pop() ?? '';
    used += wide.test(last) ? 2 : 1;
    if (used > columns / 2) break;
    tail.unshift(last);
  }
  const end = tail.join('');
  return cut(text, columns - displayWidth(end)) + end;
}

function pad(text: string, columns: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, columns - displayWidth(text)));
  return align === 'right' ? space + text : text + space;
}

/** To which columns are cut: shorter ones would say too little. */
const narrowest = 20;
const gap = '  ';

/**
 * Aligned lines with a heading. Cells are cleaned here, whatever they hold. Where not even the columns that
 * nobody can do without fit beside each other, each row stands below the last one, a line for each of them.
 */
export function table(all: readonly Column[], allRows: readonly Cell[][], width: number): string {
  const { places, widths } = layOut(
    all,
    allRows.map((row) => all.map((_, i) => clean(row[i]?.text ?? ''))),
    width,
  );
  if (lengthOf(widths) > width && allRows.length > 0) return stacked(all, places, allRows, width);
  const columns = places.flatMap((at) => all[at] ?? []);
  const rows = allRows.map((row) => places.map((at) => row[at] ?? { text: '' }));
  const texts = rows.map((row) => row.map(({ text }) => clean(text)));
  const line = (cells: readonly string[], tones: readonly (Tone | undefined)[]): string =>
    cells
      .map((text, i) => {
        const fits = columns[i]?.shrinks === 'middle' ? cutMiddle : cut;
        const shown = fits(text, widths[i] ?? 0);
        const padded = pad(shown, widths[i] ?? 0, columns[i]?.align ?? 'left');
        const tone = tones[i];
        return tone ? padded.replace(shown, () => paint(tone, shown)) : padded;
      })
      .join(gap)
      .trimEnd();
  const heading = line(
    columns.map((column) => column.title),
    columns.map(() => 'faint'),
  );
  return [
    heading,
    ...texts.map((cells, r) =>
      line(
        cells,
        (rows[r] ?? []).map((c) => c.tone),
      ),
    ),
  ].join('\n');
}

/** Rows one below the other: the first column as it is, of each other one its title and its text. */
function stacked(
  all: readonly Column[],
  places: readonly number[],
  rows: readonly Cell[][],
  width: number,
): string {
  const [first = 0, ...others] = places;
  const titled = others.map((at) => ({ at, title: all[at]?.title ?? '' }));
  const label = titled.reduce((most, { title }) => Math.max(most, title.length), 0);
  return rows
    .map((row) => {
      const head = lines(clean(row[first]?.text ?? ''), width);
      const rest = titled.flatMap(({ at, title }) => {
        const text = clean(row[at]?.text ?? '');
        return text === '' ? [] : beside(title.padEnd(label), text, row[at]?.tone, width);
      });
      return [...head.map((line) => paint(row[first]?.tone ?? 'strong', line)), ...rest].join('\n');
    })
    .join('\n\n');
}

/** A label and its text, on as many lines as it takes; below the label where a word is too long for beside. */
function beside(label: string, text: string, tone: Tone | undefined, width: number): string[] {
  const told = (line: string): string => (tone ? paint(tone, line) : line);
  const room = width - label.length - 2 * gap.length;
  const [first = '', ...more] = lines(text, room);
  if ([first, ...more].every((line) => displayWidth(line) <= room)) {
    const indent = ' '.repeat(label.length);
    return [
      `${paint('faint', label)}${gap}${told(first)}`,
      ...more.map((line) => `${indent}${gap}${told(line)}`),
    ].map((line) => gap + line);
  }
  const below = lines(text, width - 2 * gap.length).map((line) => `${gap}${gap}${told(line)}`);
  return [`${gap}${paint('faint', label.trimEnd())}`, ...below];
}

const lengthOf = (widths: readonly number[]): number =>
  widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1));

/** Which columns are shown, and how wide each is. */
function layOut(
  columns: readonly Column[],
  texts: readonly (readonly string[])[],
  width: number,
): { readonly places: readonly number[]; readonly widths: readonly number[] } {
  const natural = columns.map((column, i) =>
    texts.reduce((most, row) => Math.max(most, displayWidth(row[i] ?? '')), column.title.length),
  );
  const spareness = columns.map(({ spare = 0 }, i) =>
    texts.some((row) => row[i] !== '') ? spare : Number.POSITIVE_INFINITY,
  );
  let places = [...columns.keys()];
  for (;;) {
    const kept = places.map((at) => columns[at] ?? { title: '' });
    const widths = places.map((at) => natural[at] ?? 0);
    fit(kept, widths, width);
    const most = Math.max(...places.map((at) => spareness[at] ?? 0));
    if (lengthOf(widths) <= width || most === 0 || texts.length === 0) return { places, widths };
    const leaves = places.findLast((at) => spareness[at] === most);
    places = places.filter((at) => at !== leaves);
  }
}

/** Takes from the widest column that may shrink until the line fits. */
function fit(columns: readonly Column[], widths: number[], width: number): void {
  for (let over = lengthOf(widths) - width; over > 0; over = lengthOf(widths) - width) {
    let widest = -1;
    for (const [i, column] of columns.entries()) {
      const own = widths[i] ?? 0;
      if (column.shrinks && own > narrowest && own > (widths[widest] ?? 0)) widest = i;
    }
    if (widest < 0) return;
    widths[widest] = Math.max(narrowest, (widths[widest] ?? 0) - (over > 8 ? 4 : 1));
  }
}

/** `Label   value` lines, labels padded to the longest. Empty values are left out. */
export function facts(lines: readonly (readonly [string, string, Tone?])[]): string {
  const shown = lines.filter(([, value]) => value !== '');
  const width = shown.reduce((most, [label]) => Math.max(most, label.length), 0);
  return shown
    .map(([label, value, tone]) => {
      const text = clean(value);
      return `${paint('faint', label.padEnd(width))}  ${tone ? paint(tone, text) : text}`;
    })
    .join('\n');
}
