import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { JobKind, StepResult, StepSpec } from '../kind.ts';
import {
  checkAccount,
  keyOpener,
  type OpenKey,
  proof,
  readHolder,
  readingOf,
  shortId,
} from './reading.ts';
import type { DeedServices } from './services.ts';
import { leftoversOf, standingOf } from './standing.ts';

const discardPayload = z.strictObject({ groupId: z.uuid(), keyId: z.uuid() });
export type DiscardPayload = z.output<typeof discardPayload>;

/** AWS's shortest waiting period, in days; until it is over the deletion can be cancelled there. */
const waitingDays = 7;

/**
 * Schedules the deletion of a KMS key that a cancelled rotation made and that nothing was ever
 * encrypted under: no alias of ours names it, and its version was never active.
 */
export function discard(services: DeedServices): JobKind<DiscardPayload> {
  const open = keyOpener(services);
  return {
    name: 'key.discard',
    payload: discardPayload,
    steps: [checkStep(services, open), scheduleStep(services, open)],
    orderKey: (payload) => payload.groupId,
    deedKey: (payload) => `discard:${payload.keyId}`,
    needsDesignation: false,
    commitStep: 'schedule',
    standing: ({ payload, outputs }) =>
      standingOf(services, payload.groupId, payload.keyId, outputs),
    leftovers: ({ payload, stepStates }) => leftoversOf(services, payload.keyId, stepStates),
  };
}

type Context = Parameters<StepSpec<DiscardPayload>['act']>[0];

/** Why the key must stay; null when it may go. */
async function inUse(
  services: DeedServices,
  open: OpenKey,
  context: Context,
): Promise<StepResult | null> {
  const { group, key, remote, connection } = await open(context, { checksItself: true });
  await checkAccount(services, connection, group, context);
  const holder = await readHolder(services, connection, group, context);
  const why =
    remote.madeBy !== 'group'
      ? 'its KMS key was not made by this keystore'
      : key.lifecycle !== 'pre-activation'
        ? `version ${key.version} was active`
        : holder.kmsKeyId === remote.kmsKeyId
          ? `version ${key.version} holds alias/${group.alias}`
          : null;
  return why === null
    ? null
    : { type: 'stop', error: new OperationError('NOTHING_TO_DO', { reason: why }) };
}

const checkStep = (services: DeedServices, open: OpenKey): StepSpec<DiscardPayload> => ({
  name: 'check',
  title: 'Check that nothing uses the key',
  changes: 'nothing',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) =>
    (await inUse(services, open, context)) ?? {
      type: 'done',
      proof: [proof('no alias of this group names it, and it was never active')],
    },
});

const scheduleStep = (services: DeedServices, open: OpenKey): StepSpec<DiscardPayload> => ({
  name: 'schedule',
  title: 'Schedule deletion of the KMS key',
  changes: 'aws',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    const used = await inUse(services, open, context);
    if (used) return used;
    const { key, remote, connection } = await open(context);
    await connection.scheduleDeletion(remote.kmsKeyId, waitingDays, context);
    const read = await connection.describeKey(remote.kmsKeyId, context);
    if (read.state !== 'PendingDeletion') {
      throw new OperationError('READ_BACK_DIFFERS', {
        what: 'key state',
        expected: 'PendingDeletion',
        found: read.state,
        keyId: remote.kmsKeyId,
      });
    }
    return {
      type: 'done',
      proof: [
        proof(
          `${shortId(remote.kmsKeyId)} is deleted by AWS in ${waitingDays} days, unless cancelled there`,
          read.requestId,
        ),
      ],
      record: () => {
        services.keys.noteRemote(key.id, readingOf(read));
        services.keys.addEvent(
          key.id,
          'Its KMS key was scheduled for deletion, as its job was cancelled',
          context.jobId,
        );
      },
    };
  },
});
