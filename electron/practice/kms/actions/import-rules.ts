import { materialIdOf } from '../material/material-id.ts';
import { isCurveSpec, isRsaSpec, readPrivateKey } from '../material/private-key.ts';
import { rawMaterialLengths } from '../model/key-specs.ts';
import { isPermanent } from '../model/metadata.ts';
import type { ExpirationModel, KeyRecord, MaterialRecord } from '../model/records.ts';
import { incorrectMaterial, invalidState, refusal, validation } from '../wire/failures.ts';
import type { Call } from '../world.ts';
import { replicaMaterials, replicasOf, settleWaitingMaterial } from '../multi-region.ts';
import { setKeyState } from './key-access.ts';
import { notPrimary } from './replication.ts';

export const importTypes = ['NEW_KEY_MATERIAL', 'EXISTING_KEY_MATERIAL'] as const;
export type ImportType = (typeof importTypes)[number];

/** The members of ImportKeyMaterial that decide what becomes of the bytes. */
export interface ImportWish {
  readonly expirationModel: ExpirationModel;
  readonly validTo: number | null;
  readonly importType: ImportType | undefined;
  readonly materialId: string | undefined;
  readonly description: string | undefined;
}

export interface Accepted {
  readonly material: MaterialRecord;
  readonly importType: ImportType;
}

/** The material in the form in which it is kept. @throws IncorrectKeyMaterialException. */
function readMaterial(key: KeyRecord, bytes: Buffer): Buffer {
  const { spec } = key;
  const refusal = `The key material is not valid for key spec ${spec}.`;
  if (isRsaSpec(spec) || isCurveSpec(spec)) {
    const read = readPrivateKey(spec, bytes);
    if (read === null) throw incorrectMaterial(refusal);
    return read;
  }
  const lengths = rawMaterialLengths[spec];
  if (lengths !== undefined && bytes.length >= lengths.min && bytes.length <= lengths.max)
    return bytes;
  throw incorrectMaterial(refusal);
}

function requireSymmetricWish(call: Call, wish: ImportWish): void {
  const { importType, materialId, description } = wish;
  if (importType === undefined && materialId === undefined && description === undefined) return;
  throw refusal(
    call.world.openPoints.reading('import-members'),
    'ImportType, KeyMaterialId and KeyMaterialDescription are valid only for symmetric encryption keys.',
  );
}

/** A key that is not symmetric is bound for life to its first material (facts 3.5.1). */
function matchForLife(known: readonly MaterialRecord[], materialId: string): ImportType {
  const [first] = known;
  if (first === undefined) return 'NEW_KEY_MATERIAL';
  if (first.materialId === materialId) return 'EXISTING_KEY_MATERIAL';
  throw incorrectMaterial('The key material differs from the material first imported.');
}

function matchSymmetric(
  call: Call,
  key: KeyRecord,
  known: readonly MaterialRecord[],
  wish: ImportWish,
  materialId: string,
): ImportType {
  const type =
    wish.importType ?? (known.length === 0 ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL');
  const associated = known.some((material) => material.materialId === materialId);
  if (type === 'EXISTING_KEY_MATERIAL') {
    if (associated && (wish.materialId ?? materialId) === materialId) return type;
    throw incorrectMaterial('The key material is not the one that the KMS key expects.');
  }
  // Only its primary can be given a new material; a replica then gets the same.
  if (key.role === 'REPLICA') {
    const code = call.world.openPoints.reading('new-on-replica');
    throw refusal(code, notPrimary(key).message);
  }
  if (wish.materialId !== undefined) {
    throw validation('KeyMaterialId cannot be used when the ImportType is NEW_KEY_MATERIAL');
  }
  if (associated) {
    throw incorrectMaterial('The key material is already associated with the KMS key.');
  }
  const pending = known.find((material) => !isPermanent(material));
  if (pending !== undefined) {
    throw invalidState(
      `New key material (id: ${materialId}) cannot be imported into KMS key ${key.arn}, because another key material (id: ${pending.materialId}) is pending rotation.`,
    );
  }
  return type;
}

/**
 * The API reference says of ValidTo that it cannot be changed after an import without deleting the
 * material, and elsewhere that the same material may be imported again.
 */
function requireImportOver(
  call: Call,
  key: KeyRecord,
  present: MaterialRecord,
  wish: ImportWish,
): void {
  const reading = call.world.openPoints.reading('import-over-present');
  if (reading === 'allowed') return;
  const sameDate =
    present.expirationModel === wish.expirationModel && present.validTo === wish.validTo;
  if (reading === 'same-date' && sameDate) return;
  const refused = reading === 'same-date' ? 'with another expiration' : 'again';
  throw invalidState(`${key.arn} has this key material; delete it before importing it ${refused}.`);
}

/**
 * Takes unwrapped bytes in, or refuses them (facts 3.4 and 3.5).
 * @throws IncorrectKeyMaterialException, KMSInvalidStateException, ValidationException.
 */
export function acceptMaterial(
  call: Call,
  key: KeyRecord,
  unwrapped: Buffer,
  wish: ImportWish,
): Accepted {
  const symmetric = key.spec === 'SYMMETRIC_DEFAULT';
  if (!symmetric) requireSymmetricWish(call, wish);
  const bytes = readMaterial(key, unwrapped);
  const { materials } = call.world.state;
  const known = materials.of(key);
  const materialId = materialIdOf(key.keyId, bytes);
  const importType = symmetric
    ? matchSymmetric(call, key, known, wish, materialId)
    : matchForLife(known, materialId);
  const before = known.find((material) => material.materialId === materialId);
  if (before != null && before.bytes !== null) requireImportOver(call, key, before, wish);
  const material: MaterialRecord = {
    account: key.account,
    region: key.region,
    keyId: key.keyId,
    materialId,
    state: before?.state ?? (known.some(isPermanent) ? 'PENDING_ROTATION' : 'CURRENT'),
    bytes,
    description: wish.description ?? before?.description ?? null,
    expirationModel: wish.expirationModel,
    validTo: wish.validTo,
    firstImportedAt: before?.firstImportedAt ?? call.now,
    rotatedAt: before?.rotatedAt ?? null,
    rotationType: before?.rotationType ?? null,
  };
  materials.put(material);
  if (material.state !== 'CURRENT' && material.state !== 'NON_CURRENT') spread(call, key, material);
  return { material, importType };
}

/** Makes a new material of a primary known to its replicas, which must be given it, too. */
function spread(call: Call, key: KeyRecord, material: MaterialRecord): void {
  const { state } = call.world;
  for (const replica of key.role === 'PRIMARY' ? replicasOf(state, key) : []) {
    const known = state.materials.of(replica);
    if (known.some(({ materialId }) => materialId === material.materialId)) continue;
    for (const each of replicaMaterials(replica, [material])) state.materials.put(each);
  }
  settleWaitingMaterial(state, key);
}

/** A waiting key becomes usable once every material it ever used is present. */
export function settleKeyState(call: Call, key: KeyRecord): void {
  const enables = call.world.openPoints.reading('import-into-disabled') === 'enables';
  const updating = key.state === 'Updating' && key.settlesTo === 'PendingImport';
  const waits = key.state === 'PendingImport' || (enables && key.state === 'Disabled');
  if (!waits && !updating) return;
  const permanent = call.world.state.materials.of(key).filter(isPermanent);
  const complete = permanent.length > 0 && permanent.every((material) => material.bytes !== null);
  if (!complete) return;
  if (updating) call.world.state.keys.put({ ...key, settlesTo: 'Enabled' });
  else setKeyState(call, key, 'Enabled');
}
