import { isPermanent } from './model/metadata.ts';
import type { KeyRecord, MaterialRecord } from './model/records.ts';
import type { State } from './state/state.ts';

/** A multi-Region key and its relatives: same account, same key id, other Regions. */
export function familyOf(state: State, key: KeyRecord): readonly KeyRecord[] {
  return key.role === null ? [key] : state.keys.family(key);
}

export const primaryOf = (state: State, key: KeyRecord): KeyRecord | undefined =>
  familyOf(state, key).find(({ role }) => role === 'PRIMARY');

export const replicasOf = (state: State, key: KeyRecord): readonly KeyRecord[] =>
  familyOf(state, key).filter(({ role }) => role === 'REPLICA');

/** A replica knows every material of its primary; imported bytes it must be given itself. */
export function replicaMaterials(
  replica: KeyRecord,
  materials: readonly MaterialRecord[],
): MaterialRecord[] {
  return materials.map((material) => ({
    ...material,
    region: replica.region,
    ...(replica.origin === 'EXTERNAL' ? { bytes: null, expirationModel: null, validTo: null } : {}),
  }));
}

/** Takes over what a rotation of the primary changed. */
export function followPrimary(state: State, primary: KeyRecord): void {
  const materials = state.materials.of(primary);
  for (const replica of replicasOf(state, primary)) {
    const own = new Map(state.materials.of(replica).map((each) => [each.materialId, each]));
    for (const fresh of replicaMaterials(replica, materials)) {
      const before = own.get(fresh.materialId);
      state.materials.put(
        before
          ? {
              ...before,
              state: fresh.state,
              rotatedAt: fresh.rotatedAt,
              rotationType: fresh.rotationType,
            }
          : fresh,
      );
    }
  }
}

/**
 * New material waits until every replica has it, too (facts 4.2). Moves it on, in all Regions, once
 * that is so, also because the last replica without it went; and back where one was added or lost it.
 */
export function settleWaitingMaterial(state: State, key: KeyRecord): void {
  const family = familyOf(state, key);
  const of = (each: KeyRecord) =>
    state.materials.of(each).find((material) => !isPermanent(material));
  const waiting = family.map(of);
  const everywhere = waiting.every((material) => material?.bytes != null);
  const next = everywhere ? 'PENDING_ROTATION' : 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
  for (const material of waiting) {
    if (material && material.state !== next) state.materials.put({ ...material, state: next });
  }
}
