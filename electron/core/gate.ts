import { createHash } from 'node:crypto';
import { findOperation, type OperationName } from '../../shared/contract/index.ts';
import type { Operation } from '../../shared/contract/op.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';
import type { AuditedCall, Caller, GateAudit, Reply } from './core.ts';
import { readInput } from './input-problems.ts';
import type { Logger } from './ports.ts';

export type Handler = (input: unknown, caller: Caller) => unknown;

/** What the gate asks of the rest of the core. */
export interface GateServices {
  /**
   * Runs a call while the keystore is as the operation needs it.
   * @throws OperationError KEYSTORE_LOCKED (also when it is locked meanwhile), KEYSTORE_CHECKING,
   *   KEYSTORE_READ_ONLY or CONSOLE_NOT_ALLOWED
   */
  during<T>(operation: Operation, work: () => Promise<T>, caller: Caller): Promise<T>;
  /** A promise while what the handler stands on is still being loaded. */
  handler(call: string): Handler | null | Promise<Handler | null>;
  /**
   * Audits a call. Changes audit themselves inside their own transaction by way of `begin`, so that
   * a change and its record stand or fall together; the gate only records refusals and outcomes.
   */
  audit: GateAudit;
  readonly log: Logger;
}

/** Secret bytes are named by length only, so that the hash says nothing about them. */
function withoutSecrets(value: unknown): unknown {
  if (value instanceof Uint8Array) return { secretBytes: value.length };
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, withoutSecrets(inner)]),
    );
  }
  return value;
}

function wipeSecrets(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(0);
  else if (value !== null && typeof value === 'object') Object.values(value).forEach(wipeSecrets);
}

/**
 * The only way in, for every host: known operation, trusted caller, valid input, open keystore,
 * handler, valid output. Secret inputs are wiped when the call ends.
 */
export function createGate(services: GateServices) {
  const fail = (error: unknown, call: string): Reply => {
    if (error instanceof OperationError) return { ok: false, failure: error.toFailure() };
    services.log.log('error', 'operation-failed', {
      call,
      error: error instanceof Error ? (error.stack ?? error.message) : 'not an error',
    });
    return { ok: false, failure: { code: 'INTERNAL', details: { call } } };
  };

  const run = async (
    name: OperationName,
    operation: Operation,
    input: unknown,
    { caller, givenUp }: { readonly caller: Caller; readonly givenUp: AbortSignal | undefined },
  ) => {
    const read = readInput(operation.input, input);
    if ('wrong' in read) throw new OperationError('BAD_INPUT', read.wrong);
    const plain = withoutSecrets(read.data);
    const call: AuditedCall = {
      action: name,
      effect: operation.effect,
      caller,
      requestHash: createHash('sha256').update(JSON.stringify(plain)).digest('hex'),
      input: plain,
      approval: operation.approvalFor(read.data),
      givenUp: operation.effect === 'read' || operation.asksOnly ? (givenUp ?? null) : null,
    };
    try {
      const work = async () => {
        const found = services.handler(name);
        const handler = found instanceof Promise ? await found : found;
        if (!handler) throw new Error(`no handler for ${name}`);
        return services.audit.within(call, async () => handler(read.data, caller));
      };
      const output = await services.during(operation, work, caller);
      return operation.output.parse(output);
    } catch (error) {
      // What its end looks like from inside is no failure of anything.
      const ended = call.givenUp?.aborted ? new OperationError('CANCELLED_BY_PERSON') : error;
      const code = ended instanceof OperationError ? ended.code : 'INTERNAL';
      if (operation.effect !== 'read') services.audit.refused(call, code);
      throw ended;
    }
  };

  return async (
    name: string,
    input: unknown,
    caller: Caller,
    givenUp?: AbortSignal,
  ): Promise<Reply> => {
    try {
      const operation = findOperation(name);
      if (!operation) throw new OperationError('NO_SUCH_OPERATION', { call: name.slice(0, 100) });
      const action = name as OperationName;
      if (!caller.trusted) {
        const requestHash = createHash('sha256').update(name).digest('hex');
        const { effect } = operation;
        const call = {
          action,
          effect,
          caller,
          requestHash,
          input: null,
          approval: null,
          givenUp: null,
        };
        services.audit.refused(call, 'CALLER_NOT_TRUSTED');
        throw new OperationError('CALLER_NOT_TRUSTED');
      }
      return { ok: true, output: await run(action, operation, input, { caller, givenUp }) };
    } catch (error) {
      return fail(error, name.slice(0, 100));
    } finally {
      wipeSecrets(input);
    }
  };
}
