import type { Dice } from './dice.ts';
import type { Carries } from './wrong.ts';

/** How a message ended: carried out, refused with a code, or with nothing that an answer may be. */
export type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'broken'; readonly why: string };

/** A window without a page: what a stranger in its place could send to the host. */
export interface Transport extends AsyncDisposable {
  readonly name: 'WebSocket' | 'IPC';
  readonly carries: Carries;
  /** How many messages it takes at once without refusing for their number. */
  readonly atOnce: number;
  send(call: string, input: unknown): Promise<Ending>;
  /** Something that is no call of any operation; what was sent, and how it ended. */
  nonsense(dice: Dice): Promise<{ readonly what: string; readonly ending: Ending }>;
  /** The processes that must outlive the campaign. */
  processes(): readonly number[];
  /** Errors that the host has noted since it started. */
  complaints(): readonly string[];
}

/** The answer of a host, whatever it may be. */
export function endingOf(answer: unknown): Ending {
  if (typeof answer === 'object' && answer !== null && 'ok' in answer) {
    if (answer.ok === true) return { kind: 'done' };
    const { failure } = answer as { failure?: { code?: unknown } };
    if (typeof failure?.code === 'string') return { kind: 'refused', code: failure.code };
  }
  return { kind: 'broken', why: JSON.stringify(answer) ?? 'no answer' };
}
