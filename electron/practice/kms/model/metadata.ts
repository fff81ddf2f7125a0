import { algorithmFields, specUsages } from './key-specs.ts';
import type { KeyRecord, MaterialRecord } from './records.ts';

/** Milliseconds to the seconds of the wire. */
export const seconds = (milliseconds: number): number => milliseconds / 1000;

/** Materials whose loss stops the key: every one that is or was current. */
export const isPermanent = (material: MaterialRecord): boolean =>
  material.state === 'CURRENT' || material.state === 'NON_CURRENT';

export const currentMaterial = (materials: readonly MaterialRecord[]): MaterialRecord | undefined =>
  materials.find((material) => material.state === 'CURRENT');

function materialFields(key: KeyRecord, materials: readonly MaterialRecord[]) {
  const current = currentMaterial(materials);
  const fields: Record<string, unknown> = {};
  // A replica that is being made does not say it yet; a key of a key store never does.
  const tells = key.state !== 'Creating' && key.storeId === null;
  if (key.spec === 'SYMMETRIC_DEFAULT' && current !== undefined && tells) {
    fields['CurrentKeyMaterialId'] = current.materialId;
  }
  if (key.origin !== 'EXTERNAL' || (current?.bytes ?? null) === null) return fields;
  fields['ExpirationModel'] = current?.expirationModel;
  const expiries = materials
    .filter((material) => isPermanent(material) && material.bytes !== null)
    .map((material) => material.validTo)
    .filter((validTo) => validTo !== null);
  if (expiries.length > 0) {
    fields['ExpirationModel'] = 'KEY_MATERIAL_EXPIRES';
    fields['ValidTo'] = seconds(Math.min(...expiries));
  }
  return fields;
}

const member = ({ arn, region }: KeyRecord) => ({ Arn: arn, Region: region });

function configurationOf(key: KeyRecord, family: readonly KeyRecord[]) {
  const primary = family.find(({ role }) => role === 'PRIMARY') ?? key;
  return {
    MultiRegionKeyType: key.role,
    PrimaryKey: member(primary),
    ReplicaKeys: family.filter(({ role }) => role === 'REPLICA').map(member),
  };
}

/** KeyMetadata as CreateKey and DescribeKey reply it (facts 2.1: which member when). */
export function keyMetadata(
  key: KeyRecord,
  materials: readonly MaterialRecord[],
  family: readonly KeyRecord[],
): Readonly<Record<string, unknown>> {
  return {
    AWSAccountId: key.account,
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: seconds(key.createdAt),
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: key.state,
    ...(key.deleteAt === null ? {} : { DeletionDate: seconds(key.deleteAt) }),
    ...(key.state === 'PendingReplicaDeletion'
      ? { PendingDeletionWindowInDays: key.windowDays }
      : {}),
    ...(key.storeId === null ? {} : { CustomKeyStoreId: key.storeId }),
    Origin: key.origin,
    ...materialFields(key, materials),
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    [algorithmFields[key.usage]]: specUsages[key.spec]?.[key.usage] ?? [],
    MultiRegion: key.multiRegion,
    ...(key.xksKeyId === null ? {} : { XksKeyConfiguration: { Id: key.xksKeyId } }),
    ...(key.multiRegion ? { MultiRegionConfiguration: configurationOf(key, family) } : {}),
  };
}
