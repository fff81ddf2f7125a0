import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Json } from '../../../../shared/model/json.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { Group, KeyWithRemote, RemoteKey } from '../../keystore/rows.ts';
import type { JobKind, StepSpec } from '../kind.ts';
import { carrierOf } from './carrying.ts';
import { importSteps } from './import-steps.ts';
import { aliasMatter } from './matters.ts';
import { newVersion } from './new-version.ts';
import {
  checkAccount,
  heldElsewhere,
  proof,
  proveCopy,
  requireAccount,
  readHolder,
  shortId,
} from './reading.ts';
import {
  type CheckOutput,
  type ForceRotatePayload,
  forceRotatePayload,
  type GenerateOutput,
  type Opened,
  outputOf,
  requireNotOver,
  type RotationContext,
  takenElsewhere,
} from './rotation.ts';
import { requireSecondPlace } from './second-place.ts';
import type { DeedServices } from './services.ts';
import { createStep } from './rotation-create.ts';
import { isUnproved, notTakenOver } from './taken-over.ts';
import { aliasStep, confirmStep } from './rotation-commit.ts';
import { requireTakeable, requireWaiting } from './waiting-key.ts';
import { leftoversOf, mayHaveMade, standingOf } from './standing.ts';

type Context = RotationContext;
const day = 86_400_000;

/**
 * Rotate: a new key is made in the vault, saved and backed up, sent to AWS KMS as material of a new
 * EXTERNAL key, read back, and last of all the alias moves to it. Before that last step applications
 * see no change.
 */
export function forceRotate(services: DeedServices): JobKind<ForceRotatePayload> {
  const rotation = rotationOf(services, { keyStep: generateStep(services) });
  return {
    name: 'group.force-rotate',
    payload: forceRotatePayload,
    ...rotation,
    deedKey: (payload) => `force-rotate:${payload.groupId}`,
    dueAt: ({ dueAt }) => dueAt ?? null,
  };
}

/** Where a rotation gets its key, and what of a KMS key it may fill. */
export interface RotationVariant {
  readonly keyStep: StepSpec<ForceRotatePayload>;
  /** The template's Active Key ID may name a KMS key that is to have this very material. */
  readonly takesFilled?: true;
}

type Rotation = Omit<JobKind<ForceRotatePayload>, 'name' | 'payload' | 'deedKey'>;

/** What every rotation into a KMS key of its own goes through, wherever its key comes from. */
export function rotationOf(services: DeedServices, variant: RotationVariant): Rotation {
  const { groups, keys } = services;
  const open: Opened = async (context, options = {}) => {
    const group = groups.get(context.payload.groupId);
    const connection = await services.connect(group);
    if (!options.checksItself) await requireAccount(services, connection, group, context);
    const made = madeKey(services, context.outputs);
    if (made) requireNotOver(services, made.key);
    // AWS may not know a key of the last minutes everywhere yet: the adapter is patient with it then.
    if (made?.remote) connection.rememberNew(made.remote.kmsKeyId, made.key.madeAt);
    return { group, connection };
  };

  const imports = importSteps<ForceRotatePayload>(services, async (context) => {
    const { group, connection } = await open(context);
    const { key, remote } = keys.get(outputOf<GenerateOutput>(context, 'generate').keyId);
    const { waiting, filled } = outputOf<CheckOutput>(context, 'check');
    if (!remote && filled && waiting !== null) throw notTakenOver(key.version, waiting);
    if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
    return {
      group,
      key,
      kmsKeyId: remote.kmsKeyId,
      validTo: endOfMaterial(remote, group.materialDays, services.clock.now()),
      materialId: null,
      connection,
      ...(isUnproved(remote) ? { proves: true } : {}),
    };
  });

  return {
    steps: [
      checkStep(services, open, variant),
      variant.keyStep,
      saveStep(services),
      createStep(services, open),
      ...imports,
      confirmStep(services, open),
      aliasStep(services, open),
    ],
    orderKey: (payload) => payload.groupId,
    matter: (payload) => aliasMatter(payload.groupId),
    needsDesignation: true,
    commitStep: 'alias',
    standing: (context) =>
      standingOf(
        services,
        context.payload.groupId,
        keyIdOf(context),
        context.outputs,
        context.stepStates,
      ),
    leftovers: (context) =>
      leftoversOf(services, keyIdOf(context), context.stepStates, {
        mayHaveMadeKey: mayHaveMade(context),
      }),
    onEnd: (ended) => endRotation(services, ended),
  };
}

/** Parcels go; and the KMS key goes that a cancelled job leaves, where a person asked for that. */
export function endRotation(
  services: DeedServices,
  ended: Parameters<NonNullable<JobKind<ForceRotatePayload>['onEnd']>>[0],
): void {
  const { jobId, payload, outputs, state } = ended;
  services.parcels.drop(jobId);
  if (!services.wishes.discard(jobId)) return;
  services.wishes.forget(jobId);
  const keyId = keyIdOf({ outputs });
  if (state !== 'cancelled' || keyId === null || !services.keys.get(keyId).remote) return;
  services.enqueue('key.discard', { groupId: payload.groupId, keyId }, {});
}

/** The version this job has made; null before. */
export function madeKey(
  { keys }: DeedServices,
  outputs: Readonly<Record<string, Json>>,
): KeyWithRemote | null {
  const keyId = keyIdOf({ outputs });
  return keyId === null ? null : keys.byId(keyId);
}

export const keyIdOf = (context: {
  readonly outputs: Readonly<Record<string, Json>>;
}): string | null => (context.outputs['generate'] as GenerateOutput | undefined)?.keyId ?? null;

/** Whole seconds: AWS keeps ValidTo with that precision, and we compare what we read back. */
export const plannedDeletion = (from: number, days: number): number =>
  Math.floor((from + days * day) / 1000) * 1000;

/**
 * So many days from the import on, however long the job stopped before it. Where AWS has taken the
 * material and the answer was lost, the date it has: it may refuse another. What is taken over keeps the
 * date it has, or none; once that has passed, AWS has the material no more, and it is like a new one.
 */
export function endOfMaterial(remote: RemoteKey, days: number | null, now: number): number | null {
  const { state, validTo } = remote;
  const there = state !== 'PendingImport';
  if (there && isUnproved(remote) && (validTo === null || validTo > now)) return validTo;
  if (days === null) return null;
  return there && validTo !== null && validTo > now ? validTo : plannedDeletion(now, days);
}

/** The template's Active Key ID, when it is a key that waits for its first material, or is taken over. */
async function chosenKey(
  services: DeedServices,
  connection: CloudConnection,
  group: Group,
  context: Context,
  takesFilled: boolean,
): Promise<{ readonly id: string; readonly filled: boolean } | null> {
  const id = group.activeKeyId;
  if (id === null) return null;
  const known = services.keys.byKms(id);
  if (known.some(({ key }) => key.groupId === group.id)) return null;
  if (known.length > 0) throw takenElsewhere(group, id);
  try {
    if (takesFilled) {
      const { filled } = await requireTakeable(connection, group, id, context);
      return { id, filled };
    }
    await requireWaiting(connection, group, id, context);
    return { id, filled: false };
  } catch (error) {
    // another group's job may have filled it while AWS was asked
    if (services.keys.byKms(id).length > 0) throw takenElsewhere(group, id);
    throw error;
  }
}

function checkStep(
  services: DeedServices,
  open: Opened,
  { takesFilled }: RotationVariant,
): StepSpec<ForceRotatePayload> {
  const { groups } = services;
  return {
    name: 'check',
    title: 'Check account, clock, HSM and alias holder',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { group, connection } = await open(context, { checksItself: true });
      requireSecondPlace(services);
      const vault = await services.vaults.ready(group.storage);
      services.requireMayLeave(vault.probe.assurance);
      carrierOf(vault, group.keySpec);
      const seen = await checkAccount(services, connection, group, context);
      const holder = await readHolder(services, connection, group, context);
      const chosen = await chosenKey(services, connection, group, context, takesFilled === true);
      const mayMove = holder.mayMove || (chosen?.filled && holder.kmsKeyId === chosen.id);
      if (!mayMove) throw heldElsewhere(group, holder);
      const output: CheckOutput & { readonly [key: string]: Json } = {
        account: seen.account,
        alias: group.alias,
        region: group.region,
        holder: holder.kmsKeyId,
        holderKeyId: holder.key?.key.id ?? null,
        waiting: chosen?.id ?? null,
        filled: chosen?.filled ?? false,
        incarnation: services.store.incarnation,
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
          proof(`${vault.title} is ready`),
          proof(`alias/${group.alias} names ${said}`, holder.requestId),
        ],
        record: () => groups.bindAccount(group.id, seen.account),
      };
    },
  };
}

/** Where a rotation differs in what becomes of a new version. */
export interface VersionMaking {
  /** A version that is there already and is taken instead of a new one; null: one is made. */
  readonly instead?: (context: Context) => GenerateOutput | null;
  /** Inside the `record` that keeps a new one. */
  readonly made?: (context: Context, keyId: string) => void;
}

export function generateStep(
  services: DeedServices,
  { instead, made }: VersionMaking = {},
): StepSpec<ForceRotatePayload> {
  const { groups } = services;
  return {
    name: 'generate',
    title: 'Generate key',
    changes: 'here',
    repeatable: true,
    // A key made before a crash was a session object: it died with the bridge and nobody has it.
    reconcile: async () => 'act',
    act: async (context) => {
      const taken = instead?.(context) ?? null;
      if (taken !== null) {
        const said = `version ${taken.version} was made and sent before, and waits in AWS`;
        return { type: 'done', output: { ...taken }, proof: [proof(said)] };
      }
      const group = groups.get(context.payload.groupId);
      const vault = await services.vaults.ready(group.storage);
      const blob = await vault.driver.generateKey(vault.master.id, group.keySpec);
      return newVersion(services, context, { group, vault, blob, came: 'made', kept: made });
    },
  };
}

export function saveStep(services: DeedServices): StepSpec<ForceRotatePayload> {
  return {
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
}
