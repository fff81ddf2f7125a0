import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';

/** Deeds that change of a KMS key nothing but its state, whatever its key material comes from. */
export type KeyStateDeed = 'enable' | 'disable' | 'schedule-deletion' | 'cancel-deletion';

/** What a deed does to the KMS key, and which states it begins and ends in. */
interface Turn {
  readonly title: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly call: (
    connection: CloudConnection,
    kmsKeyId: string,
    days: number,
    context: CallContext,
  ) => Promise<unknown>;
}

/**
 * Unavailable: the external key store is not connected. AWS takes these deeds all the same, and shows
 * what came of them once it is; until then nobody can read whether one is needed.
 */
export const turns: Readonly<Record<KeyStateDeed, Turn>> = {
  enable: {
    title: 'Enable KMS key',
    from: ['Disabled', 'Unavailable'],
    to: ['Enabled', 'Unavailable'],
    call: (connection, id, _days, context) => connection.enableKey(id, context),
  },
  disable: {
    title: 'Disable KMS key',
    from: ['Enabled', 'Unavailable'],
    to: ['Disabled', 'Unavailable'],
    call: (connection, id, _days, context) => connection.disableKey(id, context),
  },
  'schedule-deletion': {
    title: 'Schedule deletion of the KMS key',
    from: ['Enabled', 'Disabled', 'Unavailable'],
    to: ['PendingDeletion'],
    call: (connection, id, days, context) => connection.scheduleDeletion(id, days, context),
  },
  'cancel-deletion': {
    title: 'Cancel deletion of the KMS key',
    from: ['PendingDeletion'],
    to: ['Disabled', 'Unavailable'],
    call: (connection, id, _days, context) => connection.cancelDeletion(id, context),
  },
};

/** The state says for certain that nothing is left to do. */
const isThere = (deed: KeyStateDeed, state: string): boolean =>
  turns[deed].to.includes(state) && !turns[deed].from.includes(state);

/**
 * Why this deed does not fit the state that AWS tells; null: it does. NOTHING_TO_DO where it is done already.
 */
export function keyObstacle(deed: KeyStateDeed, state: string): OperationError | null {
  if (turns[deed].from.includes(state)) return null;
  return isThere(deed, state)
    ? new OperationError('NOTHING_TO_DO', { reason: `the KMS key is ${state} already` })
    : new OperationError('AWS_KEY_STATE', { state });
}

/** What came of a deed: the key as it reads now, or why AWS was not asked for anything. */
export type Turned =
  | {
      readonly read: KmsKeyRead;
      /** False where it was so already: done before, by an interrupted go or by somebody else. */
      readonly acted: boolean;
    }
  | { readonly stop: OperationError };

/**
 * Looks, acts where that is needed, and reads back: going through it once more changes nothing twice.
 * `days`: how long AWS waits before a deletion. `last`: the last reason not to, asked right before acting.
 * @throws OperationError READ_BACK_DIFFERS
 */
export async function turnKmsKey(
  deed: KeyStateDeed,
  connection: CloudConnection,
  kmsKeyId: string,
  context: CallContext,
  options: { readonly days?: number; readonly last?: () => Promise<OperationError | null> } = {},
): Promise<Turned> {
  const { to, call } = turns[deed];
  const before = await connection.describeKey(kmsKeyId, context);
  if (isThere(deed, before.state)) return { read: before, acted: false };
  const stop = keyObstacle(deed, before.state) ?? (await options.last?.()) ?? null;
  if (stop) return { stop };
  await call(connection, kmsKeyId, options.days ?? 0, context);
  const read = await connection.describeKey(kmsKeyId, context);
  if (to.includes(read.state)) return { read, acted: true };
  const details = { what: 'key state', expected: to.join(' or '), found: read.state };
  throw new OperationError('READ_BACK_DIFFERS', { ...details, keyId: kmsKeyId });
}
