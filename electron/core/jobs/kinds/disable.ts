import { sayTime } from '../../../../shared/model/span.ts';
import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { JobKind, StepSpec } from '../kind.ts';
import {
  checkAccount,
  proof,
  readHolder,
  readingOf,
  shortId,
  keyOpener,
  type OpenKey,
} from './reading.ts';
import type { DeedServices } from './services.ts';
import { leftoversOf, standingOf } from './standing.ts';

export const disablePayload = z.strictObject({ groupId: z.uuid(), keyId: z.uuid() });
export type DisablePayload = z.output<typeof disablePayload>;

/**
 * Disables a former key some days after its rotation. A job of its own, so that it can be stopped;
 * it reads alias and last use again at the moment it acts.
 */
export function disableFormer(services: DeedServices): JobKind<DisablePayload> {
  const open = keyOpener(services);

  return {
    name: 'key.disable',
    payload: disablePayload,
    steps: [checkStep(services, open), disableStep(services, open)],
    orderKey: (payload) => payload.groupId,
    deedKey: (payload) => `disable:${payload.keyId}`,
    needsDesignation: false,
    commitStep: 'disable',
    standing: ({ payload, outputs }) =>
      standingOf(services, payload.groupId, payload.keyId, outputs),
    leftovers: ({ payload }) => leftoversOf(services, payload.keyId),
  };
}

function checkStep(services: DeedServices, open: OpenKey): StepSpec<DisablePayload> {
  return {
    name: 'check',
    title: 'Check account, alias holder and last use',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { group, key, remote, connection } = await open(context, { checksItself: true });
      const seen = await checkAccount(services, connection, group, context);
      const holder = await readHolder(services, connection, group, context);
      if (holder.kmsKeyId === remote.kmsKeyId) {
        return {
          type: 'stop',
          error: new OperationError('NOTHING_TO_DO', {
            reason: `version ${key.version} holds alias/${group.alias} again`,
          }),
        };
      }
      const use = await connection.lastUsage(remote.kmsKeyId, context);
      const said =
        use.usedAt === null
          ? 'AWS reports no use'
          : `AWS reports last use ${use.operation ?? ''} at ${sayTime(use.usedAt)}`;
      return { type: 'done', proof: [seen.proof, proof(said, use.requestId)] };
    },
  };
}

function disableStep(services: DeedServices, open: OpenKey): StepSpec<DisablePayload> {
  const { keys } = services;
  return {
    name: 'disable',
    title: 'Disable KMS key',
    changes: 'aws',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { key, remote, connection } = await open(context);
      await connection.disableKey(remote.kmsKeyId, context);
      const read = await connection.describeKey(remote.kmsKeyId, context);
      if (read.state !== 'Disabled') {
        throw new OperationError('READ_BACK_DIFFERS', {
          what: 'key state',
          expected: 'Disabled',
          found: read.state,
          keyId: remote.kmsKeyId,
        });
      }
      return {
        type: 'done',
        proof: [proof(`${shortId(remote.kmsKeyId)} reads as Disabled`, read.requestId)],
        record: () => {
          keys.noteRemote(key.id, readingOf(read));
          keys.addEvent(key.id, 'Disabled in AWS after its rotation', context.jobId);
        },
      };
    },
  };
}
