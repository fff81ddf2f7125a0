import { createHash } from 'node:crypto';
import type { KMSClient } from '@aws-sdk/client-kms';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { ParameterValue, Read } from '../answers.ts';
import type { CallContext, CloudPorts } from '../cloud.ts';
import { type CallerParts, makeCall } from './call.ts';
import type { Pacer, Place } from './pacing.ts';
import type { Ticket } from './bucket.ts';
import type { FreshKeys } from './fresh-keys.ts';
import { WireFailure } from './wire-failure.ts';

/**
 * Calls with no token against doing them twice. Everything else either reads, sets a state, or is
 * refused the second time (facts: reliability 5.2).
 */
const notRepeatable: ReadonlySet<string> = new Set([
  'CreateKey',
  'RotateKeyOnDemand',
  'ReplicateKey',
  'CreateCustomKeyStore',
]);
export const isRepeatable = (operation: string): boolean => !notRepeatable.has(operation);

export interface Details {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** The key the call is about, when "not found" may mean "not yet". */
  readonly keyId?: string;
  readonly ticket?: Ticket;
}

type Sent = { readonly $metadata: { readonly requestId?: string } };

/** What all verbs share: the client, the pace, and whose account it is. */
export class Link {
  readonly kms: KMSClient;
  readonly ports: CloudPorts;
  readonly region: string;
  readonly pacer: Pacer;
  readonly fresh: FreshKeys;
  readonly #parts: CallerParts;
  /** Account once known; until then the access key stands for it in the queue. */
  account: string;

  constructor(options: {
    kms: KMSClient;
    region: string;
    account: string;
    fresh: FreshKeys;
    parts: CallerParts;
  }) {
    this.kms = options.kms;
    this.region = options.region;
    this.account = options.account;
    this.fresh = options.fresh;
    this.#parts = options.parts;
    this.ports = options.parts.ports;
    this.pacer = options.parts.pacer;
  }

  place(operation: string): Place {
    return { account: this.account, region: this.region, operation };
  }

  /** A call that changes nothing. `shape` turns AWS's reply into ours, or throws by `missing`. */
  read<O extends Sent, T>(
    operation: string,
    details: Details,
    send: (options: { abortSignal?: AbortSignal }) => Promise<O>,
    shape: (reply: O) => T,
    context?: CallContext,
  ): Promise<T & Read> {
    return this.#make(operation, false, details, send, shape, context);
  }

  /** A call that changes something in AWS; once it is on its way it is not cut off. */
  change<O extends Sent, T>(
    operation: string,
    details: Details,
    send: (options: { abortSignal?: AbortSignal }) => Promise<O>,
    shape: (reply: O) => T,
    context?: CallContext,
  ): Promise<T & Read> {
    return this.#make(operation, true, details, send, shape, context);
  }

  async #make<O extends Sent, T>(
    operation: string,
    changes: boolean,
    details: Details,
    send: (options: { abortSignal?: AbortSignal }) => Promise<O>,
    shape: (reply: O) => T,
    context?: CallContext,
  ): Promise<T & Read> {
    const { keyId } = details;
    const justMade = keyId !== undefined && this.fresh.has(keyId, this.ports.clock.now());
    const { output, requestId, readAt } = await makeCall<T>(
      this.#parts,
      {
        operation,
        repeatable: isRepeatable(operation),
        changes,
        parameters: details.parameters,
        place: this.place(operation),
        ...(details.ticket ? { ticket: details.ticket } : {}),
        justMade,
        send: async (signal) => {
          const reply = await send(signal ? { abortSignal: signal } : {});
          return { output: shape(reply), requestId: reply.$metadata.requestId ?? null };
        },
      },
      context,
    );
    return { ...output, requestId, readAt };
  }
}

/** A field that AWS always sends and this reply lacks: what answered cannot be relied on. */
export function missing(field: string): WireFailure {
  return new WireFailure('foreign', 'incomplete reply', { message: `no ${field} in the reply` });
}

/**
 * A field that the API model calls optional and that AWS always sends. @throws WireFailure where it lacks
 */
export function must<T>(value: T | undefined | null, field: string): T {
  if (value === undefined || value === null) throw missing(field);
  return value;
}

/** How a blob is shown with a step: never its bytes. */
export const blob = (bytes: Uint8Array): ParameterValue => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** All pages of a list, in order. */
export async function allPages<T>(
  page: (
    marker: string | undefined,
  ) => Promise<{ items: readonly T[]; next: string | null } & Read>,
): Promise<Read & { items: readonly T[] }> {
  const items: T[] = [];
  let marker: string | undefined;
  for (;;) {
    const { items: more, next, requestId, readAt } = await page(marker);
    items.push(...more);
    if (next === null) return { items, requestId, readAt };
    if (next === marker || items.length > 200_000) {
      throw new OperationError('AWS_FAILED', {
        problem: 'a list that does not end',
        retry: 'permanent',
      });
    }
    marker = next;
  }
}

export const nextOf = (reply: {
  Truncated?: boolean | undefined;
  NextMarker?: string | undefined;
}) => (reply.Truncated === true ? must(reply.NextMarker, 'NextMarker') : null);
