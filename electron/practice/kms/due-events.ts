import { randomUUID } from 'node:crypto';
import { settleStore } from './key-stores.ts';
import { familyOf, primaryOf, replicasOf, settleWaitingMaterial } from './multi-region.ts';
import { isPermanent } from './model/metadata.ts';
import type { KeyStoreRecord } from './model/key-stores.ts';
import type { KeyRecord, MaterialRecord } from './model/records.ts';
import type { Effect } from './state/journal.ts';
import { dayMs, rotate } from './rotation.ts';
import type { World } from './world.ts';

/** A key in one of these stays in it when its material goes. */
const leavingOrWaiting: ReadonlySet<KeyRecord['state']> = new Set([
  'PendingDeletion',
  'PendingReplicaDeletion',
  'PendingImport',
]);

/**
 * Material that was to be rotated in next is not bound to its key. With its primary every Region
 * forgets it; a replica that loses it goes on waiting to be given it again (facts 3.6).
 */
function forgetWaiting(world: World, key: KeyRecord, material: MaterialRecord): void {
  const { state } = world;
  if (key.role === 'REPLICA') {
    state.materials.put({ ...material, bytes: null, expirationModel: null, validTo: null });
  } else {
    for (const each of familyOf(state, key)) {
      state.materials.remove({ ...material, region: each.region });
    }
  }
  settleWaitingMaterial(state, key);
}

/** Takes the bytes away; a material that was only waiting for rotation is forgotten. */
export function loseMaterial(
  world: World,
  key: KeyRecord,
  material: MaterialRecord,
  effect: (effect: Effect) => void,
  reason: 'request' | 'expired',
): void {
  const { keys, materials } = world.state;
  effect({
    kind: 'material-deleted',
    keyId: key.keyId,
    materialId: material.materialId,
    reason,
  });
  if (!isPermanent(material)) {
    forgetWaiting(world, key, material);
    return;
  }
  materials.put({ ...material, bytes: null, expirationModel: null, validTo: null });
  if (leavingOrWaiting.has(key.state)) return;
  if (key.state === 'Updating') {
    // it shows when its family has settled
    keys.put({ ...key, settlesTo: 'PendingImport' });
    return;
  }
  keys.put({ ...key, state: 'PendingImport' });
  effect({ kind: 'key-state', keyId: key.keyId, from: key.state, to: 'PendingImport' });
}

function note(
  world: World,
  subject: KeyRecord | KeyStoreRecord,
  operation: string,
  at: number,
  effects: Effect[],
) {
  world.state.journal.append({
    time: new Date(at).toISOString(),
    requestId: randomUUID(),
    account: subject.account,
    region: subject.region,
    principal: null,
    service: 'kms',
    operation,
    parameters: 'arn' in subject ? { keyId: subject.arn } : { customKeyStoreId: subject.storeId },
    error: null,
    message: null,
    effects,
    mischief: null,
    trail: null,
  });
}

/** The window of a primary that was to go begins when its last replica is gone. */
function startDelayedDeletion(world: World, gone: KeyRecord, at: number): void {
  if (gone.role !== 'REPLICA') return;
  const primary = primaryOf(world.state, gone);
  if (primary?.state !== 'PendingReplicaDeletion') return;
  if (replicasOf(world.state, gone).length > 0) return;
  const deleteAt = at + (primary.windowDays ?? 30) * dayMs;
  world.state.keys.put({ ...primary, state: 'PendingDeletion', deleteAt, windowDays: null });
}

/** Replicas that were being made, and keys that changed their part, are ready. */
function settleKeys(world: World, now: number): void {
  const { keys } = world.state;
  for (const key of keys.dueToSettle(now)) {
    const state = key.settlesTo ?? 'Enabled';
    keys.put({ ...key, state, settlesAt: null, settlesTo: null });
  }
}

/** Connections that were being made or ended are so. */
function settleKeyStores(world: World, now: number): void {
  for (const store of world.state.keyStores.dueToSettle(now)) {
    const effects: Effect[] = [];
    settleStore(world.state, store, (effect) => effects.push(effect));
    // AWS has no event for it; without one the journal would not tell how a connection ended.
    note(world, store, 'CustomKeyStoreConnection', store.settlesAt ?? now, effects);
  }
}

/**
 * Ends on-demand rotations whose time is over, and makes automatic ones. A key that is not usable
 * now is left for the day on which it is.
 */
function runDueRotations(world: World, now: number): void {
  const { keys, rotations } = world.state;
  for (const rotation of rotations.due(now)) {
    const key = keys.find(rotation, rotation.keyId);
    if (key === undefined || key.state !== 'Enabled') continue;
    const { endsAt, days } = rotation;
    let left = rotation;
    const turn = (type: 'ON_DEMAND' | 'AUTOMATIC', at: number): void => {
      const effects: Effect[] = [];
      rotate(world, key, type, at, (effect) => effects.push(effect));
      note(world, key, 'RotateKey', at, effects);
    };
    if (endsAt !== null && endsAt <= now) {
      turn('ON_DEMAND', endsAt);
      left = { ...left, startedAt: null, endsAt: null };
    }
    while (days !== null && left.nextAt !== null && left.nextAt <= now) {
      turn('AUTOMATIC', left.nextAt);
      left = { ...left, nextAt: left.nextAt + days * dayMs };
    }
    rotations.put(left);
  }
}

/**
 * Does what fell due by the practice clock: expired material is deleted, keys at the end of
 * their window go with their aliases and grants. Runs inside a transaction, before every call, so
 * that no reply shows something that should be gone. However far the clock went, one thing happens
 * after the other: a rotation that ended before its material expired still comes first.
 */
export function runDueEvents(world: World, now: number): void {
  const { state } = world;
  for (let at = state.nextDue(now); at <= now; at = state.nextDue(now)) runEventsOf(world, at);
}

function runEventsOf(world: World, now: number): void {
  const { keys, materials, aliases, grants, pairs, spentTokens } = world.state;
  settleKeys(world, now);
  settleKeyStores(world, now);
  for (const material of materials.expired(now)) {
    const key = keys.find(material, material.keyId);
    if (key === undefined) {
      materials.remove(material);
      continue;
    }
    const effects: Effect[] = [];
    loseMaterial(world, key, material, (effect) => effects.push(effect), 'expired');
    note(world, key, 'DeleteExpiredKeyMaterial', material.validTo ?? now, effects);
  }
  runDueRotations(world, now);
  for (const key of keys.dueForDeletion(now)) {
    const gone = aliases.removeOf(key, key.keyId);
    materials.removeAll(key);
    grants.removeAll(key);
    world.state.rotations.remove(key);
    keys.remove(key);
    if (key.role === 'REPLICA') settleWaitingMaterial(world.state, key);
    startDelayedDeletion(world, key, key.deleteAt ?? now);
    note(world, key, 'DeleteKey', key.deleteAt ?? now, [
      { kind: 'key-deleted', keyId: key.keyId, aliases: gone },
    ]);
  }
  pairs.removeExpired(now);
  spentTokens.removeExpired(now);
}
