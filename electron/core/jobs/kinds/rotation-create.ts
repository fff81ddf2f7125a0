import { OperationError } from '../../../../shared/errors/operation-error.ts';
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
    intent: (context) => ({
      marker: `kr-${context.jobNumber}-${services.random(6).toString('hex')}`,
    }),
    act: async (context) => {
      const { group, connection } = await open(context);
      const { waiting } = outputOf<CheckOutput>(context, 'check');
      if (waiting !== null) {
        if (services.keys.byKms(waiting).length > 0) throw takenElsewhere(group, waiting);
        const read = await connection.describeKey(waiting, context);
        if (read.state !== 'PendingImport') {
          throw new OperationError('ACTIVE_KEY_UNUSABLE', {
            key: waiting,
            problem: `its state is ${read.state}`,
            group: group.name,
          });
        }
        const said = `${shortId(waiting)}, which waited for material`;
        const taken = adopt(services, context, read, 'waiting', said, read.requestId);
        return {
          ...taken,
          record: () => {
            // again: another group's job may have taken it while AWS was asked
            if (services.keys.byKms(waiting).length > 0) throw takenElsewhere(group, waiting);
            taken.record();
          },
        };
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
      return adopt(services, context, made, 'group', said, made.requestId);
    },
    reconcile: async (context) => {
      if (outputOf<CheckOutput>(context, 'check').waiting !== null) return 'act';
      const { connection } = await open(context);
      const { marker } = context.intent as { marker: string };
      const found = await connection.findByMarker({ marker }, context);
      const [oldest, ...others] = found.keys;
      if (oldest) {
        const orphans =
          others.length > 0
            ? `; ${others.length} more with the same mark: ${others.map((k) => k.keyId).join(', ')}`
            : '';
        return adopt(
          services,
          context,
          { ...oldest, readAt: found.readAt },
          'group',
          `${shortId(oldest.keyId)}, found by its mark ${marker}${orphans}`,
          found.requestId,
        );
      }
      return searchOn(services, context, marker) ?? 'act';
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

/** The KMS key becomes this version's, in the transaction that records the outcome. */
function adopt(
  { keys }: DeedServices,
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
): StepResult & { readonly record: () => void } {
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
}
