import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { isolate } from '../../../../shared/text/isolate.ts';
import type { JobKind, StepResult, StepSpec } from '../kind.ts';
import { openOriginal, requireCopies } from './copied-key.ts';
import { rotationOf } from './force-rotate.ts';
import { newVersion, type Original } from './new-version.ts';
import { proof } from './reading.ts';
import type { ForceRotatePayload } from './rotation.ts';
import type { DeedServices } from './services.ts';

const copyKeyPayload = z.strictObject({
  /** The group whose next version it becomes. */
  groupId: z.uuid(),
  /** The version of another group whose material it is. */
  fromKeyId: z.uuid(),
});
export type CopyKeyPayload = z.output<typeof copyKeyPayload>;

/**
 * A rotation to a key that another group has: instead of making one, the kept copy of that version becomes
 * one of this group as well, by itself, and goes to AWS as any new version does.
 */
export function copyKey(services: DeedServices): JobKind<CopyKeyPayload> {
  const rotation = rotationOf(services, { keyStep: copyStep(services) }) as Omit<
    JobKind<CopyKeyPayload>,
    'name' | 'payload' | 'deedKey'
  >;
  return {
    name: 'group.copy-key',
    payload: copyKeyPayload,
    ...rotation,
    deedKey: ({ groupId, fromKeyId }) => `copy-key:${groupId}:${fromKeyId}`,
  };
}

/** A version and its group as they are now. */
export function originalOf({ groups, keys }: DeedServices, keyId: string): Original {
  const { key } = keys.get(keyId);
  return { key, group: groups.get(key.groupId) };
}

function copyStep(services: DeedServices): StepSpec<ForceRotatePayload> {
  const { groups, keys } = services;
  return {
    name: 'generate',
    title: 'Open the kept original and copy it',
    changes: 'here',
    repeatable: true,
    // It is there once the outcome is: nothing else was made.
    reconcile: async () => 'act',
    act: async (context) => {
      const { fromKeyId } = copyKeyPayload.parse(context.payload);
      const group = groups.get(context.payload.groupId);
      const original = originalOf(services, fromKeyId);
      const vault = await services.vaults.ready(group.storage);
      try {
        requireCopies(services, group, original);
        const { blob, kept } = await openOriginal(services, group, original);
        if (kept !== null) {
          const said = `version ${kept.version} was copied before, and is this key`;
          const output = { keyId: kept.id, version: kept.version };
          return { type: 'done', output, proof: [proof(said)] };
        }
        const version = keys.nextVersion(group.id);
        const told = `Copied into ${isolate(group.name)} as version ${version}: the same material`;
        return newVersion(services, context, {
          group,
          vault,
          blob,
          came: original,
          kept: ({ jobId }) => keys.addEvent(original.key.id, told, jobId),
        });
      } catch (error) {
        return unfit(error);
      }
    },
  };
}

/** What no second try mends ends the job: nothing was kept, and nothing was sent. */
function unfit(error: unknown): StepResult {
  const given = error instanceof OperationError && error.code.startsWith('COPY_KEY_');
  if (!given) throw error;
  return { type: 'stop', error };
}
