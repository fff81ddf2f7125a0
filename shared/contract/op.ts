import { z } from 'zod';
import type { FailureCode } from '../errors/failures.ts';

/** What an operation does to the world: decides confirmation, audit and unlocking. */
export type Effect = 'read' | 'change' | 'destructive';

/** When a call may run: before a keystore is open, once it is readable, or only when verified. */
export type Needs = 'nothing' | 'readable' | 'verified';

export interface Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly effect: Effect;
  readonly needs: Needs;
  /** It only asks AWS and notes the answer, and ends like a read once nobody waits for it. */
  readonly asksOnly: boolean;
  /** One line for help texts and the audit record. */
  readonly summary: string;
  readonly input: I;
  readonly output: O;
  /** Codes this operation may answer with beyond those every operation may. */
  readonly fails: readonly FailureCode[];
}

/** Declares one operation. Unknown fields in the input are always refused by its schema. */
export function op<I extends z.ZodType, O extends z.ZodType>(spec: {
  effect: Effect;
  needs?: Needs;
  asksOnly?: boolean;
  summary: string;
  input: I;
  output: O;
  fails?: readonly FailureCode[];
}): Operation<I, O> {
  const needs = spec.needs ?? (spec.effect === 'read' ? 'readable' : 'verified');
  return { ...spec, needs, asksOnly: spec.asksOnly ?? false, fails: spec.fails ?? [] };
}

export const nothing = z.strictObject({});

/**
 * Secret bytes on their way into the core. Hosts carry them as raw bytes beside the message,
 * never as text inside it; the core wipes them after use.
 */
export const secretBytes = (maximum: number) =>
  z.instanceof(Uint8Array).refine((bytes) => bytes.length > 0 && bytes.length <= maximum, {
    message: `between 1 and ${maximum} bytes`,
  });

export type OperationTable = Readonly<Record<string, Readonly<Record<string, Operation>>>>;
export type InputOf<T> = T extends Operation<infer I, z.ZodType> ? z.output<I> : never;
export type ArgumentsOf<T> = T extends Operation<infer I, z.ZodType> ? z.input<I> : never;
export type OutputOf<T> = T extends Operation<z.ZodType, infer O> ? z.output<O> : never;

/** What the core must implement: one handler for every declared operation. */
export type HandlersOf<C extends OperationTable, Context> = {
  readonly [G in keyof C]: {
    readonly [N in keyof C[G]]: (
      input: InputOf<C[G][N]>,
      context: Context,
    ) => OutputOf<C[G][N]> | Promise<OutputOf<C[G][N]>>;
  };
};
