/** A small pure model of keys, as AWS's guide describes them; it shares nothing with the product. */

const hour = 3600;
const deletionWindow = 7 * 24 * hour;

export interface ModelMaterial {
  /** Which of the few materials of the test it is. */
  readonly bytes: number;
  state: 'CURRENT' | 'NON_CURRENT' | 'PENDING_ROTATION';
  present: boolean;
  /** Seconds from the start; null: never. */
  validTo: number | null;
}

export interface ModelKey {
  readonly origin: 'AWS_KMS' | 'EXTERNAL';
  readonly multiRegion: boolean;
  readonly primary: ModelKey | null;
  state: 'Enabled' | 'Disabled' | 'PendingImport' | 'PendingDeletion' | 'PendingReplicaDeletion';
  /** Of imported keys; a key of KMS's own only counts its rotations. */
  materials: ModelMaterial[];
  rotations: number;
  replica: ModelKey | null;
  deleteAt: number | null;
  gone: boolean;
}

/** What one call must answer. */
export type Answer = 'ok' | `${string}Exception`;

export interface World {
  now: number;
  readonly keys: ModelKey[];
  readonly aliases: Map<number, ModelKey>;
  readonly onDemandLimit: number;
}

const newKey = (
  origin: ModelKey['origin'],
  multiRegion: boolean,
  primary: ModelKey | null,
): ModelKey => ({
  origin,
  multiRegion,
  primary,
  state: origin === 'EXTERNAL' ? 'PendingImport' : 'Enabled',
  materials: [],
  rotations: 0,
  replica: null,
  deleteAt: null,
  gone: false,
});

const leaving = ({ state }: ModelKey): boolean =>
  state === 'PendingDeletion' || state === 'PendingReplicaDeletion';
const permanent = ({ materials }: ModelKey) =>
  materials.filter(({ state }) => state !== 'PENDING_ROTATION');
const complete = (key: ModelKey): boolean =>
  key.origin === 'AWS_KMS' ||
  (permanent(key).length > 0 && permanent(key).every(({ present }) => present));

export function create(world: World, origin: ModelKey['origin'], multiRegion: boolean): ModelKey {
  const key = newKey(origin, multiRegion, null);
  world.keys.push(key);
  return key;
}

/** What every use of a key, and some other calls, say of its state. */
export function use(key: ModelKey): Answer {
  if (key.state === 'Disabled') return 'DisabledException';
  return key.state === 'Enabled' ? 'ok' : 'KMSInvalidStateException';
}

export function turn(key: ModelKey, to: 'Enabled' | 'Disabled'): Answer {
  if (leaving(key) || key.state === 'PendingImport') return 'KMSInvalidStateException';
  key.state = to;
  return 'ok';
}

export function schedule(world: World, key: ModelKey): Answer {
  if (leaving(key)) return 'KMSInvalidStateException';
  if (key.replica !== null) {
    key.state = 'PendingReplicaDeletion';
    return 'ok';
  }
  key.state = 'PendingDeletion';
  key.deleteAt = world.now + deletionWindow;
  return 'ok';
}

export function cancel(key: ModelKey): Answer {
  if (!leaving(key)) return 'KMSInvalidStateException';
  key.state = complete(key) ? 'Disabled' : 'PendingImport';
  key.deleteAt = null;
  return 'ok';
}

export interface ImportWish {
  readonly bytes: number;
  readonly type: 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL' | undefined;
  readonly hours: number | null;
}

export function importMaterial(world: World, key: ModelKey, wish: ImportWish): Answer {
  if (key.origin !== 'EXTERNAL') return 'UnsupportedOperationException';
  if (leaving(key)) return 'KMSInvalidStateException';
  const known = key.materials.find(({ bytes }) => bytes === wish.bytes);
  const asNew =
    wish.type === undefined ? key.materials.length === 0 : wish.type === 'NEW_KEY_MATERIAL';
  const validTo = wish.hours === null ? null : world.now + wish.hours * hour;
  if (asNew) {
    if (known !== undefined) return 'IncorrectKeyMaterialException';
    if (permanent(key).length < key.materials.length) return 'KMSInvalidStateException';
    const state = key.materials.length === 0 ? 'CURRENT' : 'PENDING_ROTATION';
    key.materials.push({ bytes: wish.bytes, state, present: true, validTo });
  } else {
    if (known === undefined) return 'IncorrectKeyMaterialException';
    Object.assign(known, { present: true, validTo });
  }
  if (key.state === 'PendingImport' && complete(key)) key.state = 'Enabled';
  return 'ok';
}

function lose(key: ModelKey, material: ModelMaterial): void {
  if (material.state === 'PENDING_ROTATION') {
    key.materials = key.materials.filter((each) => each !== material);
    return;
  }
  Object.assign(material, { present: false, validTo: null });
  if (!leaving(key)) key.state = 'PendingImport';
}

/** `bytes` null: the current one. */
export function deleteMaterial(key: ModelKey, bytes: number | null): Answer {
  if (key.origin !== 'EXTERNAL') return 'UnsupportedOperationException';
  const material = key.materials.find((each) =>
    bytes === null ? each.state === 'CURRENT' : each.bytes === bytes,
  );
  if (material === undefined) return bytes === null ? 'ok' : 'NotFoundException';
  if (material.present) lose(key, material);
  return 'ok';
}

export function rotate(world: World, key: ModelKey): Answer {
  const usable = use(key);
  if (usable !== 'ok') return usable;
  if (key.rotations >= world.onDemandLimit) return 'LimitExceededException';
  const next = key.materials.find(({ state }) => state === 'PENDING_ROTATION');
  if (key.origin === 'EXTERNAL' && next === undefined) return 'KMSInvalidStateException';
  for (const material of key.materials) {
    if (material.state === 'CURRENT') material.state = 'NON_CURRENT';
  }
  if (next !== undefined) next.state = 'CURRENT';
  key.rotations += 1;
  return 'ok';
}

export function replicate(world: World, key: ModelKey): Answer {
  const usable = use(key);
  if (usable !== 'ok') return usable;
  if (!key.multiRegion) return 'UnsupportedOperationException';
  if (key.replica !== null) return 'AlreadyExistsException';
  key.replica = newKey(key.origin, true, key);
  world.keys.push(key.replica);
  return 'ok';
}

export function pointAlias(
  world: World,
  name: number,
  key: ModelKey,
  how: 'create' | 'update',
): Answer {
  if (leaving(key)) return 'KMSInvalidStateException';
  const known = world.aliases.has(name);
  if (how === 'create' && known) return 'AlreadyExistsException';
  if (how === 'update' && !known) return 'NotFoundException';
  world.aliases.set(name, key);
  return 'ok';
}

export function deleteAlias(world: World, name: number): Answer {
  return world.aliases.delete(name) ? 'ok' : 'NotFoundException';
}

function remove(world: World, key: ModelKey): void {
  key.gone = true;
  for (const [name, target] of world.aliases) if (target === key) world.aliases.delete(name);
  const { primary } = key;
  if (primary === null) return;
  primary.replica = null;
  if (primary.state !== 'PendingReplicaDeletion') return;
  primary.state = 'PendingDeletion';
  primary.deleteAt = (key.deleteAt ?? world.now) + deletionWindow;
}

/** Lets time pass: materials expire, and keys go at the end of their window. */
export function advance(world: World, hours: number): void {
  world.now += hours * hour;
  for (const key of world.keys.filter(({ gone }) => !gone)) {
    for (const material of key.materials) {
      if (material.present && material.validTo !== null && material.validTo <= world.now) {
        lose(key, material);
      }
    }
  }
  const due = () =>
    world.keys.find(({ gone, deleteAt }) => !gone && deleteAt !== null && deleteAt <= world.now);
  for (let key = due(); key !== undefined; key = due()) remove(world, key);
}
