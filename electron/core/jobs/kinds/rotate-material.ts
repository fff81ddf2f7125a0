import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Json } from '../../../../shared/model/json.ts';
import type { JobKind, StepSpec } from '../kind.ts';
import {
  endRotation,
  endOfMaterial,
  generateStep,
  keyIdOf,
  madeKey,
  saveStep,
} from './force-rotate.ts';
import { importSteps } from './import-steps.ts';
import { aliasMatter } from './matters.ts';
import {
  checkAccount,
  heldElsewhere,
  proof,
  readHolder,
  requireAccount,
  shortId,
} from './reading.ts';
import {
  type CheckOutput,
  type ForceRotatePayload,
  forceRotatePayload,
  type GenerateOutput,
  type Opened,
  outputOf,
  requireNotOvertaken,
} from './rotation.ts';
import { activateStep, currentStep, sameKeyAliasStep } from './rotation-in-key.ts';
import { requireSecondPlace } from './second-place.ts';
import type { DeedServices } from './services.ts';
import { lookAtRotation } from './shared-rotation.ts';
import { standingOf } from './standing.ts';
import { leftoversInKey } from './standing-in-key.ts';

interface InKeyCheck extends CheckOutput {
  /** Version under which AWS encrypts: the new one shares its KMS key. */
  readonly base: string;
  /** The material under which AWS encrypted then, whosever it was; null: it did not say. */
  readonly current: string | null;
  /** A version of ours that waits in AWS and is taken; null: a new one is made. */
  readonly taken: string | null;
}

/**
 * Rotates within the one KMS key that a group's versions share: a new key is made in the vault, saved and
 * backed up, sent as further material, and AWS is told to encrypt under it. Key ID, ARN and alias stay.
 * Only AWS's word that the material is current makes the version the active one.
 */
export function rotateMaterial(services: DeedServices): JobKind<ForceRotatePayload> {
  const { groups, keys } = services;
  const open: Opened = async (context, options = {}) => {
    const group = groups.get(context.payload.groupId);
    const connection = await services.connect(
      group,
      services.keys.currentOf(group.id)?.remote.region,
    );
    if (!options.checksItself) await requireAccount(services, connection, group, context);
    const made = madeKey(services, context.outputs);
    if (made) requireNotOvertaken(services, made.key);
    return { group, connection };
  };

  const imports = importSteps<ForceRotatePayload>(services, async (context) => {
    if (outputOf<InKeyCheck>(context, 'check').taken !== null) return null;
    const { group, connection } = await open(context);
    const { key, remote } = keys.get(outputOf<GenerateOutput>(context, 'generate').keyId);
    if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
    return {
      group,
      key,
      kmsKeyId: remote.kmsKeyId,
      validTo: endOfMaterial(remote, group.materialDays, services.clock.now()),
      materialId: remote.materialId,
      connection,
      isNew: true,
    };
  });

  return {
    name: 'group.rotate-material',
    payload: forceRotatePayload,
    steps: [
      checkStep(services, open),
      generateStep(services, {
        instead: (context) => takenVersion(services, outputOf<InKeyCheck>(context, 'check').taken),
        made: (context, keyId) =>
          shareKmsKey(services, outputOf<InKeyCheck>(context, 'check').base, keyId),
      }),
      saveStep(services),
      ...imports,
      activateStep(services, open),
      currentStep(services, open),
      sameKeyAliasStep(services, open),
    ],
    orderKey: (payload) => payload.groupId,
    deedKey: (payload) => `force-rotate:${payload.groupId}`,
    dueAt: ({ dueAt }) => dueAt ?? null,
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
    leftovers: (context) => leftoversInKey(services, keyIdOf(context), context.stepStates),
    onEnd: (ended) => endRotation(services, ended),
  };
}

function takenVersion({ keys }: DeedServices, keyId: string | null): GenerateOutput | null {
  return keyId === null ? null : { keyId, version: keys.get(keyId).key.version };
}

/** The new version is of the KMS key from its birth on, though AWS has nothing of it yet. */
function shareKmsKey({ keys }: DeedServices, base: string, keyId: string): void {
  const { remote } = keys.get(base);
  if (!remote) throw new OperationError('INTERNAL', { reason: 'no KMS key to share' });
  keys.setRemote({
    ...remote,
    keyId,
    materialId: null,
    materialState: 'NOT_IMPORTED',
    importState: null,
    taken: false,
    validTo: null,
    alias: null,
  });
}

function checkStep(services: DeedServices, open: Opened): StepSpec<ForceRotatePayload> {
  const { groups, keys } = services;
  return {
    name: 'check',
    title: 'Check account, clock, HSM, KMS key and its materials',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { group, connection } = await open(context, { checksItself: true });
      requireSecondPlace(services);
      const current = keys.currentOf(group.id);
      if (!current) throw new OperationError('KEY_NOT_IN_AWS', { group: group.name });
      const vault = await services.vaults.ready(group.storage);
      services.requireMayLeave(vault.probe.assurance);
      const seen = await checkAccount(services, connection, group, context);
      const holder = await readHolder(services, connection, group, context);
      if (!holder.mayMove) throw heldElsewhere(group, holder);
      const outlook = await lookAtRotation(services, connection, group, current, context);
      services.store.change(() => outlook.seen.note());
      if (outlook.obstacle) return { type: 'stop', error: outlook.obstacle };
      const output: InKeyCheck & { readonly [key: string]: Json } = {
        account: seen.account,
        alias: group.alias,
        region: group.region,
        holder: holder.kmsKeyId,
        holderKeyId: holder.key?.key.id ?? null,
        waiting: null,
        base: current.key.id,
        current: outlook.seen.read.currentMaterialId,
        taken: outlook.waiting?.id ?? null,
      };
      const id = shortId(current.remote.kmsKeyId);
      const nth = `rotation ${outlook.done + 1} of ${outlook.most}`;
      return {
        type: 'done',
        output,
        proof: [
          seen.proof,
          proof(`${vault.title} is ready`),
          proof(`${id} is Enabled and has every material; ${nth}`, outlook.seen.read.requestId),
        ],
        record: () => groups.bindAccount(group.id, seen.account),
      };
    },
  };
}
