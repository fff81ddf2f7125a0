import { type Member, readInput } from '../wire/members.ts';
import type { Call } from '../world.ts';

/** JSON body of a reply; null where AWS sends an empty body. */
export type Reply = Readonly<Record<string, unknown>> | null;

/** A request whose constraints were checked, ready to run. */
export interface Prepared {
  /** For the journal. */
  readonly input: unknown;
  /**
   * Slow work that must not hold the transaction (RSA). It checks what it needs and changes
   * nothing; `act` checks again, because other calls may run in between.
   */
  readonly prepare: ((call: Call) => Promise<void>) | null;
  /** Runs inside one transaction; what it throws rolls everything back. */
  readonly act: (call: Call) => Reply;
}

/** One KMS operation. */
export interface Action {
  readonly name: string;
  /** @throws SerializationException and ValidationException (constraints). */
  begin(body: unknown): Prepared;
}

export interface ActionDefinition<I> {
  readonly name: string;
  readonly input: Member<I>;
  readonly act: (call: Call, input: I) => Reply;
}

/** An operation that checks its input and then acts within one transaction. */
export function defineAction<I>(definition: ActionDefinition<I>): Action {
  return {
    name: definition.name,
    begin(body) {
      const input = readInput(definition.input, body);
      return { input, prepare: null, act: (call) => definition.act(call, input) };
    },
  };
}

export interface SlowActionDefinition<I, P> {
  readonly name: string;
  readonly input: Member<I>;
  readonly prepare: (call: Call, input: I) => Promise<P>;
  readonly act: (call: Call, input: I, prepared: P) => Reply;
}

/** An operation whose costly part (an RSA key, a call to a proxy) comes before its transaction. */
export function defineSlowAction<I, P>(definition: SlowActionDefinition<I, P>): Action {
  return {
    name: definition.name,
    begin(body) {
      const input = readInput(definition.input, body);
      let prepared: { readonly value: P } | null = null;
      return {
        input,
        async prepare(call) {
          prepared = { value: await definition.prepare(call, input) };
        },
        act(call) {
          if (prepared === null) throw new Error(`${definition.name} acted before it prepared`);
          return definition.act(call, input, prepared.value);
        },
      };
    },
  };
}
