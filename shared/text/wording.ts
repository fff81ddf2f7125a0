import type { Failure, SafeDetails } from '../errors/operation-error.ts';
import { isolate } from './isolate.ts';

/**
 * Reads safe details for a sentence. A detail that is absent or of another kind gives the
 * fallback, so that wording never breaks on a failure that says less than it could.
 */
export class DetailReader {
  /** A job that is not over met the failure: it can be continued, or goes on by itself. */
  readonly inOpenJob: boolean;
  readonly #details: SafeDetails;

  constructor(failure: Pick<Failure, 'details'>, inOpenJob = false) {
    this.#details = failure.details;
    this.inOpenJob = inOpenJob;
  }

  /** What is done once the cause is removed: only an open job can be continued. */
  get goOn(): string {
    return this.inOpenJob ? 'continue' : 'try again';
  }

  /** One short text, printable and at most `maximum` characters. */
  text(name: string, fallback: string, maximum = 60): string {
    const value = Object.hasOwn(this.#details, name) ? this.#details[name] : undefined;
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string' || text.trim() === '') return fallback;
    return isolate(shorten(printable(text), maximum));
  }

  /** The text in quotation marks, or the fallback without them. */
  quoted(name: string, fallback: string): string {
    const text = this.text(name, '', 40);
    return text === '' ? fallback : `“${text}”`;
  }

  /**
   * `: why` from the first detail that says it in words, or nothing. Codes and identifiers are no
   * words and are left out.
   */
  because(...names: readonly string[]): string {
    for (const name of names.length > 0 ? names : ['problem', 'why', 'reason']) {
      const text = this.text(name, '', 120).replace(/[.\s]+$/, '');
      if (text === '' || identifier.test(text)) continue;
      return `: ${asClause(text)}`;
    }
    return '';
  }

  /** The first of several texts, or one text by another name. */
  first(list: string, single: string, maximum = 160): string {
    const value = Object.hasOwn(this.#details, list) ? this.#details[list] : undefined;
    const text: unknown = Array.isArray(value) ? value[0] : undefined;
    if (typeof text === 'string') return shorten(printable(text), maximum);
    return this.text(single, '', maximum);
  }

  /** Whether the failure says anything under this name, be it an empty list. */
  has(name: string): boolean {
    return Object.hasOwn(this.#details, name);
  }

  number(name: string): number | null {
    const value = Object.hasOwn(this.#details, name) ? this.#details[name] : undefined;
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  }

  /** A sentence built around one detail, or nothing when it is absent. */
  when(name: string, sentence: (text: string) => string, otherwise = ''): string {
    const text = this.text(name, '');
    return text === '' ? otherwise : sentence(text);
  }
}

export type Line = string | ((details: DetailReader) => string);

/** What a person reads when something went wrong: what happened, what it means, one deed. */
export interface Wording {
  /** What happened, at most 12 words, no code in it. */
  readonly headline: Line;
  /** What it means for keys and data: only the lines that matter. */
  readonly forYourKeys: Line;
  /** One deed. */
  readonly next: Line;
}

/** A sentence as it goes on after a colon. */
export const asClause = (text: string): string =>
  text.replace(/^(The|This|That|There|A|An|Its|No|It) /, (word) => word.toLowerCase());

const identifier = /^([A-Z0-9_]+|[a-z0-9]+([-_.][a-z0-9]+)+)$/;
/** What `isolate` puts around a name says nothing by itself. */
const isolates = /[\u2068\u2069]/g;
const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu;

/** Text from elsewhere made safe to print: control and direction-changing characters go. */
export const printable = (text: string): string =>
  text.replace(isolates, '').replace(control, ' ').trim();

/** Cuts after `maximum` characters (not bytes, not UTF-16 units) and says so with "…". */
export function shorten(text: string, maximum: number): string {
  const characters = Array.from(text);
  if (characters.length <= maximum) return text;
  return `${characters.slice(0, Math.max(0, maximum - 1)).join('')}…`;
}
