/** A JSON value with the line it begins on, so that a message can say where. */
export type Node =
  | { readonly type: 'object'; readonly line: number; readonly fields: ReadonlyMap<string, Node> }
  | { readonly type: 'array'; readonly line: number; readonly items: readonly Node[] }
  | { readonly type: 'string'; readonly line: number; readonly text: string }
  | { readonly type: 'plain'; readonly line: number; readonly value: number | boolean | null };

/** What is wrong and where; the text around it is never repeated. */
export class JsonProblem extends Error {
  readonly line: number;
  readonly column: number;

  constructor(problem: string, line: number, column: number) {
    super(problem);
    this.line = line;
    this.column = column;
  }
}

/** Deeper nesting is no policy. */
const deepest = 16;

const stringShape = /"(?:[^"\\]|\\[^])*"/y;
const plainShape = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const spaceShape = /[ \t\r\n]*/y;

/**
 * Strict JSON (RFC 8259) that refuses a field given twice: JSON.parse would keep the last one, AWS
 * may keep another, and then what was read here is not what AWS enforces.
 * @throws JsonProblem
 */
export function readJson(text: string): Node {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.end();
  return node;
}

class Reader {
  readonly #text: string;
  #at = 0;
  /** Line of the last node, and how far it was counted: counting anew each time would be quadratic. */
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Node {
    if (depth > deepest) this.#fail('nested too deep');
    this.#space();
    const line = this.#lineHere();
    switch (this.#text[this.#at] ?? '') {
      case '{':
        return { type: 'object', line, fields: this.#fields(depth) };
      case '[':
        return { type: 'array', line, items: this.#items(depth) };
      case '"':
        return { type: 'string', line, text: this.#string() };
      default:
        return { type: 'plain', line, value: this.#plain() };
    }
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) this.#fail('something follows the end');
  }

  #fields(depth: number): ReadonlyMap<string, Node> {
    const fields = new Map<string, Node>();
    this.#list('}', () => {
      if (this.#text[this.#at] !== '"') this.#fail('a field name in quotes is expected');
      const start = this.#at;
      const name = this.#string();
      if (fields.has(name)) {
        this.#at = start;
        this.#fail('a field is given twice');
      }
      this.#space();
      this.#take(':');
      fields.set(name, this.value(depth + 1));
    });
    return fields;
  }

  #items(depth: number): readonly Node[] {
    const items: Node[] = [];
    this.#list(']', () => items.push(this.value(depth + 1)));
    return items;
  }

  #list(close: string, item: () => void): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      this.#space();
      item();
      this.#space();
      if (this.#text[this.#at] === close) {
        this.#at++;
        return;
      }
      this.#take(',');
    }
  }

  #string(): string {
    const start = this.#at;
    const raw = this.#match(stringShape);
    if (raw === null) this.#fail('an unfinished string');
    try {
      return JSON.parse(raw) as string;
    } catch {
      this.#at = start; // an unknown escape, or a line break or control character inside
      this.#fail('a malformed string');
    }
  }

  #plain(): number | boolean | null {
    const raw = this.#match(plainShape);
    if (raw === null)
      this.#fail(this.#at >= this.#text.length ? 'it ends too early' : 'no JSON value');
    return JSON.parse(raw) as number | boolean | null;
  }

  #take(mark: string): void {
    if (this.#text[this.#at] !== mark) {
      this.#fail(this.#at >= this.#text.length ? 'it ends too early' : `"${mark}" is expected`);
    }
    this.#at++;
  }

  #space(): void {
    this.#match(spaceShape);
  }

  #match(shape: RegExp): string | null {
    shape.lastIndex = this.#at;
    const found = shape.exec(this.#text);
    if (!found) return null;
    this.#at = shape.lastIndex;
    return found[0];
  }

  #lineHere(): number {
    for (; this.#counted < this.#at; this.#counted++) {
      if (this.#text[this.#counted] === '\n') this.#line++;
    }
    return this.#line;
  }

  #place(): { line: number; column: number } {
    const before = this.#text.slice(0, this.#at);
    const line = before.split('\n').length;
    return { line, column: this.#at - before.lastIndexOf('\n') };
  }

  #fail(problem: string): never {
    const { line, column } = this.#place();
    throw new JsonProblem(problem, line, column);
  }
}
