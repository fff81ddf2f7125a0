import { hash } from 'node:crypto';
import type { Prepared } from './actions/action.ts';
import { actionsByName } from './actions/actions.ts';
import type { Authenticated } from './auth/authenticate.ts';
import { runDueEvents } from './due-events.ts';
import { observe } from './history/observe.ts';
import type { Source } from './history/trail.ts';
import type { Effect, JournalEntry } from './state/journal.ts';
import { isStorageTrouble } from './listener/storage-watch.ts';
import { KmsFailure, unsupported } from './wire/failures.ts';
import { createSteps, Pause, type Steps } from './steps.ts';
import { SecretText } from './wire/members.ts';
import type { Call, World } from './world.ts';

/** What goes back: a JSON body, an empty one (null), or a failure. */
export type Outcome =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> | null }
  | { readonly ok: false; readonly failure: KmsFailure };

/** One call whose caller is known. */
export interface Invocation {
  readonly requestId: string;
  readonly operation: string;
  readonly who: Authenticated;
  readonly source: Source;
  /** The parsed JSON of the request. */
  readonly body: unknown;
  /** Which rehearsed fault will strike after the effect; for the journal. */
  readonly mischief: string | null;
}

const maxShownText = 4096;

/** Parameters as the journal keeps them: no blobs, only their length and SHA-256. */
function describeParameters(value: unknown): unknown {
  if (value instanceof SecretText) return '(secret)';
  if (Buffer.isBuffer(value)) {
    return { bytes: value.length, sha256: hash('sha256', value, 'hex') };
  }
  if (typeof value === 'string' && value.length > maxShownText) {
    return `${value.slice(0, maxShownText)}… (${value.length} characters)`;
  }
  if (Array.isArray(value)) return value.map(describeParameters);
  if (typeof value === 'object' && value !== null) return describeMembers(value);
  return value;
}

function describeMembers(value: object): unknown {
  const described: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    // A name of the caller's own may be one that objects give a meaning to.
    if (name === '__proto__') return Object.fromEntries(describedEntries(value)) as unknown;
    described[name] = describeParameters(item);
  }
  return described;
}

const describedEntries = (value: object) =>
  Object.entries(value).map(([name, item]) => [name, describeParameters(item)] as const);

/**
 * A mistake of the practice KMS itself must never look like an answer of AWS. What cannot be written
 * goes on to whoever answers then.
 */
function asFailure(error: unknown, onBug: (error: unknown) => void): KmsFailure {
  if (error instanceof KmsFailure) return error;
  if (isStorageTrouble(error)) throw error;
  onBug(error);
  return new KmsFailure('KMSInternalException', 'The practice KMS itself failed.', 500);
}

/** Begins anew with each answer from outside, until the work needs no more of them. */
async function untilAnswered(work: () => Promise<Outcome>): Promise<Outcome> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Pause)) throw error;
      await error.wait();
    }
  }
}

/** One pass of a call: a call that waits for somebody begins anew. */
interface Pass {
  readonly now: number;
  readonly effects: Effect[];
  readonly steps: Steps;
}

const callOf = (
  world: World,
  { requestId, operation, who }: Invocation,
  input: unknown,
  { now, effects, steps }: Pass,
): Call => ({
  world,
  requestId,
  operation,
  caller: who.caller,
  region: who.region,
  input,
  now,
  steps,
  effect: (effect) => void effects.push(effect),
});

/** What the journal keeps of a call. */
function entryOf(call: Call, { source, mischief }: Invocation, outcome: Outcome, did: Effect[]) {
  const { world, requestId, operation, caller, region, input, now } = call;
  const effects = outcome.ok ? did : [];
  const failure = outcome.ok ? null : outcome.failure;
  const reply = outcome.ok ? outcome.body : undefined;
  const { state } = world;
  return {
    time: new Date(now).toISOString(),
    service: 'kms',
    requestId,
    account: caller.account,
    region,
    principal: caller.arn,
    operation,
    mischief,
    parameters: describeParameters(input),
    error: failure?.code ?? null,
    message: failure?.text ?? null,
    effects,
    trail: observe({ state, operation, caller, region, now, source, input, reply, effects }),
  } satisfies JournalEntry;
}

/**
 * Runs KMS operations: constraints, then slow preparation outside the transaction, then one
 * transaction with due events, the effect and the journal entry, so that the journal and the
 * data can never disagree. The outcome may be sent only after this returned.
 */
export function createDispatcher(world: World, onBug: (error: unknown) => void) {
  function commit(
    invocation: Invocation,
    input: unknown,
    work: (call: Call) => Outcome,
    steps = createSteps(),
  ): Promise<Outcome> {
    return world.state.share(() => {
      const now = world.clock.now();
      runDueEvents(world, now);
      const effects: Effect[] = [];
      const call = callOf(world, invocation, input, { now, effects, steps });
      const outcome = work(call);
      world.state.journal.append(entryOf(call, invocation, outcome, effects));
      return outcome;
    });
  }

  const refuse = (invocation: Invocation, input: unknown, error: unknown): Promise<Outcome> =>
    commit(invocation, input, () => ({ ok: false, failure: asFailure(error, onBug) }));

  function act(invocation: Invocation, prepared: Prepared, steps: Steps): Promise<Outcome> {
    const work = (call: Call): Outcome => {
      try {
        // A nested transaction: a refusal takes back what the operation did, not the journal.
        return { ok: true, body: world.state.transaction(() => prepared.act(call)) };
      } catch (error) {
        if (error instanceof Pause) throw error;
        return { ok: false, failure: asFailure(error, onBug) };
      }
    };
    return commit(invocation, prepared.input, work, steps);
  }

  async function run(invocation: Invocation): Promise<Outcome> {
    const action = actionsByName.get(invocation.operation);
    if (action === undefined) {
      const text = `The practice KMS does not perform ${invocation.operation} yet; AWS KMS does.`;
      return refuse(invocation, null, unsupported(text));
    }
    let prepared: Prepared;
    try {
      prepared = action.begin(invocation.body);
    } catch (error) {
      return refuse(invocation, null, error);
    }
    try {
      const steps = createSteps();
      if (prepared.prepare !== null) {
        const now = world.clock.now();
        world.state.transaction(() => runDueEvents(world, now));
        const { input } = prepared;
        await prepared.prepare(callOf(world, invocation, input, { now, effects: [], steps }));
      }
      return await untilAnswered(() => act(invocation, prepared, steps));
    } catch (error) {
      return refuse(invocation, prepared.input, error);
    }
  }

  return { run, refuse };
}
export type Dispatcher = ReturnType<typeof createDispatcher>;
