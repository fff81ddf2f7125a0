import { setTimeout as wait } from 'node:timers/promises';
import type { FailureCode } from '../../../shared/errors/failures.ts';
import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import type { Caller, Core, Reply } from '../../core/core.ts';
import type { SocketClient } from '../transport/socket/connect.ts';
import { type Call, outputOf, type OutputFor } from './operations.ts';

/** How a command reaches the core: in the process that holds the keystore, or in its own. */
export interface Session {
  readonly where: 'holder' | 'here';
  readonly call: Call;
  /** Disconnects, or lets running steps finish and closes the keystore. May be called twice. */
  end(): Promise<void>;
}

/** After how long a keystore that is being checked is looked at, at most, and for how long (ms). */
const lookEvery = 50;
const lookAtMost = 60_000;

/** How often a holder is asked anew that empties its memory just now, and for how long (ms). */
const askEvery = 50;
const askAtMost = 20_000;

type Send = (name: string, input: unknown) => Promise<Reply>;
type Status = OutputFor<'keystore.status'>;

/**
 * A change asked for while the keystore is still being checked waits for the check. The core wipes
 * the bytes it was given, so the second attempt has its own copy.
 */
function patiently(send: Send): Call {
  return async (name, input) => {
    const spare = copyWithBytes(input);
    try {
      const reply = await send(name, input);
      const checking = !reply.ok && reply.failure.code === 'KEYSTORE_CHECKING';
      if (!checking) return outputOf<typeof name>(reply);
      await checked(async () => outputOf<'keystore.status'>(await send('keystore.status', {})));
      return outputOf<typeof name>(await send(name, spare));
    } finally {
      wipeBytes(spare);
    }
  };
}

/** Waits until the keystore is no longer being checked, or gives up waiting: a small one takes no time. */
async function checked(look: () => Promise<Status>): Promise<Status> {
  const end = performance.now() + lookAtMost;
  for (let pause = 2; ; pause = Math.min(2 * pause, lookEvery)) {
    const status = await look();
    if (status.state !== 'checking' || performance.now() > end) return status;
    await wait(pause);
  }
}

/** The keystore as it is once its check is over: before that nothing reaches out for its HSM. */
export const whenChecked = (session: Session): Promise<Status> =>
  checked(() => session.call('keystore.status', {}));

/** What is read of such a keystore may not be what was saved, whoever may have read it. */
const notAsSaved: ReadonlySet<string> = new Set<FailureCode>([
  'KEYSTORE_DAMAGED',
  'KEYSTORE_TAMPERED',
]);

/**
 * Lists are shown before the whole keystore was checked. Nobody leaves with one of them without hearing
 * what the check found.
 * @throws OperationError KEYSTORE_DAMAGED, KEYSTORE_TAMPERED
 */
export async function refuseDamage(session: Session): Promise<void> {
  const { state, reason } = await whenChecked(session);
  if (state === 'read-only' && notAsSaved.has(reason ?? ''))
    throw new OperationError(reason as FailureCode, { opened: true });
}

function copyWithBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, copyWithBytes(v)]));
}

/** Zeroes every byte array in a message. */
export function wipeBytes(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(0);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(wipeBytes);
}

/**
 * A session with the process that holds the keystore. `connect` finds the next one: after a lock it
 * gives way to one with an empty memory, and begins nothing more that brings a secret.
 */
export function holderSession(
  client: SocketClient,
  connect: () => Promise<SocketClient | null>,
): Session {
  let now = client;
  const send: Send = async (name, input) => {
    const end = performance.now() + askAtMost;
    try {
      for (;;) {
        const reply = await now.call(name, input);
        const renewing = !reply.ok && reply.failure.code === 'KEYSTORE_RENEWING';
        if (!renewing || performance.now() > end) return reply;
        await wait(askEvery);
        const next = await connect();
        if (!next) return reply;
        now.close();
        now = next;
      }
    } finally {
      wipeBytes(input);
    }
  };
  return {
    where: 'holder',
    call: patiently(send),
    end: () => {
      now.close();
      return Promise.resolve();
    },
  };
}

/** A session with a core of this process. */
export function ownSession(core: Core, caller: Caller): Session {
  let ending: Promise<void> | null = null;
  return {
    where: 'here',
    call: patiently((name, input) => core.call(name, input, caller)),
    end: () => {
      ending ??= core.stop();
      return ending;
    },
  };
}

export type UnlockNeeds = 'passphrase' | 'hsm' | 'combined';

interface SlotView {
  readonly id: string;
  readonly label: string;
  readonly kind: UnlockNeeds;
}

/** Which slot is meant: the one asked for, else a passphrase slot, else the first. */
export function chooseSlot<S extends SlotView>(slots: readonly S[], asked?: string): S | null {
  if (asked !== undefined) {
    const found = slots.find((slot) => slot.label === asked || slot.id === asked);
    if (found) return found;
    throw notFound('slot');
  }
  return slots.find((slot) => slot.kind === 'passphrase') ?? slots[0] ?? null;
}
