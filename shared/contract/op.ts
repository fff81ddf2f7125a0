import { z } from 'zod';
import type { FailureCode } from '../errors/failures.ts';

/** What an operation does to the world: decides confirmation, audit and unlocking. */
export type Effect = 'read' | 'change' | 'destructive';

/** When a call may run: before a keystore is open, once it is readable, or only when verified. */
export type Needs = 'nothing' | 'readable' | 'verified';

/**
 * From which rule on a second person has to approve a deed: `destructive` is what takes something away or
 * lets somebody in, `every-deed` is also what changes keys otherwise.
 */
export type Approval = 'destructive' | 'every-deed';

export interface Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly effect: Effect;
  readonly needs: Needs;
  /** It only asks AWS and notes the answer, and ends like a read once nobody waits for it. */
  readonly asksOnly: boolean;
  /** From which rule on a second person has to approve this call; null: never. */
  approvalFor(input: z.output<I>): Approval | null;
  /** One line for help texts and the audit record. */
  readonly summary: string;
  readonly input: I;
  readonly output: O;
  /** Codes this operation may answer with beyond those every operation may. */
  readonly fails: readonly FailureCode[];
}

/**
 * Declares one operation. Unknown fields in the input are always refused by its schema. What is destructive is
 * approved by a second person where that is the rule, unless `approval` says otherwise: a block in an emergency
 * waits for nobody.
 */
export function op<I extends z.ZodType, O extends z.ZodType>(spec: {
  effect: Effect;
  needs?: Needs;
  asksOnly?: boolean;
  approval?: Approval | null | ((input: z.output<I>) => Approval | null);
  summary: string;
  input: I;
  output: O;
  fails?: readonly FailureCode[];
}): Operation<I, O> {
  const { approval = spec.effect === 'destructive' ? 'destructive' : null, ...rest } = spec;
  return {
    ...rest,
    needs: spec.needs ?? (spec.effect === 'read' ? 'readable' : 'verified'),
    asksOnly: spec.asksOnly ?? false,
    fails: spec.fails ?? [],
    approvalFor: (input) => (typeof approval === 'function' ? approval(input) : approval),
  };
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
