import { z } from 'zod';
import type { Json } from '../../../../shared/model/json.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import type { Group, Key } from '../../keystore/rows.ts';
import type { StepContext } from '../kind.ts';
import type { HolderAtCheck, HolderSeen } from './reading.ts';
import type { DeedServices } from './services.ts';

/** What the steps of a rotation hand to each other. */

export const forceRotatePayload = z.strictObject({
  groupId: z.uuid(),
  /** When it came due by the calendar, of one that was asked for by that. Wall clock ms. */
  dueAt: z.number().int().optional(),
});
export type ForceRotatePayload = z.output<typeof forceRotatePayload>;
export type RotationContext = StepContext<ForceRotatePayload>;

export interface CheckOutput extends HolderAtCheck {
  readonly account: string;
  readonly holderKeyId: string | null;
  readonly waiting: string | null;
  /** That KMS key has material, which is to be this very key's; left out: it waits for its first. */
  readonly filled?: boolean;
  /** Of the keystore that began the job; jobs of before it was noted have none. */
  readonly incarnation?: string;
}
export interface GenerateOutput {
  readonly keyId: string;
  readonly version: number;
}

export const outputOf = <T>(
  context: { readonly outputs: Readonly<Record<string, Json>> },
  step: string,
): T => context.outputs[step] as T;

/** Group and connection of the job, read afresh in every step: either may have been edited. */
export type Opened = (
  context: Pick<RotationContext, 'payload' | 'outputs'> & CallContext,
  options?: { readonly checksItself?: boolean },
) => Promise<{
  readonly group: Group;
  readonly connection: CloudConnection;
}>;

/** A KMS key is one version of one group: another group's key cannot wait for this one's material. */
export const takenElsewhere = (group: Group, id: string): OperationError =>
  new OperationError('ACTIVE_KEY_UNUSABLE', {
    key: id,
    problem: 'it is a key of another group here',
    group: group.name,
  });

/** The job that rotates this group now: within the KMS key its versions share, once one is in use. */
export const rotationKind = (
  { keys }: Pick<DeedServices, 'keys'>,
  groupId: string,
): 'group.force-rotate' | 'group.rotate-material' =>
  keys.currentOf(groupId) === null ? 'group.force-rotate' : 'group.rotate-material';

const overtaken = ({ version }: Key, newer: number | null): OperationError =>
  new OperationError('ROTATION_OVERTAKEN', { version, ...(newer === null ? {} : { newer }) });

/**
 * In a restored keystore keys are newer than jobs: what was backed up after the copy was taken may say
 * that this rotation was committed, and what became of its version since. Nothing of it is done again.
 * @throws OperationError ROTATION_OVERTAKEN
 */
export function requireNotOver({ keys }: Pick<DeedServices, 'keys'>, key: Key): void {
  requireNotOvertaken({ keys }, key);
  if (inUse(key) && key.lifecycle !== 'active') throw overtaken(key, null);
}

const inUse = ({ lifecycle }: Key): boolean => lifecycle !== 'pre-activation';

/**
 * No newer version of the group was in use yet.
 * @throws OperationError ROTATION_OVERTAKEN
 */
export function requireNotOvertaken({ keys }: Pick<DeedServices, 'keys'>, key: Key): void {
  const newer = newerInUse({ keys }, key);
  if (newer !== null) throw overtaken(key, newer.version);
}

/** Whether a newer version of the group came into use. */
export const isOvertaken = (services: Pick<DeedServices, 'keys'>, key: Key): boolean =>
  newerInUse(services, key) !== null;

const newerInUse = ({ keys }: Pick<DeedServices, 'keys'>, { groupId, version }: Key): Key | null =>
  keys.ofGroup(groupId).find(({ key }) => key.version > version && inUse(key))?.key ?? null;

/**
 * The same as AWS shows it: the alias does not go back from a newer version, nor to a version that had
 * it before; that would be Make Active.
 * @throws OperationError ROTATION_OVERTAKEN
 */
export function requireMovesOn(key: Key, holder: HolderSeen): void {
  const held = holder.key?.key ?? null;
  if (held?.id === key.id) return;
  if (held !== null && held.version > key.version) throw overtaken(key, held.version);
  if (key.lifecycle !== 'pre-activation') throw overtaken(key, null);
}
