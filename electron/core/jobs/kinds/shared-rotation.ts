import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { sayVersions } from '../../../../shared/text/versions.ts';
import type { Material } from '../../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import type { KeyWithRemote } from '../../keystore/keys.ts';
import type { Group, Key, RemoteKey } from '../../keystore/rows.ts';
import { isThere, isWaiting, type KeySeen, readKey } from './read-key.ts';
import type { DeedServices } from './services.ts';

/** The version under whose material AWS encrypts in the KMS key that a group's versions share. */
export interface CurrentVersion {
  readonly key: Key;
  readonly remote: RemoteKey;
}

/** How a KMS key that versions share stands to its next rotation. */
export interface RotationOutlook {
  readonly seen: KeySeen;
  /** A version of ours that waits in AWS already: it is taken, and none is made. */
  readonly waiting: Key | null;
  /** On-demand rotations so far, as AWS lists them. */
  readonly done: number;
  readonly most: number;
  /** What stands in the way now; null: nothing does. */
  readonly obstacle: OperationError | null;
}

/** Rotations AWS has finished; first and waiting material have no date of one. */
export const rotationsIn = (materials: readonly Material[]): number =>
  materials.filter(({ rotatedAt }) => rotatedAt !== null).length;

export const pendingElsewhere = (group: Group, materialId: string): OperationError =>
  new OperationError('MATERIAL_PENDING', { group: group.name, materialId });

const limitReached = (group: Group, most: number): OperationError =>
  new OperationError('ROTATION_LIMIT', { group: group.name, most });

/** Reads whether the KMS key can be rotated now, before anything is made. */
export async function lookAtRotation(
  services: DeedServices,
  connection: CloudConnection,
  group: Group,
  current: CurrentVersion,
  context: CallContext = {},
): Promise<RotationOutlook> {
  const seen = await readKey(services, connection, current, context);
  const materials = seen.materials ?? [];
  const versions = services.keys.ofGroup(group.id);
  const pending = materials.find(isWaiting) ?? null;
  const waiting = pending === null ? null : ownerOf(versions, pending);
  const done = rotationsIn(materials);
  const most = services.rotationLimit();
  const obstacle =
    stateObstacle(seen, versions, current.key) ??
    (pending !== null && waiting === null ? pendingElsewhere(group, pending.materialId) : null) ??
    (done >= most ? limitReached(group, most) : null);
  return { seen, waiting, done, most, obstacle };
}

/** Ours by the name AWS gave it when it took our copy; by no other sign, for anybody could set one. */
const ownerOf = (versions: readonly KeyWithRemote[], { materialId }: Material): Key | null =>
  versions.find(({ remote }) => remote?.materialId === materialId)?.key ?? null;

/** Why AWS would refuse the KMS key as it is; null: it would not. `key`: the version it is about. */
export function stateObstacle(
  { read, materials }: KeySeen,
  versions: readonly KeyWithRemote[],
  key: Key,
): OperationError | null {
  if (read.state === 'Enabled') return null;
  if (read.state !== 'PendingImport') {
    const details = { version: key.version, key: key.id, state: read.state, shared: true };
    return new OperationError('KEY_NOT_ENABLED', details);
  }
  const gone = (materials ?? []).filter((material) => !isWaiting(material) && !isThere(material));
  const missing = gone.flatMap((material) => ownerOf(versions, material)?.version ?? []);
  const details = missing.length === 0 ? {} : { versions: sayVersions(missing) };
  return new OperationError('MATERIAL_MISSING', { ...details, keyId: read.keyId });
}
