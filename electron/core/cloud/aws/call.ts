import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CallChange } from '../../../../shared/model/job.ts';
import type { ParameterValue, Read } from '../answers.ts';
import type { CallContext, CloudPorts } from '../cloud.ts';
import type { Patience } from '../patience.ts';
import {
  answerLost,
  classify,
  type Classified,
  mayHaveHappened,
  tellsOfLostAnswer,
} from './failures.ts';
import type { Pacer, Place } from './pacing.ts';
import type { Ticket } from './bucket.ts';

/** One call as a verb describes it. */
export interface Call<O> {
  readonly operation: string;
  /** May it be sent again when nobody knows what became of it? */
  readonly repeatable: boolean;
  /** Does it change anything in AWS? A change that is under way is never cut off. */
  readonly changes: boolean;
  /** Shown with the step: no secrets; blobs by length and hash. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Not paced when absent (STS). */
  readonly place?: Place;
  readonly ticket?: Ticket;
  /** The key it is about was made by this console a moment ago. */
  readonly justMade?: boolean;
  send(signal: AbortSignal | undefined): Promise<{ output: O; requestId: string | null }>;
}

export interface CallerParts {
  readonly ports: CloudPorts;
  readonly pacer: Pacer;
  readonly patience: Patience;
  /** Address of the practice KMS; null for AWS. */
  readonly practice: string | null;
  /** Name of the credential that signs; null where nobody said. */
  readonly credential: string | null;
  /** Closed: its credential was removed, or is to be met by other settings. */
  closed(): boolean;
  /** Runs before each attempt; a practice endpoint proves itself here. */
  prepare(signal: AbortSignal | undefined): Promise<void>;
  skew(): number | null;
}

/** Base and cap of the pause between tries, ms: a random time up to base * 2^n, at most the cap. */
const pauseBase = 500;
const pauseCap = 60_000;

/**
 * Makes a call, at AWS's pace, again where that is safe and may help, and says each attempt.
 * @throws OperationError with the class in `details.retry` and the number of tries
 */
export async function makeCall<O>(
  parts: CallerParts,
  call: Call<O>,
  asked: CallContext = {},
): Promise<{ output: O } & Read> {
  const { ports, pacer, patience } = parts;
  const signal = asked.signal ?? ports.givenUp?.() ?? null;
  const context = signal === null ? asked : { ...asked, signal };
  const { clock } = ports;
  const begun = clock.monotonic();
  let lost: Classified | null = null;
  for (let tries = 1; ; tries++) {
    context.signal?.throwIfAborted();
    if (call.place) {
      await pacer.acquire(call.place, {
        ...(context.signal ? { signal: context.signal } : {}),
        ...(call.ticket ? { ticket: call.ticket } : {}),
        again: tries > 1,
        tell: (text) => context.progress?.(text),
      });
    }
    if (parts.closed()) throw withTries(lost?.error ?? closedMeanwhile(call.operation), tries);
    const attempt = await tryOnce(parts, call, context);
    if (!('retry' in attempt)) return attempt;
    if (lost !== null && tellsOfLostAnswer(attempt)) {
      throw withTries(answerLost(lost, attempt).error, tries);
    }
    if (call.changes && mayHaveHappened(attempt)) lost = attempt;
    if (attempt.retry === 'throttled' && call.place) pacer.throttled(call.place);
    const pause = pauseBefore(tries, ports);
    const spent = clock.monotonic() - begun + pause;
    if (!mayTryAgain(attempt, call) || tries >= patience.tries || spent > patience.within) {
      throw withTries(attempt.error, tries);
    }
    context.progress?.(
      `${attempt.error.external?.name ?? attempt.error.code}: tries again, ${tries + 1} of ${patience.tries}`,
    );
    await clock.sleep(pause, context.signal);
  }
}

async function tryOnce<O>(
  parts: CallerParts,
  call: Call<O>,
  context: CallContext,
): Promise<({ output: O } & Read) | Classified> {
  const { clock } = parts.ports;
  const started = clock.monotonic();
  const note = (result: string, requestId: string | null, changed: CallChange): void =>
    context.note?.({
      call: call.operation,
      parameters: call.parameters,
      requestId,
      took: Math.round(clock.monotonic() - started),
      result,
      changed: call.changes ? changed : 'no',
    });
  const signal = call.changes ? undefined : context.signal;
  let sending = false;
  try {
    await parts.prepare(signal);
    sending = true;
    const { output, requestId } = await call.send(signal);
    note('ok', requestId, 'yes');
    return { output, requestId, readAt: clock.now() };
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const failed = classify(cause, {
      operation: call.operation,
      repeatable: call.repeatable,
      changes: call.changes,
      justMade: call.justMade ?? false,
      skew: parts.skew(),
      practice: parts.practice,
      credential: parts.credential,
      ofKey: (arn) => parts.ports.ofKey?.(arn) ?? {},
    });
    const { external } = failed.error;
    const changed = sending && mayHaveHappened(failed) ? 'maybe' : 'no';
    note(external?.name ?? failed.error.code, external?.requestId ?? null, changed);
    return failed;
  }
}

/** A later attempt opens a connection by the settings of then. */
const closedMeanwhile = (operation: string): OperationError =>
  new OperationError('AWS_UNREACHABLE', {
    operation,
    retry: 'unsent',
    closed: true,
  });

function mayTryAgain<O>(failed: Classified, call: Call<O>): boolean {
  if (failed.retry === 'throttled' || failed.retry === 'unsent') return true;
  return failed.retry === 'transient' && (call.repeatable || call.justMade === true);
}

/** Full jitter: clients that failed together do not come back together. */
function pauseBefore(tries: number, { random }: CloudPorts): number {
  const most = Math.min(pauseCap, pauseBase * 2 ** (tries - 1));
  return (random(4).readUInt32BE() / 2 ** 32) * most;
}

function withTries(error: OperationError, tries: number): OperationError {
  return new OperationError(
    error.code,
    { ...error.details, tries },
    { ...(error.external ? { external: error.external } : {}), cause: error },
  );
}
