/** Where a text fits what was typed: lower is better. */
export interface Fit {
  readonly score: number;
  /** Indexes of the letters that fit, to show why. */
  readonly at: readonly number[];
}

/**
 * Does a text fit what was typed? Every word typed must be in it: best as the beginning of a word,
 * then anywhere, then as its letters in order. Null: it does not.
 */
export function fitOf(text: string, typed: string): Fit | null {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const lower = text.toLowerCase();
  let score = 0;
  const at: number[] = [];
  for (const word of wanted) {
    const fit = wordFit(lower, word);
    if (fit === null) return null;
    score += fit.score;
    at.push(...fit.at);
  }
  return { score, at: at.toSorted((a, b) => a - b) };
}

function wordFit(text: string, word: string): Fit | null {
  const start = beginning(text, word);
  if (start >= 0) return { score: start === 0 ? 0 : 1, at: span(start, word.length) };
  const inside = text.indexOf(word);
  if (inside >= 0) return { score: 3, at: span(inside, word.length) };
  return word.length < 2 ? null : letters(text, word);
}

/** Where a word of the text begins so; -1: nowhere. */
function beginning(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return at;
  }
  return -1;
}

function letters(text: string, word: string): Fit | null {
  const at: number[] = [];
  let from = 0;
  for (const letter of word) {
    const found = text.indexOf(letter, from);
    if (found < 0) return null;
    at.push(found);
    from = found + 1;
  }
  const spread = (at.at(-1) ?? 0) - (at[0] ?? 0) + 1 - word.length;
  return spread > word.length ? null : { score: 6 + spread, at };
}

const span = (from: number, length: number): readonly number[] =>
  Array.from({ length }, (_, n) => from + n);
