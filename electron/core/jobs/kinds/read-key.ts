import type { KmsKeyRead, Material } from '../../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import type { Key, RemoteKey } from '../../keystore/rows.ts';
import { readingOf } from './reading.ts';
import type { DeedServices } from './services.ts';

/** What AWS says of a KMS key. */
export interface KeySeen {
  readonly read: KmsKeyRead;
  /** Each material by itself, where the group's versions share the KMS key; else null. */
  readonly materials: readonly Material[] | null;
  /** This version's own, where AWS has it among `materials`. */
  readonly own: Material | null;
  /** Keeps all of it, and what else is known of this version; inside a `record`. */
  note(more?: Partial<RemoteKey>): void;
}

/** Reads a KMS key, and where the group's versions share it which of their materials are there. */
export async function readKey(
  { keys }: Pick<DeedServices, 'keys'>,
  connection: CloudConnection,
  { key, remote }: { readonly key: Key; readonly remote: RemoteKey },
  context: CallContext = {},
): Promise<KeySeen> {
  const read = await connection.describeKey(remote.kmsKeyId, context);
  const materials =
    remote.materialState === null
      ? null
      : (await connection.listKeyMaterials(remote.kmsKeyId, context)).materials;
  return {
    read,
    materials,
    own: materials?.find(({ materialId }) => materialId === remote.materialId) ?? null,
    note: (more = {}) => {
      keys.noteRemote(key.id, { ...readingOf(read), ...more });
      if (materials !== null) keys.noteMaterials(key.id, materials);
    },
  };
}

/** A KMS key with each of its materials, as far as they were read. */
export interface LookedKey extends KmsKeyRead, Pick<KeySeen, 'materials' | 'own'> {}

export const lookedKey = ({ read, materials, own }: KeySeen): LookedKey => ({
  ...read,
  materials,
  own,
});

/**
 * The KMS key as it would read if this version's material were its only one. Where versions share it, a
 * missing material of another version leaves this one there, and the earliest date may be another's.
 */
export function readAlone<R extends LookedKey>(read: R): R {
  const { materials, own } = read;
  if (materials === null) return read;
  const waits = read.state === 'PendingImport';
  return {
    ...read,
    state: isThere(own) ? (waits ? 'Enabled' : read.state) : 'PendingImport',
    currentMaterialId: own?.materialId ?? null,
    validTo: own?.validTo ?? null,
    expires: own?.expires ?? null,
  };
}

/** It is in AWS; of those that are listed, AWS may have lost the material itself. */
export const isThere = (material: Material | null): boolean =>
  material !== null && material.importState !== 'PENDING_IMPORT';

/** It waits to be made the current one: nothing is encrypted under it yet. */
export const isWaiting = ({ state }: Pick<Material, 'state'>): boolean =>
  state !== 'CURRENT' && state !== 'NON_CURRENT';
