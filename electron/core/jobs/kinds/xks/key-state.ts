import { z } from 'zod';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { leftoverTexts } from '../../../../../shared/text/leftovers.ts';
import type { XksKeyDeed } from '../../../../../shared/model/xks.ts';
import type { KmsKeyRead } from '../../../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../../../cloud/cloud.ts';
import type { XksKey, XksKeyInAws } from '../../../keystore/xks/rows.ts';
import type { JobKind, StepContext, StepResult, StepSpec } from '../../kind.ts';
import { proof, shortId } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import { openStore } from './opening.ts';
import { storeStanding } from './standing.ts';

const keyStatePayload = z.strictObject({
  storeId: z.uuid(),
  keyId: z.uuid(),
  days: z.number().int().min(7).max(30),
});
export type KeyStatePayload = z.output<typeof keyStatePayload>;
export type KeyStateDeed = Exclude<XksKeyDeed, 'create' | 'release'>;

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
 * Unavailable: the store is not connected. AWS takes these deeds all the same, and shows what came of
 * them once it is; until then nobody can read whether one is needed.
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

/** @throws OperationError KEY_NOT_IN_AWS */
export function remoteOf({ name, remote }: XksKey): XksKeyInAws {
  if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { name });
  return remote;
}

/** Changes the state of a KMS key in AWS; the external key stays as it is. */
export const turnXksKey =
  (deed: KeyStateDeed) =>
  (services: DeedServices): JobKind<KeyStatePayload> => ({
    name: `xks-key.${deed}`,
    payload: keyStatePayload,
    steps: [turnStep(services, deed)],
    orderKey: ({ storeId }) => `xks:${storeId}`,
    deedKey: ({ keyId }) => `${deed}:${keyId}`,
    needsDesignation: false,
    commitStep: null,
    standing: ({ payload }) =>
      storeStanding(services, { ...payload, inDoubt: null, takesAway: false }),
    leftovers: () => leftoverTexts({ what: 'nothing' }),
  });

const turnStep = (services: DeedServices, deed: KeyStateDeed): StepSpec<KeyStatePayload> => {
  const { title, to, call } = turns[deed];
  return {
    name: deed,
    title,
    changes: 'aws',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { connection } = await openStore(services, context.payload.storeId, context);
      const { kmsKeyId } = remoteOf(services.xks.model.keys.get(context.payload.keyId));
      const before = await connection.describeKey(kmsKeyId, context);
      if (isThere(deed, before.state)) return settled(services, context, before);
      const obstacle = keyObstacle(deed, before.state);
      if (obstacle) return { type: 'stop', error: obstacle };
      await call(connection, kmsKeyId, context.payload.days, context);
      const read = await connection.describeKey(kmsKeyId, context);
      if (to.includes(read.state)) return settled(services, context, read);
      const details = { what: 'key state', expected: to.join(' or '), found: read.state };
      throw new OperationError('READ_BACK_DIFFERS', { ...details, keyId: kmsKeyId });
    },
  };
};

function settled(
  services: DeedServices,
  { payload }: StepContext<KeyStatePayload>,
  read: KmsKeyRead,
): StepResult {
  const { keyId, arn, state, readAt, requestId } = read;
  return {
    type: 'done',
    proof: [proof(`${shortId(keyId)} reads as ${state}; its external key is as it was`, requestId)],
    record: () =>
      services.xks.model.keys.noteRemote(payload.keyId, { kmsKeyId: keyId, arn, state, readAt }),
  };
}
