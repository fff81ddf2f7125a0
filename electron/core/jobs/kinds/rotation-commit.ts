import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { addSpan } from '../../../../shared/model/span.ts';
import type { Group, KeyWithRemote } from '../../keystore/rows.ts';
import type { StepResult, StepSpec } from '../kind.ts';
import {
  aliasReadsOtherwise,
  deactivateOthers,
  formerHolder,
  heldElsewhere,
  type HolderSeen,
  pointAlias,
  policyInStep,
  proof,
  readHolder,
  readingOf,
  requireEnabled,
  shortId,
  stateNow,
} from './reading.ts';
import { worksOfKey } from './plan.ts';
import { comparePublicKey } from './public-key-in-aws.ts';
import { materialSent, sendAgain } from './import-steps.ts';
import {
  type CheckOutput,
  type ForceRotatePayload,
  type GenerateOutput,
  type Opened,
  outputOf,
  requireMovesOn,
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
      const again = sendAgain(services, context, read.state);
      if (again) return again;
      if (read.state !== 'Enabled') {
        throw new OperationError('READ_BACK_DIFFERS', {
          what: 'key state',
          expected: 'Enabled',
          found: read.state,
          keyId: remote.kmsKeyId,
        });
      }
      const materialId = materialSent(context) ?? read.currentMaterialId;
      if (read.currentMaterialId !== null && read.currentMaterialId !== materialId) {
        throw new OperationError('READ_BACK_DIFFERS', {
          what: 'key material',
          expected: materialId,
          found: read.currentMaterialId,
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
      const compared = await comparePublicKey(services, key, connection, read, context);
      return {
        type: 'done',
        output: { materialId: read.currentMaterialId },
        proof: [
          proof(policy ? 'Enabled; policy reads back equal' : 'Enabled', read.requestId),
          ...(compared ? [compared] : []),
        ],
        record: () =>
          keys.noteRemote(keyId, {
            ...readingOf(read),
            materialId,
            ...(policy ? { policyRead: policy.policy } : {}),
          }),
      };
    },
  };
}

/** The commit point. The alias moves only from a key that this group made or adopted. */
export function aliasStep(services: DeedServices, open: Opened): StepSpec<ForceRotatePayload> {
  return {
    name: 'alias',
    title: 'Move alias',
    changes: 'aws',
    repeatable: true,
    act: async (context) => {
      const { group, connection } = await open(context);
      const { key, remote } = services.keys.get(
        outputOf<GenerateOutput>(context, 'generate').keyId,
      );
      if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
      if (services.store.realm === 'real' && key.backedUpAt === null) {
        throw new OperationError('BACKUP_NEEDED_FIRST', { version: key.version });
      }
      const before = await readHolder(services, connection, group, context);
      if (!before.mayMove) return { type: 'park', error: heldElsewhere(group, before) };
      requireMovesOn(key, before);
      const state = await stateNow(services, connection, { key, remote }, context);
      const again = sendAgain(services, context, state);
      if (again) return again;
      requireEnabled(key, state, 'sends-again');
      await pointAlias(connection, group, before, remote.kmsKeyId, context);
      const settled = await settle(services, open, context, before);
      if (settled) return settled;
      throw aliasReadsOtherwise(remote.kmsKeyId);
    },
    reconcile: async (context) => (await settle(services, open, context, null)) ?? 'act',
  };
}

/** Done when AWS says that the alias names the new version; null while it names another. */
async function settle(
  services: DeedServices,
  open: Opened,
  context: Context,
  before: HolderSeen | null,
): Promise<StepResult | null> {
  const { group, connection } = await open(context);
  const { keyId, version } = outputOf<GenerateOutput>(context, 'generate');
  const { remote } = services.keys.get(keyId);
  const holder = await readHolder(services, connection, group, context);
  if (!remote || holder.kmsKeyId !== remote.kmsKeyId) return null;
  const named = `alias/${group.alias} names version ${version} (${shortId(remote.kmsKeyId)})`;
  const moved = before !== null && before.kmsKeyId !== remote.kmsKeyId;
  return {
    type: 'done',
    proof: [proof(named, holder.requestId)],
    record: () => {
      const check = outputOf<Partial<CheckOutput>>(context, 'check');
      const to = { keyId, region: group.region };
      const former = moved ? before.key : formerHolder(services, group, to, check);
      recordCommit(services, context, group, { keyId, former, readAt: holder.readAt });
    },
  };
}

function recordCommit(
  services: DeedServices,
  context: Context,
  { id }: Group,
  { keyId, former, readAt }: { keyId: string; former: KeyWithRemote | null; readAt: number },
): void {
  const { groups, keys } = services;
  // as it is now: its schedule may have been edited while AWS was asked
  const group = groups.get(id);
  const { remote } = keys.get(keyId);
  const now = services.clock.now();
  keys.moveAlias(group.id, group.region, `alias/${group.alias}`, keyId, readAt);
  keys.setLifecycle(keyId, 'active');
  keys.addEvent(keyId, `Holds alias/${group.alias}`, context.jobId);
  groups.edit(group.id, {
    activeKeyId: remote?.kmsKeyId ?? null,
    nextRotationAt: group.rotate ? addSpan(now, group.rotateEvery) : null,
  });
  deactivateOthers(services, group, keyId);
  if (!former) return;
  keys.addEvent(
    former.key.id,
    `Gave alias/${group.alias} to a newer version; still ${worksOfKey(former.key).works}`,
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
