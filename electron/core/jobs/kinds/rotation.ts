import { z } from 'zod';
import type { Json } from '../../../../shared/model/json.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import type { Group } from '../../keystore/rows.ts';
import type { StepContext } from '../kind.ts';
import type { HolderAtCheck } from './reading.ts';

/** What the steps of a rotation hand to each other. */

export const forceRotatePayload = z.strictObject({ groupId: z.uuid() });
export type ForceRotatePayload = z.output<typeof forceRotatePayload>;
export type RotationContext = StepContext<ForceRotatePayload>;

export interface CheckOutput extends HolderAtCheck {
  readonly account: string;
  readonly holderKeyId: string | null;
  readonly waiting: string | null;
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
