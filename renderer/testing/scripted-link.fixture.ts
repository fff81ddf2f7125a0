import type { Change } from '../../shared/contract/session.ts';
import { findOperation } from '../../shared/contract/index.ts';
import type { InputFor, OperationName, OutputFor } from '../../shared/contract/index.ts';
import type { FailureCode } from '../../shared/errors/failures.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';
import type { SafeDetails } from '../../shared/errors/operation-error.ts';
import type { HostDeeds, Link, LinkState, Reply } from '../client/link.ts';

type Script = {
  [Name in OperationName]?: (input: InputFor<Name>) => OutputFor<Name> | Promise<OutputFor<Name>>;
};

export interface MadeCall {
  readonly name: string;
  /** As it arrived: bytes are copies, so that wiping the original is seen elsewhere. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Raised by a scripted answer: the call is answered with this failure. */
export const refuse = (code: FailureCode, details: SafeDetails = {}): OperationError =>
  new OperationError(code, details);

/**
 * The other end of a window, written by a test. Inputs and answers are held against the contract,
 * both ways, so that no test passes on what the core would refuse.
 */
export class ScriptedLink implements Link {
  readonly calls: MadeCall[] = [];
  /** The very inputs that were given, to see that their bytes were wiped. */
  readonly given: unknown[] = [];
  /** By which those who made the calls can give them up, in the order of the calls. */
  readonly givenUp: (AbortSignal | undefined)[] = [];
  readonly script: Script;
  readonly host?: HostDeeds;
  readonly #changes = new Set<(change: Change) => void>();
  readonly #states = new Set<(state: LinkState) => void>();
  #revision = 1;
  #first: LinkState = { kind: 'open' };

  constructor(script: Script, host?: HostDeeds) {
    this.script = script;
    if (host) this.host = host;
  }

  async call(name: string, input: unknown, givenUp?: AbortSignal): Promise<Reply> {
    const operation = findOperation(name);
    if (!operation) throw new Error(`no operation ${name}`);
    const checked = operation.input.safeParse(input);
    if (!checked.success) throw new Error(`${name}: ${checked.error.message}`);
    this.given.push(input);
    this.givenUp.push(givenUp);
    this.calls.push({ name, input: copyOf(input) as MadeCall['input'] });
    const answer = this.script[name as OperationName] as ((input: unknown) => unknown) | undefined;
    if (!answer) return { ok: false, failure: { code: 'KEYSTORE_LOCKED', details: {} } };
    try {
      const output = operation.output.parse(await answer(checked.data));
      return { ok: true, output };
    } catch (error) {
      if (error instanceof OperationError) return { ok: false, failure: error.toFailure() };
      throw error;
    }
  }

  /** Inputs of every call by this name. */
  made(name: OperationName): readonly MadeCall['input'][] {
    return this.calls.filter((call) => call.name === name).map(({ input }) => input);
  }

  change(...what: Change['what'][]): void {
    for (const each of what) this.changeOf(each, []);
  }

  changeOf(what: Change['what'], ids: Change['ids']): void {
    this.#revision += 1;
    for (const listener of this.#changes) listener({ revision: this.#revision, what, ids });
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#changes.add(listener);
    return () => this.#changes.delete(listener);
  }

  /** How it stands when the window opens, unless it is open. */
  begin(state: LinkState): void {
    this.#first = state;
  }

  state(state: LinkState): void {
    for (const listener of this.#states) listener(state);
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#states.add(listener);
    listener(this.#first);
    return () => this.#states.delete(listener);
  }

  retry(): void {}
}

function copyOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)]));
}
