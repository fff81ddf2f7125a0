import { z } from 'zod';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { leftoverTexts } from '../../../../../shared/text/leftovers.ts';
import type { KmsKeyRead } from '../../../cloud/answers.ts';
import type { XksKey, XksKeyInAws } from '../../../keystore/xks/rows.ts';
import type { JobKind, StepContext, StepResult, StepSpec } from '../../kind.ts';
import { type KeyStateDeed, turnKmsKey, turns } from '../kms-key-state.ts';
import { stateMatter } from '../matters.ts';
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
    matter: ({ keyId }) => stateMatter(keyId),
    needsDesignation: false,
    commitStep: null,
    standing: ({ payload }) =>
      storeStanding(services, { ...payload, inDoubt: null, takesAway: false }),
    leftovers: () => leftoverTexts({ what: 'nothing' }),
  });

const turnStep = (services: DeedServices, deed: KeyStateDeed): StepSpec<KeyStatePayload> => {
  return {
    name: deed,
    title: turns[deed].title,
    changes: 'aws',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { connection } = await openStore(services, context.payload.storeId, context);
      const { kmsKeyId } = remoteOf(services.xks.model.keys.get(context.payload.keyId));
      const { days } = context.payload;
      const turned = await turnKmsKey(deed, connection, kmsKeyId, context, { days });
      return 'stop' in turned
        ? { type: 'stop', error: turned.stop }
        : settled(services, context, turned.read);
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
