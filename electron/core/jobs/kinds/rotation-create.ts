import { createHash } from 'node:crypto';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { Group, MadeBy } from '../../keystore/rows.ts';
import type { StepContext, StepResult, StepSpec } from '../kind.ts';
import { proof, shortId } from './reading.ts';
import {
  type CheckOutput,
  type ForceRotatePayload,
  type GenerateOutput,
  type Opened,
  outputOf,
  type RotationContext as Context,
  takenElsewhere,
} from './rotation.ts';
import type { DeedServices } from './services.ts';

/** CreateKey has no idempotency token: a marker in description and tags finds an orphan again. */
export function createStep(services: DeedServices, open: Opened): StepSpec<ForceRotatePayload> {
  return {
    name: 'create',
    title: 'Create KMS key',
    changes: 'aws',
    repeatable: false,
    intent: (context) => ({ marker: markOf(context) }),
    act: async (context) => {
      const { group, connection } = await open(context);
      const known = knownKey(services, context);
      if (known) return known;
      const { waiting, filled = false } = outputOf<CheckOutput>(context, 'check');
      if (waiting !== null) {
        return takeChosen(services, context, { group, connection, id: waiting, filled });
      }
      const { marker } = context.intent as { marker: string };
      if (isCopied(services, context)) {
        const found = await foundByMark(services, open, context, marker);
        if (found) return found;
      }
      const made = await connection.createExternalKey(
        {
          spec: group.keySpec,
          usage: group.keyUsage,
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
      return adopt(services, context, made, 'group', said, made.requestId);
    },
    reconcile: async (context) => {
      await open(context);
      const known = knownKey(services, context);
      if (known) return known;
      if (outputOf<CheckOutput>(context, 'check').waiting !== null) return 'act';
      const { marker } = context.intent as { marker: string };
      const found = await foundByMark(services, open, context, marker);
      return found ?? searchOn(services, context, marker) ?? 'act';
    },
  };
}

/** The KMS key that the template names becomes this version's. */
async function takeChosen(
  services: DeedServices,
  context: Context,
  {
    group,
    connection,
    id,
    filled,
  }: {
    readonly group: Group;
    readonly connection: CloudConnection;
    readonly id: string;
    readonly filled: boolean;
  },
): Promise<StepResult> {
  if (services.keys.byKms(id).length > 0) throw takenElsewhere(group, id);
  const read = await connection.describeKey(id, context);
  // before its state is judged: another group's job may have filled it while AWS was asked
  if (services.keys.byKms(id).length > 0) throw takenElsewhere(group, id);
  const fits = read.state === 'PendingImport' || (filled && read.state === 'Enabled');
  if (!fits) {
    throw new OperationError('ACTIVE_KEY_UNUSABLE', {
      key: id,
      problem: `its state is ${read.state}`,
      group: group.name,
    });
  }
  const said = filled
    ? `${shortId(id)}, ${read.state}, whose material the import has to prove equal`
    : `${shortId(id)}, which waited for material`;
  const madeBy = filled ? 'adopted' : 'waiting';
  const taken = adopt(services, context, read, madeBy, said, read.requestId);
  return {
    ...taken,
    record: () => {
      // again: another group's job may have taken it while AWS was asked
      if (services.keys.byKms(id).length > 0) throw takenElsewhere(group, id);
      taken.record();
    },
  };
}

/**
 * The marker of the KMS key for the key that this job has made: every copy of the keystore that has that
 * key comes to the same one, also a copy that was taken before the step began.
 */
function markOf(context: Pick<Context, 'jobNumber' | 'outputs'>): string {
  const { keyId } = outputOf<GenerateOutput>(context, 'generate');
  const hash = createHash('sha256').update(keyId).digest('hex');
  return `kr-${context.jobNumber}-${hash.slice(0, 12)}`;
}

/** The keystore was restored since the job began: the original may have made the KMS key meanwhile. */
function isCopied({ store }: DeedServices, context: Context): boolean {
  const { incarnation = store.incarnation } = outputOf<CheckOutput>(context, 'check');
  return incarnation !== store.incarnation;
}

/** A restored keystore may know the KMS key: it was backed up after the copy of the job was taken. */
function knownKey({ keys }: DeedServices, context: Context): StepResult | null {
  const { remote } = keys.get(outputOf<GenerateOutput>(context, 'generate').keyId);
  if (!remote) return null;
  return {
    type: 'done',
    output: { kmsKeyId: remote.kmsKeyId, arn: remote.arn },
    proof: [proof(`${shortId(remote.kmsKeyId)}, known from the backup`)],
  };
}

/**
 * The KMS key that a lost CreateKey made; null while AWS shows none. One that went further than this
 * job, because another copy of the keystore finished the rotation, is the version's all the same: the
 * import that follows shows whether its material is ours.
 */
async function foundByMark(
  services: DeedServices,
  open: Opened,
  context: Context,
  marker: string,
): Promise<StepResult | null> {
  const { group, connection } = await open(context);
  const found = await connection.findByMarker({ marker }, context);
  const [made, ...others] = found.keys;
  if (!made) return null;
  const further = made.state !== 'PendingImport';
  const target = further ? await connection.aliasTarget(group.alias, context) : null;
  const said = [
    `${shortId(made.keyId)}, found by its mark ${marker}`,
    ...(further ? [`${made.state} already: somebody went on with it`] : []),
    ...(others.length > 0
      ? [`${others.length} more with the same mark: ${others.map((k) => k.keyId).join(', ')}`]
      : []),
  ].join('; ');
  const read = { ...made, readAt: found.readAt };
  const taken = adopt(services, context, read, 'group', said, found.requestId);
  const { keyId } = outputOf<GenerateOutput>(context, 'generate');
  return {
    ...taken,
    record: () => {
      taken.record();
      if (target?.keyId !== made.keyId) return;
      services.keys.moveAlias(group.id, group.region, `alias/${group.alias}`, keyId, target.readAt);
    },
  };
}

/**
 * A lost CreateKey may show late in AWS's list: it is looked for once more. Null when it was looked
 * for long enough to be sure that there is none.
 */
export function searchOn(
  { clock, orphanSearch }: Pick<DeedServices, 'clock' | 'orphanSearch'>,
  { actedFor }: Pick<StepContext<unknown>, 'actedFor'>,
  marker: string,
): StepResult | null {
  const left = orphanSearch - actedFor;
  if (left <= 0) return null;
  const pause = Math.min(left, Math.max(500, orphanSearch / 10));
  return {
    type: 'later',
    until: clock.now() + pause,
    why: `looking for a KMS key marked ${marker}`,
  };
}

const takenWords: Readonly<Record<MadeBy, string>> = {
  group: 'made for',
  waiting: 'taken for',
  adopted: 'is to be taken over for',
};

/** The KMS key becomes this version's, in the transaction that records the outcome. */
function adopt(
  { keys, groups }: DeedServices,
  context: Context,
  key: {
    keyId: string;
    arn: string;
    account: string;
    region: string;
    state: string;
    currentMaterialId: string | null;
    validTo: number | null;
    readAt: number;
  },
  madeBy: MadeBy,
  said: string,
  requestId: string | null,
): Extract<StepResult, { type: 'done' }> & { readonly record: () => void } {
  const { keyId, version } = outputOf<GenerateOutput>(context, 'generate');
  const { mapping } = groups.get(context.payload.groupId);
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
        currentMaterial: key.currentMaterialId,
        materialState: mapping === 'material' ? 'NOT_IMPORTED' : null,
        validTo: key.validTo,
        alias: null,
        readAt: key.readAt,
      });
      keys.addEvent(
        keyId,
        `KMS key ${key.keyId} ${takenWords[madeBy]} version ${version}`,
        context.jobId,
      );
    },
  };
}
