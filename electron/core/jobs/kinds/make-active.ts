import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { JobKind, StepContext, StepResult, StepSpec } from '../kind.ts';
import { aliasMatter } from './matters.ts';
import {
  aliasReadsOtherwise,
  checkAccount,
  deactivateOthers,
  earlierMaterial,
  formerHolder,
  heldElsewhere,
  type HolderAtCheck,
  type HolderSeen,
  pointAlias,
  proof,
  readHolder,
  readingOf,
  requireEnabled,
  stateNow,
  shortId,
  keyOpener,
  type OpenKey,
} from './reading.ts';
import type { DeedServices } from './services.ts';
import { leftoversOf, standingOf } from './standing.ts';

const makeActivePayload = z.strictObject({ groupId: z.uuid(), keyId: z.uuid() });
export type MakeActivePayload = z.output<typeof makeActivePayload>;
type Context = StepContext<MakeActivePayload>;

/** Points the alias back at an earlier, enabled key of the group: the way to undo a rotation. */
export function makeActive(services: DeedServices): JobKind<MakeActivePayload> {
  const open = keyOpener(services);

  return {
    name: 'key.make-active',
    payload: makeActivePayload,
    steps: [checkStep(services, open), aliasStep(services, open)],
    orderKey: (payload) => payload.groupId,
    deedKey: (payload) => `make-active:${payload.keyId}`,
    matter: (payload) => aliasMatter(payload.groupId),
    needsDesignation: false,
    commitStep: 'alias',
    standing: ({ payload, outputs }) =>
      standingOf(services, payload.groupId, payload.keyId, outputs),
    leftovers: ({ payload, stepStates }) => leftoversOf(services, payload.keyId, stepStates),
  };
}

function checkStep(services: DeedServices, open: OpenKey): StepSpec<MakeActivePayload> {
  return {
    name: 'check',
    title: 'Check account, clock, key and alias holder',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { group, key, remote, connection } = await open(context, { checksItself: true });
      const earlier = earlierMaterial(key, remote);
      if (earlier) return { type: 'stop', error: earlier };
      const seen = await checkAccount(services, connection, group, context);
      const read = await connection.describeKey(remote.kmsKeyId, context);
      const other = remote.materialState === null ? null : read.currentMaterialId;
      if (other !== null && other !== remote.materialId) {
        const error = new OperationError('MATERIAL_NOT_CURRENT', { version: key.version });
        return { type: 'stop', error };
      }
      if (read.state !== 'Enabled') {
        throw new OperationError('KEY_NOT_ENABLED', { version: key.version, state: read.state });
      }
      const holder = await readHolder(services, connection, group, context);
      if (!holder.mayMove) throw heldElsewhere(group, holder);
      return {
        type: 'done',
        output: { alias: group.alias, region: remote.region, holder: holder.kmsKeyId },
        proof: [seen.proof, proof(`version ${key.version} is Enabled`, read.requestId)],
        record: () => services.keys.noteRemote(key.id, readingOf(read)),
      };
    },
  };
}

function aliasStep(services: DeedServices, open: OpenKey): StepSpec<MakeActivePayload> {
  return {
    name: 'alias',
    title: 'Move alias',
    changes: 'aws',
    repeatable: true,
    act: async (context) => {
      const { group, key, remote, connection } = await open(context);
      const before = await readHolder(services, connection, group, context);
      if (!before.mayMove) return { type: 'park', error: heldElsewhere(group, before) };
      requireEnabled(key, await stateNow(services, connection, { key, remote }, context));
      await pointAlias(connection, group, before, remote.kmsKeyId, context);
      const settled = await settle(services, open, context, before);
      if (settled) return settled;
      throw aliasReadsOtherwise(remote.kmsKeyId);
    },
    reconcile: async (context) => (await settle(services, open, context, null)) ?? 'act',
  };
}

/** Done when AWS says that the alias names the key; null while it names another. */
async function settle(
  services: DeedServices,
  open: OpenKey,
  context: Context,
  before: HolderSeen | null,
): Promise<StepResult | null> {
  const { groups, keys } = services;
  const { group, key, remote, connection } = await open(context);
  const holder = await readHolder(services, connection, group, context);
  if (holder.kmsKeyId !== remote.kmsKeyId) return null;
  const moved = before !== null && before.kmsKeyId !== remote.kmsKeyId;
  return {
    type: 'done',
    proof: [
      proof(
        `alias/${group.alias} names version ${key.version} (${shortId(remote.kmsKeyId)})`,
        holder.requestId,
      ),
    ],
    record: () => {
      const check = (context.outputs['check'] ?? {}) as Partial<HolderAtCheck>;
      const to = { keyId: key.id, region: remote.region };
      const former = moved ? before.key : formerHolder(services, group, to, check);
      keys.moveAlias(group.id, remote.region, `alias/${group.alias}`, key.id, holder.readAt);
      if (key.lifecycle !== 'active') keys.setLifecycle(key.id, 'active');
      keys.addEvent(key.id, `Made active: holds alias/${group.alias}`, context.jobId);
      groups.edit(group.id, { activeKeyId: remote.kmsKeyId });
      deactivateOthers(services, group, key.id);
      if (former)
        keys.addEvent(
          former.key.id,
          `Gave alias/${group.alias} back to version ${key.version}`,
          context.jobId,
        );
    },
  };
}
