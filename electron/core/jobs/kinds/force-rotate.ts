import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Json } from '../../../../shared/model/json.ts';
import { addSpan } from '../../../../shared/model/span.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import { uuidv7 } from '../../kernel/uuid.ts';
import type { Group } from '../../keystore/rows.ts';
import type { JobKind, StepContext, StepResult, StepSpec } from '../kind.ts';
import { importSteps } from './import-steps.ts';
import {
  checkAccount,
  heldElsewhere,
  policyInStep,
  proof,
  proveCopy,
  readHolder,
  readingOf,
  sayMethod,
  shortId,
} from './reading.ts';
import type { DeedServices } from './services.ts';
import { leftoversOf, standingOf } from './standing.ts';

export const forceRotatePayload = z.strictObject({ groupId: z.uuid() });
export type ForceRotatePayload = z.output<typeof forceRotatePayload>;
type Context = StepContext<ForceRotatePayload>;

export interface CheckOutput {
  readonly account: string;
  /** KMS key that held the alias when the job began; null: the alias did not exist. */
  readonly holder: string | null;
  readonly holderKeyId: string | null;
  readonly waiting: string | null;
}
export interface GenerateOutput {
  readonly keyId: string;
  readonly version: number;
}

const outputOf = <T>(
  context: { readonly outputs: Readonly<Record<string, Json>> },
  step: string,
): T => context.outputs[step] as T;
const day = 86_400_000;

/**
 * Rotate: a new key is made in the vault, saved and backed up, sent to AWS KMS as material of a new
 * EXTERNAL key, read back, and last of all the alias moves to it. Before that last step applications
 * see no change.
 */
export function forceRotate(services: DeedServices): JobKind<ForceRotatePayload> {
  const { groups, keys } = services;
  const open = async (context: Pick<Context, 'payload'>) => {
    const group = groups.get(context.payload.groupId);
    return { group, connection: await services.connect(group) };
  };

  const check: StepSpec<ForceRotatePayload> = {
    name: 'check',
    title: 'Check account, clock, HSM and alias holder',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { group, connection } = await open(context);
      if (services.store.realm === 'real' && services.safety.place === null) {
        throw new OperationError('BACKUP_PLACE_MISSING');
      }
      const vault = await services.vaults.ready(group.storage);
      const seen = await checkAccount(connection, group, context);
      const holder = await readHolder(services, connection, group, context);
      if (!holder.mayMove) throw heldElsewhere(group, holder);
      const waiting = await waitingKey(services, connection, group, context);
      const output: CheckOutput & { readonly [key: string]: Json } = {
        account: seen.account,
        holder: holder.kmsKeyId,
        holderKeyId: holder.key?.key.id ?? null,
        waiting,
      };
      const said = holder.key
        ? `version ${holder.key.key.version}`
        : holder.kmsKeyId
          ? shortId(holder.kmsKeyId)
          : 'no key yet';
      return {
        type: 'done',
        output,
        proof: [
          seen.proof,
          proof(`${vault.title} ready`),
          proof(`alias/${group.alias} names ${said}`, holder.requestId),
        ],
        record: () => groups.bindAccount(group.id, seen.account),
      };
    },
  };

  const generate: StepSpec<ForceRotatePayload> = {
    name: 'generate',
    title: 'Generate key',
    changes: 'here',
    repeatable: true,
    // A key made before a crash was a session object: it died with the bridge and nobody has it.
    reconcile: async () => 'act',
    act: async (context) => {
      const group = groups.get(context.payload.groupId);
      const vault = await services.vaults.ready(group.storage);
      const blob = await vault.driver.generateAes256(vault.master.id);
      const now = services.clock.now();
      const keyId = uuidv7(services);
      const version = keys.nextVersion(group.id);
      const output: GenerateOutput & { readonly [key: string]: Json } = { keyId, version };
      return {
        type: 'done',
        output,
        proof: [
          proof(
            `version ${version} made in ${vault.title}, KCV ${blob.kcv.value} (${sayMethod(blob.kcv.method)})`,
          ),
        ],
        record: () => {
          keys.add(
            {
              id: keyId,
              groupId: group.id,
              version,
              storage: group.storage,
              assurance: vault.probe.assurance,
              tokenSerial: group.storage === 'hsm' ? vault.master.tokenSerial : null,
              mechanism: blob.mechanism,
              masterId: blob.masterId,
              madeAt: now,
              plannedEnd: addSpan(now, group.keepValidFor),
              backedUpAt: null,
              provedAt: null,
            },
            blob,
          );
          keys.addEvent(keyId, `Made in ${vault.title}`, context.jobId);
        },
      };
    },
  };

  const save: StepSpec<ForceRotatePayload> = {
    name: 'save',
    title: 'Save and back up',
    changes: 'here',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { keyId } = outputOf<GenerateOutput>(context, 'generate');
      const opened = await proveCopy(services, keyId);
      const copy = await services.safety.protect(keyId);
      if (copy === null && services.store.realm === 'real') {
        return { type: 'park', error: new OperationError('BACKUP_PLACE_MISSING') };
      }
      const saved = copy
        ? `saved in the keystore and in ${copy.where}`
        : 'saved in the keystore; no backup place (practice)';
      return { type: 'done', proof: [proof(saved), opened] };
    },
  };

  const create = createStep(services, open);
  const imports = importSteps<ForceRotatePayload>(services, async (context) => {
    const { group, connection } = await open(context);
    const { key, remote } = keys.get(outputOf<GenerateOutput>(context, 'generate').keyId);
    if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
    return {
      group,
      key,
      kmsKeyId: remote.kmsKeyId,
      validTo: group.materialDays === null ? null : plannedDeletion(key.madeAt, group.materialDays),
      materialId: null,
      connection,
    };
  });

  return {
    name: 'group.force-rotate',
    payload: forceRotatePayload,
    steps: [
      check,
      generate,
      save,
      create,
      ...imports,
      confirmStep(services, open),
      aliasStep(services, open),
    ],
    orderKey: (payload) => payload.groupId,
    deedKey: (payload) => `force-rotate:${payload.groupId}`,
    needsDesignation: true,
    commitStep: 'alias',
    standing: (context) =>
      standingOf(services, context.payload.groupId, keyIdOf(context), context.outputs),
    leftovers: (context) => leftoversOf(services, keyIdOf(context)),
    onEnd: ({ jobId }) => services.parcels.drop(jobId),
  };
}

const keyIdOf = (context: { readonly outputs: Readonly<Record<string, Json>> }): string | null =>
  (context.outputs['generate'] as GenerateOutput | undefined)?.keyId ?? null;

/** Whole seconds: AWS keeps ValidTo with that precision, and we compare what we read back. */
export const plannedDeletion = (from: number, days: number): number =>
  Math.floor((from + days * day) / 1000) * 1000;

type Opened = (
  context: Pick<Context, 'payload'>,
) => Promise<{ readonly group: Group; readonly connection: CloudConnection }>;

/** The template's Active Key ID, when it is a key that waits for its first material. */
async function waitingKey(
  services: DeedServices,
  connection: CloudConnection,
  group: Group,
  context: Context,
): Promise<string | null> {
  const id = group.activeKeyId;
  if (id === null || services.keys.byKms(id).length > 0) return null;
  const read = await connection.describeKey(id, context);
  const problem =
    read.origin !== 'EXTERNAL'
      ? `its origin is ${read.origin}`
      : read.spec !== 'SYMMETRIC_DEFAULT'
        ? `its key spec is ${read.spec}`
        : read.state !== 'PendingImport' || read.currentMaterialId !== null
          ? `its state is ${read.state}`
          : null;
  if (problem === null) return id;
  throw new OperationError('ACTIVE_KEY_UNUSABLE', { key: id, problem, group: group.name });
}

/** CreateKey has no idempotency token: a marker in description and tags finds an orphan again. */
function createStep(services: DeedServices, open: Opened): StepSpec<ForceRotatePayload> {
  const { keys } = services;
  const adopt = (
    context: Context,
    key: {
      keyId: string;
      arn: string;
      account: string;
      region: string;
      state: string;
      readAt: number;
    },
    madeBy: 'group' | 'waiting',
    said: string,
    requestId: string | null,
  ): StepResult => {
    const { keyId, version } = outputOf<GenerateOutput>(context, 'generate');
    return {
      type: 'done',
      output: { kmsKeyId: key.keyId, arn: key.arn },
      proof: [proof(said, requestId)],
      record: () => {
        keys.setRemote({
          keyId,
          kmsKeyId: key.keyId,
          arn: key.arn,
          account: key.account,
          region: key.region,
          madeBy,
          state: key.state,
          materialId: null,
          validTo: null,
          alias: null,
          readAt: key.readAt,
        });
        keys.addEvent(
          keyId,
          `KMS key ${key.keyId} ${madeBy === 'group' ? 'made' : 'taken'} for version ${version}`,
          context.jobId,
        );
      },
    };
  };
  return {
    name: 'create',
    title: 'Create KMS key',
    changes: 'aws',
    repeatable: false,
    intent: (context) => ({
      marker: `kr-${context.jobNumber}-${services.random(6).toString('hex')}`,
    }),
    act: async (context) => {
      const { group, connection } = await open(context);
      const { waiting } = outputOf<CheckOutput>(context, 'check');
      if (waiting !== null) {
        const read = await connection.describeKey(waiting, context);
        if (read.state !== 'PendingImport') {
          throw new OperationError('ACTIVE_KEY_UNUSABLE', {
            key: waiting,
            problem: `its state is ${read.state}`,
            group: group.name,
          });
        }
        return adopt(
          context,
          read,
          'waiting',
          `${shortId(waiting)}, which waited for material`,
          read.requestId,
        );
      }
      const { marker } = context.intent as { marker: string };
      const made = await connection.createExternalKey(
        {
          description: group.description,
          marker,
          policy: group.policy,
          tags: [
            { key: 'keyreeve:store', value: services.store.id },
            { key: 'keyreeve:job', value: String(context.jobNumber) },
          ],
        },
        context,
      );
      const said = `${shortId(made.keyId)}${made.tagged ? '' : ', without tags (kms:TagResource is missing)'}`;
      return adopt(context, made, 'group', said, made.requestId);
    },
    reconcile: async (context) => {
      if (outputOf<CheckOutput>(context, 'check').waiting !== null) return 'act';
      const { connection } = await open(context);
      const { marker } = context.intent as { marker: string };
      const found = await connection.findByMarker({ marker, since: context.begunAt }, context);
      const [oldest, ...others] = found.keys;
      if (oldest) {
        const orphans =
          others.length > 0
            ? `; ${others.length} more with the same mark: ${others.map((k) => k.keyId).join(', ')}`
            : '';
        return adopt(
          context,
          { ...oldest, readAt: found.readAt },
          'group',
          `${shortId(oldest.keyId)}, found by its mark ${marker}${orphans}`,
          found.requestId,
        );
      }
      const now = services.clock.now();
      const until = context.begunAt + services.orphanSearch;
      if (now >= until) return 'act';
      return {
        type: 'later',
        until: Math.min(until, now + Math.max(500, services.orphanSearch / 10)),
        why: `looking for a KMS key marked ${marker}`,
      };
    },
  };
}

/** Reads back what AWS now says of the key, and saves it beside the backup. */
function confirmStep(services: DeedServices, open: Opened): StepSpec<ForceRotatePayload> {
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
function aliasStep(services: DeedServices, open: Opened): StepSpec<ForceRotatePayload> {
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
  const former = keys
    .ofGroup(group.id)
    .find(({ key, remote }) => key.id !== keyId && remote?.alias != null);
  const { remote } = keys.get(keyId);
  const now = services.clock.now();
  keys.moveAlias(group.id, keyId, `alias/${group.alias}`, readAt);
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
