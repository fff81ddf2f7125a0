import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { JobKind, StepContext, StepResult, StepSpec } from '../kind.ts';
import {
  checkAccount,
  formerHolder,
  heldElsewhere,
  type HolderAtCheck,
  proof,
  readHolder,
  readingOf,
  shortId,
  keyOpener,
  type OpenKey,
} from './reading.ts';
import type { DeedServices } from './services.ts';
import { leftoversOf, standingOf } from './standing.ts';

export const makeActivePayload = z.strictObject({ groupId: z.uuid(), keyId: z.uuid() });
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
    needsDesignation: false,
    commitStep: 'alias',
    standing: ({ payload, outputs }) =>
      standingOf(services, payload.groupId, payload.keyId, outputs),
    leftovers: ({ payload }) => leftoversOf(services, payload.keyId),
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
      const { group, key, remote, connection } = await open(context);
      const seen = await checkAccount(connection, group, context);
      const read = await connection.describeKey(remote.kmsKeyId, context);
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
      const { group, remote, connection } = await open(context);
      const holder = await readHolder(services, connection, group, context);
      if (!holder.mayMove) return { type: 'park', error: heldElsewhere(group, holder) };
      if (holder.kmsKeyId === null)
        await connection.createAlias(group.alias, remote.kmsKeyId, context);
      else if (holder.kmsKeyId !== remote.kmsKeyId)
        await connection.updateAlias(group.alias, remote.kmsKeyId, context);
      const settled = await settle(services, open, context);
      if (settled) return settled;
      throw new OperationError('READ_BACK_DIFFERS', {
        what: 'alias',
        expected: remote.kmsKeyId,
        found: 'another key',
        keyId: remote.kmsKeyId,
      });
    },
    reconcile: async (context) => (await settle(services, open, context)) ?? 'act',
  };
}

/** Done when AWS says that the alias names the key; null while it names another. */
async function settle(
  services: DeedServices,
  open: OpenKey,
  context: Context,
): Promise<StepResult | null> {
  const { groups, keys } = services;
  const { group, key, remote, connection } = await open(context);
  const holder = await readHolder(services, connection, group, context);
  if (holder.kmsKeyId !== remote.kmsKeyId) return null;
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
      const former = formerHolder(services, group, to, check);
      keys.moveAlias(group.id, remote.region, `alias/${group.alias}`, key.id, holder.readAt);
      if (key.lifecycle !== 'active') keys.setLifecycle(key.id, 'active');
      keys.addEvent(key.id, `Made active: holds alias/${group.alias} again`, context.jobId);
      groups.edit(group.id, { activeKeyId: remote.kmsKeyId });
      if (former?.key.lifecycle === 'active') keys.setLifecycle(former.key.id, 'deactivated');
      if (former)
        keys.addEvent(
          former.key.id,
          `Gave alias/${group.alias} back to version ${key.version}`,
          context.jobId,
        );
    },
  };
}
