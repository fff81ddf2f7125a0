import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { addSpan } from '../../../../shared/model/span.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { Group } from '../../keystore/rows.ts';
import type { StepResult, StepSpec } from '../kind.ts';
import {
  formerHolder,
  heldElsewhere,
  policyInStep,
  proof,
  readHolder,
  readingOf,
  shortId,
} from './reading.ts';
import {
  type CheckOutput,
  type ForceRotatePayload,
  type GenerateOutput,
  type Opened,
  outputOf,
  type RotationContext as Context,
} from './rotation.ts';
import type { DeedServices } from './services.ts';

const day = 86_400_000;

/** Reads back what AWS now says of the key, and saves it beside the backup. */
export function confirmStep(services: DeedServices, open: Opened): StepSpec<ForceRotatePayload> {
  const { keys } = services;
  return {
    name: 'confirm',
    title: 'Confirm',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { group, connection } = await open(context);
      const { keyId } = outputOf<GenerateOutput>(context, 'generate');
      const { key, remote } = keys.get(keyId);
      if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
      const read = await connection.describeKey(remote.kmsKeyId, context);
      if (read.state !== 'Enabled') {
        throw new OperationError('READ_BACK_DIFFERS', {
          what: 'key state',
          expected: 'Enabled',
          found: read.state,
          keyId: remote.kmsKeyId,
        });
      }
      const policy =
        remote.madeBy === 'group'
          ? await policyInStep(connection, group, remote.kmsKeyId, context)
          : null;
      if (policy && !policy.same) {
        throw new OperationError('READ_BACK_DIFFERS', {
          what: 'key policy',
          expected: 'the template',
          found: 'another policy',
          keyId: remote.kmsKeyId,
        });
      }
      return {
        type: 'done',
        output: { materialId: read.currentMaterialId },
        proof: [proof(policy ? 'Enabled; policy reads back equal' : 'Enabled', read.requestId)],
        record: () =>
          keys.noteRemote(keyId, {
            ...readingOf(read),
            ...(policy ? { policyRead: policy.policy } : {}),
          }),
      };
    },
  };
}

/** The commit point. The alias moves only from a key that this group made or adopted. */
export function aliasStep(services: DeedServices, open: Opened): StepSpec<ForceRotatePayload> {
  const { keys } = services;
  const settle = async (
    context: Context,
    group: Group,
    connection: CloudConnection,
  ): Promise<StepResult | null> => {
    const { keyId, version } = outputOf<GenerateOutput>(context, 'generate');
    const { remote } = keys.get(keyId);
    const holder = await readHolder(services, connection, group, context);
    if (!remote || holder.kmsKeyId !== remote.kmsKeyId) return null;
    return {
      type: 'done',
      proof: [
        proof(
          `alias/${group.alias} names version ${version} (${shortId(remote.kmsKeyId)})`,
          holder.requestId,
        ),
      ],
      record: () => recordCommit(services, context, group, keyId, holder.readAt),
    };
  };
  const act = async (context: Context): Promise<StepResult> => {
    const { group, connection } = await open(context);
    const { keyId } = outputOf<GenerateOutput>(context, 'generate');
    const { key, remote } = keys.get(keyId);
    if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
    if (services.store.realm === 'real' && key.backedUpAt === null) {
      throw new OperationError('BACKUP_NEEDED_FIRST', { version: key.version });
    }
    const holder = await readHolder(services, connection, group, context);
    if (!holder.mayMove) return { type: 'park', error: heldElsewhere(group, holder) };
    if (holder.kmsKeyId === null)
      await connection.createAlias(group.alias, remote.kmsKeyId, context);
    else if (holder.kmsKeyId !== remote.kmsKeyId) {
      await connection.updateAlias(group.alias, remote.kmsKeyId, context);
    }
    const settled = await settle(context, group, connection);
    if (settled) return settled;
    throw new OperationError('READ_BACK_DIFFERS', {
      what: 'alias',
      expected: remote.kmsKeyId,
      found: 'another key',
      keyId: remote.kmsKeyId,
    });
  };
  return {
    name: 'alias',
    title: 'Move alias',
    changes: 'aws',
    repeatable: true,
    act,
    reconcile: async (context) => {
      const { group, connection } = await open(context);
      return (await settle(context, group, connection)) ?? 'act';
    },
  };
}

function recordCommit(
  services: DeedServices,
  context: Context,
  group: Group,
  keyId: string,
  readAt: number,
): void {
  const { groups, keys } = services;
  const former = formerHolder(
    services,
    group,
    { keyId, region: group.region },
    outputOf<Partial<CheckOutput>>(context, 'check'),
  );
  const { remote } = keys.get(keyId);
  const now = services.clock.now();
  keys.moveAlias(group.id, group.region, `alias/${group.alias}`, keyId, readAt);
  keys.setLifecycle(keyId, 'active');
  keys.addEvent(keyId, `Holds alias/${group.alias}`, context.jobId);
  groups.edit(group.id, {
    activeKeyId: remote?.kmsKeyId ?? null,
    nextRotationAt: group.rotate ? addSpan(now, group.rotateEvery) : null,
  });
  if (!former) return;
  if (former.key.lifecycle === 'active') keys.setLifecycle(former.key.id, 'deactivated');
  keys.addEvent(
    former.key.id,
    `Gave alias/${group.alias} to a newer version; still decrypts`,
    context.jobId,
  );
  if (group.disableAfter) {
    services.enqueue(
      'key.disable',
      { keyId: former.key.id, groupId: group.id },
      { notBefore: now + group.disableWaitDays * day },
    );
  }
}
