import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import type { Group } from '../../keystore/rows.ts';

/** Why a KMS key cannot be a group's Active Key ID; null: it waits for its first material. */
function whyNot(read: KmsKeyRead, group: Group): string | null {
  const { state, currentMaterialId } = read;
  const other = otherKind(read, group);
  if (other !== null) return other;
  return state !== 'PendingImport' || currentMaterialId !== null ? `its state is ${state}` : null;
}

function otherKind(
  { origin, spec, usage }: KmsKeyRead,
  { keySpec, keyUsage }: Group,
): string | null {
  if (origin !== 'EXTERNAL') return `its origin is ${origin}`;
  if (spec !== keySpec) return `its key spec is ${spec}, and the group makes ${keySpec}`;
  if (usage !== keyUsage) return `its key usage is ${usage}, and that of the group is ${keyUsage}`;
  return null;
}

/**
 * Reads the key that a group's template names, which has to wait for its first material.
 * @throws OperationError ACTIVE_KEY_UNUSABLE, also where AWS has no such key
 */
export async function requireWaiting(
  connection: CloudConnection,
  group: Group,
  id: string,
  context: CallContext = {},
): Promise<void> {
  const problem = whyNot(await readChosen(connection, group, id, context), group);
  if (problem !== null) throw unusable(group, id, problem);
}

/** A KMS key that a key from elsewhere goes to. */
export interface Takeable {
  /** It had material before, or may have had: it is taken over, as far as the import proves it. */
  readonly filled: boolean;
  readonly read: KmsKeyRead;
}

/**
 * The same for a key that comes in from elsewhere: the KMS key may wait for its first material, or have this
 * very material, now or until it was deleted. Which of several it has cannot be told, so it may have one only.
 * @throws OperationError ACTIVE_KEY_UNUSABLE
 */
export async function requireTakeable(
  connection: CloudConnection,
  group: Group,
  id: string,
  context: CallContext = {},
): Promise<Takeable> {
  const read = await readChosen(connection, group, id, context);
  // of other keys AWS names no material, so that one that lost its own looks like a new one
  if (whyNot(read, group) === null) return { filled: group.keySpec !== 'SYMMETRIC_DEFAULT', read };
  const problem = otherKind(read, group) ?? stateProblem(read);
  if (problem !== null) throw unusable(group, id, problem);
  if (read.currentMaterialId !== null) await requireOneMaterial(connection, group, id, context);
  return { filled: true, read };
}

/**
 * Symmetric keys alone can have several materials, and AWS names those of no other: the rest of them would have
 * no original here.
 * @throws OperationError ACTIVE_KEY_UNUSABLE
 */
export async function requireOneMaterial(
  connection: CloudConnection,
  group: Group,
  id: string,
  context: CallContext,
): Promise<void> {
  if (group.keySpec !== 'SYMMETRIC_DEFAULT') return;
  const { materials } = await connection.listKeyMaterials(id, context);
  if (materials.length <= 1) return;
  throw unusable(group, id, `it has ${materials.length} key materials, and one comes in`);
}

const stateProblem = ({ state }: KmsKeyRead): string | null =>
  state === 'Enabled' || state === 'PendingImport' ? null : `its state is ${state}`;

async function readChosen(
  connection: CloudConnection,
  group: Group,
  id: string,
  context: CallContext,
): Promise<KmsKeyRead> {
  try {
    return await connection.describeKey(id, context);
  } catch (error) {
    const gone = error instanceof OperationError && error.code === 'AWS_KEY_GONE';
    throw gone ? unusable(group, id, 'AWS has no such key in this Region', error) : error;
  }
}

function unusable(
  group: Group,
  id: string,
  problem: string,
  cause?: OperationError,
): OperationError {
  const external = cause?.external;
  const details = { key: id, problem, group: group.name };
  return new OperationError('ACTIVE_KEY_UNUSABLE', details, external ? { external } : {});
}
