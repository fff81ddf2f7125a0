/** Partition that a region belongs to, as AWS names its regions. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('us-isob-')) return 'aws-iso-b';
  if (region.startsWith('us-isof-')) return 'aws-iso-f';
  if (region.startsWith('us-iso-')) return 'aws-iso';
  if (region.startsWith('eu-isoe-')) return 'aws-iso-e';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
}

/** Account and region that a resource lives in. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

const kmsArn = (place: Place, resource: string): string =>
  `arn:${partitionOf(place.region)}:kms:${place.region}:${place.account}:${resource}`;

export const keyArn = (place: Place, keyId: string): string => kmsArn(place, `key/${keyId}`);

/** `alias` includes its `alias/` prefix. */
export const aliasArn = (place: Place, alias: string): string => kmsArn(place, alias);

export interface KmsArn extends Place {
  readonly partition: string;
  readonly kind: 'key' | 'alias';
  /** Key id, or alias name with its prefix. */
  readonly name: string;
}

const kmsArnShape = /^arn:([a-z-]+):kms:([a-z0-9-]+):(\d{12}):(key\/|alias\/)(.+)$/;

/** Takes a KMS key or alias ARN apart; null when it is none. */
export function parseKmsArn(text: string): KmsArn | null {
  const match = kmsArnShape.exec(text);
  if (match === null) return null;
  const [, partition = '', region = '', account = '', prefix = '', rest = ''] = match;
  const isKey = prefix === 'key/';
  return {
    partition,
    region,
    account,
    kind: isKey ? 'key' : 'alias',
    name: isKey ? rest : `alias/${rest}`,
  };
}

const keyIdShape =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;

/** Dashed UUID, or `mrk-` and 32 hex digits. */
export const isKeyId = (text: string): boolean => keyIdShape.test(text);
