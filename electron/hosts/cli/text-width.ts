/** Takes two columns. */
export const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60\uFFE0-\uFFE6]/u;
const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Characters as a person sees them. */
export const parts = (text: string): string[] =>
  Array.from(segments.segment(text), (s) => s.segment);

/** What stands around a text that is painted takes no column (screen.ts). */
const anyMark = /[\uE000-\uE00F]/g;

/** Columns a text takes on a terminal. */
export function displayWidth(marked: string): number {
  const text = marked.replace(anyMark, '');
  return /^[\x20-\x7e]*$/.test(text)
    ? text.length
    : parts(text).reduce((sum, part) => sum + (wide.test(part) ? 2 : 1), 0);
}

/** Breaks a text between words; a word that is longer than a line is left whole, to be copied. */
export function lines(text: string, columns: number): string[] {
  const broken: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > columns) {
      broken.push(line);
      line = word;
    } else line = longer;
  }
  return [...broken, line].map((each) => each.trimEnd());
}

/** Up to where a text begins behind its label, sign or indentation. */
const lead = /^.*? {2,}(?=\S)/;
/** To be given to a shell as it is. */
const isCommand = /^(?:(?:Example: )?keyreeve|openssl|head) -?\w/;

/**
 * One line of output on as many lines as it takes, each from where the text of the first one begins, or from
 * below its label where there is too little room beside it.
 */
export function wrapped(line: string, columns: number): string {
  const plain = line.replace(anyMark, '');
  if (displayWidth(plain) <= columns || isCommand.test(plain.trim())) return line;
  const before = lead.exec(plain)?.[0] ?? '';
  const from = placeBehind(line, before.length);
  const label = line.slice(0, from);
  const text = line.slice(from);
  const room = columns - displayWidth(before);
  const [first = '', ...more] = lines(text, room);
  const fits = room >= columns / 2 && [first, ...more].every((each) => displayWidth(each) <= room);
  if (fits || before.trim() === '') {
    return [label + first, ...more.map((each) => ' '.repeat(before.length) + each)].join('\n');
  }
  const below = lines(text, columns - 2).map((each) => `  ${each}`);
  return [...lines(label.replace(/ +([\uE000-\uE00F]*) *$/, '$1'), columns), ...below].join('\n');
}

/** Where so many characters that are no marks have gone by. */
function placeBehind(line: string, characters: number): number {
  let at = 0;
  for (let seen = 0; seen < characters; at += 1)
    if (!/[\uE000-\uE00F]/.test(line[at] ?? '')) seen += 1;
  return at;
}
