/** Hebrew, Arabic and the other scripts that go from right to left, and every mark that turns text. */
const turning =
  /[\u0590-\u08FF\u200E\u200F\u202A-\u202E\u2066-\u2069\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const begin = '\u2068';
const end = '\u2069';
const begins = /[\u2066-\u2068]/;

/**
 * A name as a part of a sentence: it keeps its own direction, and what follows it the one of the
 * sentence. Without it the number after a Hebrew name would stand before it, and a mark inside a
 * name could turn the rest of the line. Other names stay as they are.
 */
export function isolate(name: string): string {
  if (!turning.test(name)) return name;
  let inside = '';
  let open = 0;
  for (const character of name) {
    if (begins.test(character)) open += 1;
    // One more end than beginnings would end what is begun here.
    if (character === end && open === 0) continue;
    if (character === end) open -= 1;
    inside += character;
  }
  return `${begin}${inside}${end.repeat(open)}${end}`;
}

/** A name in quotation marks, as a part of a sentence. */
export const quote = (name: string): string => `“${isolate(name)}”`;
