import { z } from 'zod';
import { utcDay } from '../../../../shared/model/span.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { JobKind, StepContext, StepResult, StepSpec } from '../kind.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import { confirmImport, sayState } from './confirm-import.ts';
import { importSteps } from './import-steps.ts';
import { contentMatter } from './matters.ts';
import { hasOurs, nameOfOurs } from './our-material.ts';
import { isThere, isWaiting, type KeySeen, lookedKey, readAlone, readKey } from './read-key.ts';
import {
  checkAccount,
  followAlias,
  type HolderSeen,
  policyInStep,
  proof,
  proveCopy,
  readHolder,
  shortId,
  keyOpener,
  type OpenKey,
} from './reading.ts';
import type { DeedServices } from './services.ts';
import { leftoversOf, noteHolder, standingOf } from './standing.ts';
import { counted } from '../../../../shared/text/counted.ts';

const synchronizePayload = z.strictObject({
  groupId: z.uuid(),
  keyId: z.uuid(),
  deleteMaterial: z.boolean(),
  updatePolicy: z.boolean(),
  importMaterial: z.boolean(),
  /** When AWS shall delete the material by itself (wall clock ms); null: never. */
  validTo: z.number().int().nullable(),
  /** The group's days that `validTo` was reckoned from; null where it was chosen, or AWS has it already. */
  daysOfGroup: z.number().int().nullable().default(null),
  /** The plan said that there is material to delete. Jobs from before this was kept are held to nothing. */
  deletes: z.boolean().default(true),
  /** The plan said that the key is in use, and its group's name was typed. */
  typed: z.boolean().default(true),
});
export type SynchronizePayload = z.output<typeof synchronizePayload>;
type Context = StepContext<SynchronizePayload>;

/**
 * Brings one KMS key in line with the key kept here, in the order policy, delete, import. Before any
 * delete our copy is opened and its KCV compared, at that moment: without that proof there is no
 * delete.
 */
export function synchronize(services: DeedServices): JobKind<SynchronizePayload> {
  const open = keyOpener(services);

  const imports = importSteps<SynchronizePayload>(services, async (context) => {
    const { payload } = context;
    if (!payload.importMaterial) return null;
    const { group, key, remote, connection } = await open(context);
    return {
      group,
      key,
      kmsKeyId: remote.kmsKeyId,
      validTo: payload.validTo,
      materialId: remote.materialId,
      ...(remote.materialState === null || remote.materialId === null
        ? {}
        : { named: remote.materialId }),
      connection,
    };
  });

  return {
    name: 'key.synchronize',
    payload: synchronizePayload,
    steps: [
      checkStep(services, open),
      policyStep(services, open),
      deletionStep(services, open),
      ...imports,
      confirm(services, open),
    ],
    orderKey: (payload) => payload.groupId,
    deedKey: ({ keyId, ...asked }) => `synchronize:${keyId}:${wanted(asked)}`,
    matter: ({ keyId }) => contentMatter(keyId),
    needsDesignation: false,
    commitStep: null,
    standing: ({ payload, outputs }) =>
      standingOf(services, payload.groupId, payload.keyId, outputs),
    leftovers: ({ payload, stepStates }) => leftoversOf(services, payload.keyId, stepStates),
    onEnd: ({ jobId }) => services.parcels.drop(jobId),
  };
}

/**
 * Who ticks other boxes, or asks for another day on which AWS deletes the material, asks for another
 * deed, and must not be told of a job that does not do it. What a group's days come to is another
 * moment at every request, and another day after midnight, but the same deed.
 */
const wanted = (asked: Omit<SynchronizePayload, 'groupId' | 'keyId'>): string =>
  [
    asked.deleteMaterial && 'delete',
    asked.updatePolicy && 'policy',
    asked.importMaterial && `import:${wantedEnd(asked)}`,
  ]
    .filter((box) => box !== false)
    .join('+');

const wantedEnd = ({
  validTo,
  daysOfGroup,
}: Pick<SynchronizePayload, 'validTo' | 'daysOfGroup'>): string =>
  daysOfGroup !== null ? counted(daysOfGroup, 'day') : validTo === null ? 'never' : utcDay(validTo);

const notAsked: StepResult = { type: 'skip', proof: [proof('not asked for')] };

function confirm(services: DeedServices, open: OpenKey): StepSpec<SynchronizePayload> {
  return {
    name: 'confirm',
    title: 'Confirm',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const opened = await open(context);
      const { deleteMaterial, importMaterial } = context.payload;
      if (importMaterial) return confirmImport(services, opened, context, tellImport);
      const { key, remote, connection } = opened;
      const seen = await readKey(services, connection, { key, remote }, context);
      const { read } = seen;
      if (deleteMaterial) requireEmpty(readAlone(lookedKey(seen)));
      return {
        type: 'done',
        output: { stateAfter: read.state, materialAfter: read.currentMaterialId },
        proof: [proof(sayState(read, context), read.requestId)],
        record: () => seen.note(),
      };
    },
  };
}

const tellImport = ({ currentMaterialId }: KmsKeyRead) => ({
  proof: currentMaterialId === null ? '' : `, material ${shortId(currentMaterialId)}`,
  event: 'Synchronized: AWS accepted our copy again',
});

/** @throws OperationError READ_BACK_DIFFERS where AWS has material again */
function requireEmpty(read: KmsKeyRead): void {
  if (read.state === 'PendingImport') return;
  throw new OperationError('READ_BACK_DIFFERS', {
    what: 'key state',
    expected: 'PendingImport',
    found: read.state,
    keyId: read.keyId,
  });
}

/**
 * Behind another job of its group the key may have come to what it did not have when the plan was read:
 * material, where there was none to delete, or the alias, where nobody typed a name for it.
 */
async function deletesUnplanned(
  services: DeedServices,
  seen: KeySeen,
  holder: HolderSeen | null,
  context: Context & Pick<Awaited<ReturnType<OpenKey>>, 'key' | 'remote' | 'connection'>,
): Promise<OperationError | null> {
  const { deleteMaterial, importMaterial, deletes, typed } = context.payload;
  if (!deleteMaterial) return null;
  const { key, remote, connection } = context;
  const version = `version ${key.version}`;
  const there = async () =>
    seen.materials === null
      ? hasOurs(services, connection, remote, seen.read, context)
      : isThere(seen.own);
  if (!deletes && (await there()))
    return new OperationError('PLAN_CHANGED', { reason: `AWS has material of ${version} by now` });
  const named = holder !== null && holder.kmsKeyId === remote.kmsKeyId;
  // nothing is encrypted yet under material that waits for a rotation
  if (seen.own !== null && isWaiting(seen.own)) return null;
  return !importMaterial && deletes && !typed && named
    ? new OperationError('PLAN_CHANGED', { reason: `the alias names ${version} by now` })
    : null;
}

function checkStep(services: DeedServices, open: OpenKey): StepSpec<SynchronizePayload> {
  return {
    name: 'check',
    title: 'Check account, clock, key and our copy',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { group, key, remote, connection } = await open(context, { checksItself: true });
      const seen = await checkAccount(services, connection, group, context);
      const keySeen = await readKey(services, connection, { key, remote }, context);
      const { read } = keySeen;
      const ofGroup = group.region === remote.region;
      const holder = ofGroup ? await readHolder(services, connection, group, context) : null;
      if (read.state === 'PendingDeletion') {
        throw new OperationError('AWS_KEY_STATE', {
          version: key.version,
          state: read.state,
          keyId: remote.kmsKeyId,
        });
      }
      const unplanned = await deletesUnplanned(services, keySeen, holder, {
        ...context,
        key,
        remote,
        connection,
      });
      if (unplanned !== null) return { type: 'stop', error: unplanned };
      const touchesMaterial = context.payload.deleteMaterial || context.payload.importMaterial;
      const opened = touchesMaterial ? [await proveCopy(services, key.id)] : [];
      return {
        type: 'done',
        output: { stateBefore: read.state, materialBefore: read.currentMaterialId },
        proof: [
          seen.proof,
          proof(`${shortId(remote.kmsKeyId)} is ${read.state}`, read.requestId),
          ...opened,
        ],
        record: () => {
          keySeen.note();
          if (!holder) return;
          noteHolder(services, group, holder);
          followAlias(services, group, holder);
        },
      };
    },
  };
}

function policyStep(services: DeedServices, open: OpenKey): StepSpec<SynchronizePayload> {
  return {
    name: 'policy',
    title: 'Update policy',
    changes: 'aws',
    repeatable: true,
    reconcile: async (context) =>
      context.payload.updatePolicy
        ? ((await policyPut(services, open, context, foundPut)) ?? 'act')
        : notAsked,
    act: async (context) => {
      if (!context.payload.updatePolicy) return notAsked;
      const { group, remote, connection } = await open(context);
      if (group.policy === null) {
        return {
          type: 'skip',
          proof: [proof('the group has no policy template: nothing was changed')],
        };
      }
      const before = await policyInStep(connection, group, remote.kmsKeyId, context);
      if (before?.same)
        return {
          type: 'skip',
          proof: [proof('the policy already reads as the template', before.requestId)],
        };
      await connection.putPolicy(remote.kmsKeyId, group.policy, context);
      const put = await policyPut(
        services,
        open,
        context,
        'Policy in AWS put back to the template',
      );
      if (put) return put;
      throw new OperationError('READ_BACK_DIFFERS', {
        what: 'key policy',
        expected: 'the template',
        found: 'another policy',
        keyId: remote.kmsKeyId,
      });
    },
  };
}

/** After an interruption nobody can tell whether it was the interrupted go that put it there. */
const foundPut = 'Policy in AWS found to be the template, after an interruption';

/** Done when the policy reads as the template; null while it does not, or there is no template. */
async function policyPut(
  services: DeedServices,
  open: OpenKey,
  context: Context,
  event: string,
): Promise<StepResult | null> {
  const { group, key, remote, connection } = await open(context);
  const read = await policyInStep(connection, group, remote.kmsKeyId, context);
  if (!read?.same) return null;
  return {
    type: 'done',
    proof: [proof('policy reads back equal to the template', read.requestId)],
    record: () => {
      services.keys.noteRemote(key.id, { policyRead: read.policy });
      services.keys.addEvent(key.id, event, context.jobId);
    },
  };
}

function deletionStep(services: DeedServices, open: OpenKey): StepSpec<SynchronizePayload> {
  return {
    name: 'delete',
    title: 'Delete key material',
    changes: 'aws',
    repeatable: true,
    reconcile: async (context) =>
      context.payload.deleteMaterial
        ? ((await deleted(services, open, context)) ?? 'act')
        : notAsked,
    act: async (context) => {
      if (!context.payload.deleteMaterial) return notAsked;
      const { key, remote, connection } = await open(context);
      // as it is now: since the check somebody may have deleted it, or brought it back
      const read = await connection.describeKey(remote.kmsKeyId, context);
      if (!(await hasOurs(services, connection, remote, read, context))) {
        const said = proof('AWS had no material of ours to delete', read.requestId);
        return { type: 'skip', proof: [said] };
      }
      const name = nameOfOurs(key, remote, read.currentMaterialId);
      const opened = await proveCopy(services, key.id);
      if (services.store.realm === 'real' && key.backedUpAt === null) {
        throw new OperationError('COPY_NOT_PROVED', { version: key.version });
      }
      await connection.deleteMaterial(remote.kmsKeyId, name, context);
      const done = await deleted(services, open, context);
      if (done?.type !== 'done') {
        throw new OperationError('READ_BACK_DIFFERS', {
          what: 'key state',
          expected: 'PendingImport',
          found: 'another state',
          keyId: remote.kmsKeyId,
        });
      }
      return { ...done, proof: [opened, ...done.proof] };
    },
  };
}

/** Done when AWS says that the material is gone; null while it is there. */
async function deleted(
  services: DeedServices,
  open: OpenKey,
  context: Context,
): Promise<StepResult | null> {
  const { keys } = services;
  const { key, remote, connection } = await open(context);
  const seen = await readKey(services, connection, { key, remote }, context);
  const { read, materials, own } = seen;
  const there =
    materials === null ? await hasOurs(services, connection, remote, read, context) : isThere(own);
  if (there) return null;
  return {
    type: 'done',
    output: { stateAfterDelete: read.state },
    proof: [proof(`${shortId(remote.kmsKeyId)} reads as ${read.state}`, read.requestId)],
    record: () => {
      seen.note();
      keys.addEvent(key.id, 'Material deleted from AWS', context.jobId);
    },
  };
}
