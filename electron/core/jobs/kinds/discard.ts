import { z } from 'zod';
import { sayMinute } from '../../../../shared/model/span.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { Key, RemoteKey } from '../../keystore/rows.ts';
import type { JobKind, StepResult, StepSpec } from '../kind.ts';
import { promised } from './promised.ts';
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
 * encrypted under: its version was never active, and AWS says that no alias names it and that nobody
 * used it. Our rows alone do not show that: where the keystore was restored, they may be the older.
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
): Promise<string | null> {
  const { group, key, remote, connection } = await open(context, { checksItself: true });
  await checkAccount(services, connection, group, context);
  const holder = await readHolder(services, connection, group, context);
  return remote.madeBy !== 'group'
    ? 'its KMS key was not made by this keystore'
    : key.lifecycle !== 'pre-activation'
      ? `version ${key.version} was active`
      : holder.kmsKeyId === remote.kmsKeyId
        ? `version ${key.version} holds alias/${group.alias}`
        : await usedInAws(connection, { key, remote }, context);
}

const stays = (reason: string): StepResult => ({
  type: 'stop',
  error: new OperationError('NOTHING_TO_DO', { reason }),
});

/** What AWS knows of a use; null: none. A key that never had material cannot have been used. */
async function usedInAws(
  connection: CloudConnection,
  { key, remote }: { readonly key: Key; readonly remote: RemoteKey },
  context: Context,
): Promise<string | null> {
  const { state, currentMaterialId } = await connection.describeKey(remote.kmsKeyId, context);
  const empty = state === 'PendingImport' && currentMaterialId === null;
  if (empty && remote.materialId === null && !remote.taken) return null;
  const { aliases } = await connection.listAliases(remote.kmsKeyId, context);
  const [alias] = aliases;
  if (alias) return `${alias.name} names version ${key.version}`;
  const { usedAt } = await connection.lastUsage(remote.kmsKeyId, context);
  return usedAt === null ? null : `version ${key.version} was used on ${sayMinute(usedAt)}`;
}

const checkStep = (services: DeedServices, open: OpenKey): StepSpec<DiscardPayload> => ({
  name: 'check',
  title: 'Check that nothing uses the key',
  changes: 'nothing',
  repeatable: true,
  reconcile: async () => 'act',
  act: promised(services, async (context) => {
    const used = await inUse(services, open, context);
    if (used !== null) return stays(used);
    const said = 'it was never active, no alias names it, and AWS reports no use';
    return { type: 'done', proof: [proof(said)] };
  }),
});

const scheduleStep = (services: DeedServices, open: OpenKey): StepSpec<DiscardPayload> => ({
  name: 'schedule',
  title: 'Schedule deletion of the KMS key',
  changes: 'aws',
  repeatable: true,
  reconcile: promised(services, async (context) => {
    const { remote, connection } = await open(context);
    const read = await connection.describeKey(remote.kmsKeyId, context);
    return read.state === 'PendingDeletion' ? stillUnused(services, open, context, read) : 'act';
  }),
  act: promised(services, async (context) => {
    const used = await inUse(services, open, context);
    if (used !== null) return wasScheduled(context) ? spared(used) : stays(used);
    const { remote, connection } = await open(context);
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
    return stillUnused(services, open, context, read);
  }),
});

/** A person was shown that the key is to be deleted and in use, and sent the job on. */
const wasScheduled = ({ answered }: Context): boolean =>
  answered?.code === 'AWS_KEY_STATE' && answered.details['inUse'] !== undefined;

/** Its deletion was scheduled, and taken back: that nothing was changed may not be said. */
const spared = (reason: string): StepResult => ({
  type: 'remark',
  error: new OperationError('NOTHING_TO_DO', { reason, undone: 'scheduled' }),
});

/** It may have come into use while nobody looked: that a key nobody uses is deleted may not be said then. */
async function stillUnused(
  services: DeedServices,
  open: OpenKey,
  context: Context,
  read: KmsKeyRead,
): Promise<StepResult> {
  const used = await inUse(services, open, context);
  if (used === null) return scheduled(services, context, read);
  const { key } = await open(context);
  const details = { version: key.version, state: read.state, inUse: used };
  return { type: 'park', error: new OperationError('AWS_KEY_STATE', details) };
}

const scheduled = (
  { keys }: DeedServices,
  { payload: { keyId }, jobId }: Context,
  read: KmsKeyRead,
): StepResult => ({
  type: 'done',
  proof: [
    proof(
      `${shortId(read.keyId)} is deleted by AWS in ${waitingDays} days, unless cancelled there`,
      read.requestId,
    ),
  ],
  record: () => {
    keys.noteRemote(keyId, readingOf(read));
    const told = 'Its KMS key was scheduled for deletion, as its job was cancelled';
    keys.addEvent(keyId, told, jobId);
  },
});
