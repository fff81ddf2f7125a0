import type { KeyMetadata } from '@aws-sdk/client-kms';
import { msOf } from '../../kernel/node-dates.ts';
import type { KmsKey } from '../answers.ts';
import { must } from './link.ts';

/** `arn:PARTITION:kms:REGION:ACCOUNT:key/ID` taken apart; null when it is none. */
export function parseKeyArn(
  arn: string,
): { partition: string; region: string; account: string; keyId: string } | null {
  const parts = /^arn:([a-z-]+):kms:([a-z0-9-]+):(\d{12}):key\/([0-9a-zA-Z-]+)$/.exec(arn);
  if (!parts) return null;
  const [, partition = '', region = '', account = '', keyId = ''] = parts;
  return { partition, region, account, keyId };
}

/** AWS's KeyMetadata as our own shape. @throws WireFailure when a field AWS always sends is absent. */
export function keyFrom(metadata: KeyMetadata | undefined): KmsKey {
  const meta = must(metadata, 'KeyMetadata');
  const arn = must(meta.Arn, 'Arn');
  const parts = must(parseKeyArn(arn), 'key ARN');
  const expiration = meta.ExpirationModel;
  return {
    keyId: must(meta.KeyId, 'KeyId'),
    arn,
    account: meta.AWSAccountId ?? parts.account,
    region: parts.region,
    description: meta.Description ?? '',
    state: must(meta.KeyState, 'KeyState'),
    origin: must(meta.Origin, 'Origin'),
    spec: must(meta.KeySpec ?? meta.CustomerMasterKeySpec, 'KeySpec'),
    usage: must(meta.KeyUsage, 'KeyUsage'),
    manager: meta.KeyManager ?? 'CUSTOMER',
    keyStoreId: meta.CustomKeyStoreId ?? null,
    multiRegion: meta.MultiRegion ?? false,
    multiRegionRole: meta.MultiRegionConfiguration?.MultiRegionKeyType ?? null,
    createdAt: must(msOf(meta.CreationDate), 'CreationDate'),
    currentMaterialId: meta.CurrentKeyMaterialId ?? null,
    expires: expiration === undefined ? null : expiration === 'KEY_MATERIAL_EXPIRES',
    validTo: msOf(meta.ValidTo),
    deletionAt: msOf(meta.DeletionDate),
  };
}
