import type { StateText } from '../../../shared/text/states.ts';
import { wrapped } from './text-width.ts';

export type Tone = StateText['tone'] | 'strong' | 'faint';

const codes: Readonly<Record<Tone, string | null>> = {
  good: '32',
  busy: '36',
  attention: '33',
  quiet: null,
  strong: '1',
  faint: '2',
};
const anyControl = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
/** What paint writes around a text: private-use characters, turned into colour by the sink. */
const openers: Readonly<Record<Tone, string>> = {
  good: '\uE000',
  busy: '\uE001',
  attention: '\uE002',
  quiet: '\uE003',
  strong: '\uE004',
  faint: '\uE005',
};
const closer = '\uE00F';
/** Around names that go from right to left: terminals order a line by themselves. */
const isolates = /[\u2068\u2069]/g;
const anyMark = /[\uE000-\uE00F]/g;

/** Marks a text with a tone. Colour only repeats what glyph and word already say. */
export const paint = (tone: Tone, text: string): string =>
  codes[tone] === null || text === '' ? text : `${openers[tone]}${text}${closer}`;

/** Text from elsewhere: no control or direction character and no mark of ours gets through. */
export const clean = (text: string): string =>
  text.replace(anyMark, '').replace(isolates, '').replace(anyControl, ' ');

/** What a terminal writes behind a live line as somebody stops the command; wrapped, it would stay. */
const echoed = '^C^C';

export interface Sink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A terminal that does not know its size says 0. */
const columnsOf = ({ columns = 0 }: Sink): number => (columns > 0 ? Math.max(20, columns) : 80);

export interface ScreenOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly colour: boolean;
  /** Whether whoever read the output has left. */
  readonly unread?: () => boolean;
}

/**
 * Where text goes. Results go to standard output and everything else to standard error. Control
 * characters never pass, whoever wrote them; colour appears on terminals only.
 */
export class Screen {
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #colour: boolean;
  readonly #unread: () => boolean;
  #liveShown = false;

  constructor(options: ScreenOptions) {
    this.#stdout = options.stdout;
    this.#stderr = options.stderr;
    this.#colour = options.colour;
    this.#unread = options.unread ?? (() => false);
  }

  /** Whoever read the output has left, as `head` does. */
  get unread(): boolean {
    return this.#unread();
  }

  /** Results are read by a person (short ids, local times) or by a program (whole, ISO). */
  get forPeople(): boolean {
    return this.#stdout.isTTY === true;
  }

  get live(): boolean {
    return this.#stderr.isTTY === true;
  }

  get width(): number {
    return this.forPeople ? Math.max(40, columnsOf(this.#stdout)) : Number.POSITIVE_INFINITY;
  }

  /** One or more lines of the result. */
  out(text: string): void {
    this.#clearLive();
    this.#stdout.write(`${this.#finish(text, this.#stdout)}\n`);
  }

  /** The result as the contract declares it: one JSON object, nothing else. */
  json(value: unknown): void {
    this.#stdout.write(`${plainJson(value)}\n`);
  }

  /** Anything that is not the result. */
  note(text: string): void {
    this.#clearLive();
    this.#stderr.write(`${this.#finish(text, this.#stderr)}\n`);
  }

  noteJson(value: unknown): void {
    this.#clearLive();
    this.#stderr.write(`${plainJson(value)}\n`);
  }

  /** A line on the terminal that the next one replaces; nothing in a pipe. */
  status(text: string): void {
    if (!this.live) return;
    const width = columnsOf(this.#stderr) - echoed.length - 1;
    const line = Array.from(this.#finish(text, null)).slice(0, width).join('');
    this.#stderr.write(`\r\u001b[2K${line}`);
    this.#liveShown = true;
  }

  /** The process ends here: what the shell writes next begins a line. */
  end(): void {
    this.#clearLive();
  }

  #clearLive(): void {
    if (!this.#liveShown) return;
    this.#stderr.write('\r\u001b[2K');
    this.#liveShown = false;
  }

  #finish(text: string, sink: Sink | null): string {
    const width = sink?.isTTY === true ? columnsOf(sink) : Number.POSITIVE_INFINITY;
    const safe = text
      .split('\n')
      .map((line) => wrapped(line.replace(anyControl, ' '), width))
      .join('\n');
    const colour = this.#colour && sink?.isTTY === true;
    if (!colour) return safe.replace(anyMark, '');
    return safe.replace(anyMark, (mark) => {
      const tone = (Object.keys(openers) as Tone[]).find((one) => openers[one] === mark);
      return tone ? `\u001b[${codes[tone] ?? '0'}m` : '\u001b[0m';
    });
  }
}

/** JSON in which no control or direction character stands raw. */
function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(
    anyControl,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
