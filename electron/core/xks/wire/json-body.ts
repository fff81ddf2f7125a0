import { isUtf8 } from 'node:buffer';
import { XksFailure } from './errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper than any request of the API, with room for what AWS may add. */
const deepest = 16;

/**
 * A request body as an object. Refused: what is not UTF-8, not JSON, not an object, nested deeper
 * than 16, or names a member twice (two readers could take different ones).
 */
export function readJsonBody(body: Uint8Array): JsonObject {
  let text: string;
  let value: unknown;
  try {
    if (!isUtf8(body)) throw new SyntaxError('not UTF-8');
    text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
    value = JSON.parse(text);
  } catch {
    throw new XksFailure('ValidationException', 'The request body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new XksFailure('ValidationException', 'The request body is not a JSON object.');
  }
  const problem = structureProblem(text);
  if (problem !== null) throw new XksFailure('ValidationException', problem);
  return value as JsonObject;
}

/** Walks text that is known to be JSON from string to string. */
function structureProblem(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names instanceof Set && isName(text, end)) {
        const name = nameOf(text.slice(at, end));
        if (names.has(name)) return 'The request body names a member twice.';
        names.add(name);
      }
      at = end;
      continue;
    }
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    if (open.length > deepest) return 'The request body is nested too deeply.';
    at++;
  }
  return null;
}

/** Index behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text[quote - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function isName(text: string, end: number): boolean {
  let at = end;
  while (/[ \t\r\n]/.test(text[at] ?? '')) at++;
  return text[at] === ':';
}

const nameOf = (quoted: string): string =>
  quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
