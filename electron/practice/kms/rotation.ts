import { randomBytes } from 'node:crypto';
import { materialIdOf } from './material/material-id.ts';
import { followPrimary } from './multi-region.ts';
import { currentMaterial } from './model/metadata.ts';
import type { KeyRecord, MaterialRecord } from './model/records.ts';
import type { Effect } from './state/journal.ts';
import type { World } from './world.ts';

/** AWS's limit of on-demand rotations for the life of a key (facts 4.1). */
export const mostOnDemand = 25;
export const dayMs = 24 * 60 * 60_000;

function freshMaterial(key: KeyRecord, at: number): MaterialRecord {
  const bytes = randomBytes(32);
  return {
    account: key.account,
    region: key.region,
    keyId: key.keyId,
    materialId: materialIdOf(key.keyId, bytes),
    state: 'CURRENT',
    bytes,
    description: null,
    expirationModel: null,
    validTo: null,
    firstImportedAt: at,
    rotatedAt: null,
    rotationType: null,
  };
}

/** The material a rotation would make current: the one that was imported for it, or a new one. */
export const waitingMaterial = (materials: readonly MaterialRecord[]): MaterialRecord | undefined =>
  materials.find(({ state, bytes }) => state === 'PENDING_ROTATION' && bytes !== null);

/**
 * Makes the next material current; the former goes on decrypting. Does nothing for an imported key
 * whose waiting material went away meanwhile.
 */
export function rotate(
  world: World,
  key: KeyRecord,
  type: 'ON_DEMAND' | 'AUTOMATIC',
  at: number,
  effect: (effect: Effect) => void,
): void {
  const { materials } = world.state;
  const known = materials.of(key);
  const next = key.origin === 'EXTERNAL' ? waitingMaterial(known) : freshMaterial(key, at);
  if (next === undefined) return;
  const current = currentMaterial(known);
  if (current) materials.put({ ...current, state: 'NON_CURRENT' });
  materials.put({ ...next, state: 'CURRENT', rotatedAt: at, rotationType: type });
  followPrimary(world.state, key);
  effect({
    kind: 'material-rotated',
    keyId: key.keyId,
    from: current?.materialId ?? null,
    to: next.materialId,
    rotationType: type,
  });
}
