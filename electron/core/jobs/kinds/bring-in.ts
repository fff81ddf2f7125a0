import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { JobKind, StepResult, StepSpec } from '../kind.ts';
import { endRotation, madeKey, rotationOf } from './force-rotate.ts';
import { openIncoming, requireTakesIn } from './incoming-key.ts';
import { newVersion } from './new-version.ts';
import { proof, sayMethod } from './reading.ts';
import type { ForceRotatePayload } from './rotation.ts';
import type { DeedServices } from './services.ts';
import { giveUpUnproved, isUnproved } from './taken-over.ts';

const bringInPayload = z.strictObject({
  groupId: z.uuid(),
  transportId: z.uuid(),
  /** As it was typed: the first 6 to 10 digits, upper-case hex. */
  kcv: z.string(),
});
export type BringInPayload = z.output<typeof bringInPayload>;

/**
 * A rotation to a key that was made elsewhere: instead of making one, the file that came back is opened in the
 * vault. Where the template names a KMS key that has this material, that one goes on as the version's.
 */
export function bringIn(services: DeedServices): JobKind<BringInPayload> {
  const variant = { keyStep: openStep(services), takesFilled: true } as const;
  const rotation = rotationOf(services, variant) as Omit<
    JobKind<BringInPayload>,
    'name' | 'payload' | 'deedKey'
  >;
  return {
    name: 'group.bring-in',
    payload: bringInPayload,
    ...rotation,
    deedKey: ({ transportId }) => `bring-in:${transportId}`,
    onEnd: (ended) => {
      const made = madeKey(services, ended.outputs);
      const { transportId } = ended.payload;
      // as long as the job is open, whoever asks for it once more joins it
      if (made) services.transportKeys.destroy(transportId);
      else services.transportKeys.dropFile(transportId);
      if (made?.remote && isUnproved(made.remote)) giveUpUnproved(services, made.key, ended.jobId);
      endRotation(services, ended);
    },
  };
}

function openStep(services: DeedServices): StepSpec<ForceRotatePayload> {
  const { groups, transportKeys } = services;
  return {
    name: 'generate',
    title: 'Open the brought-in key and check its KCV',
    changes: 'here',
    repeatable: true,
    // What was opened before a crash died with the bridge; the file is here until it was opened.
    reconcile: async () => 'act',
    act: async (context) => {
      const { transportId, kcv } = bringInPayload.parse(context.payload);
      const group = groups.get(context.payload.groupId);
      const vault = await services.vaults.ready(group.storage);
      try {
        requireTakesIn(services, group);
        using file = transportKeys.file(transportId);
        const wrapped = file.use((bytes) => Uint8Array.from(bytes));
        const { blob, kept } = await openIncoming(services, group, vault, {
          transportId,
          file: wrapped,
          kcv,
        });
        const used = (): void => transportKeys.dropFile(transportId);
        if (kept === null) {
          return newVersion(services, context, {
            group,
            vault,
            blob,
            came: 'brought-in',
            kept: used,
          });
        }
        const said = `version ${kept.version} came in before, KCV ${blob.kcv.value} (${sayMethod(blob.kcv.method)})`;
        return {
          type: 'done',
          output: { keyId: kept.id, version: kept.version },
          proof: [proof(said)],
          record: used,
        };
      } catch (error) {
        return unusable(error);
      }
    },
  };
}

/** What no second try mends ends the job: nothing was kept, and nothing was sent. */
function unusable(error: unknown): StepResult {
  const given = error instanceof OperationError && error.code.startsWith('BRING_IN_');
  if (!given) throw error;
  if (error.code !== 'BRING_IN_NOT_PREPARED') return { type: 'stop', error };
  // nobody can give it up while a job is to use it: its days were over
  return { type: 'stop', error: new OperationError('BRING_IN_NOT_PREPARED', { waited: true }) };
}
