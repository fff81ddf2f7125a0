/** Permissions of AWS KMS that a credential of the console uses, grouped as AWS groups them. */
export type PermissionGroup = 'LIST' | 'READ' | 'WRITE';

export interface Permission {
  /** As a policy writes it: `kms:CreateKey`. */
  readonly action: string;
  readonly group: PermissionGroup;
  /** True when the permission belongs to the account, not to one key, and so only IAM can give it. */
  readonly accountWide: boolean;
}

const accountWide: ReadonlySet<string> = new Set([
  'CreateKey',
  'ListKeys',
  'ListAliases',
  'ListRetirableGrants',
]);

const groups: Readonly<Record<PermissionGroup, readonly string[]>> = {
  LIST: [
    'ListKeys',
    'ListKeyPolicies',
    'ListRetirableGrants',
    'ListAliases',
    'ListGrants',
    'ListResourceTags',
    'ListKeyRotations',
  ],
  READ: [
    'DescribeKey',
    'GetPublicKey',
    'GetKeyRotationStatus',
    'GetKeyPolicy',
    'GetParametersForImport',
  ],
  WRITE: [
    'CreateKey',
    'ImportKeyMaterial',
    'DeleteImportedKeyMaterial',
    'EnableKey',
    'DisableKey',
    'ScheduleKeyDeletion',
    'CancelKeyDeletion',
    'EnableKeyRotation',
    'DisableKeyRotation',
    'CreateAlias',
    'DeleteAlias',
    'UpdateAlias',
    'PutKeyPolicy',
    'GenerateDataKey',
    'TagResource',
    'UntagResource',
    'CreateGrant',
    'RetireGrant',
    'RevokeGrant',
    'RotateKeyOnDemand',
    'ReplicateKey',
    'UpdateKeyDescription',
  ],
};

const order: readonly PermissionGroup[] = ['LIST', 'READ', 'WRITE'];

/** Everything the console may use, in the order it is shown: LIST, READ, WRITE. */
export const permissions: readonly Permission[] = order.flatMap((group) =>
  groups[group].map((name) => ({
    action: `kms:${name}`,
    group,
    accountWide: accountWide.has(name),
  })),
);

export type Deed =
  | 'force-rotate'
  | 'synchronize'
  | 'make-active'
  | 'disable-old'
  | 'schedule-deletion';

export interface DeedNeeds {
  /** Without one of these the deed stops. */
  readonly needed: readonly string[];
  /** Without these it goes on and says what it could not show or do. */
  readonly useful: readonly string[];
}

const needs: Readonly<Record<Deed, DeedNeeds>> = {
  'force-rotate': {
    needed: [
      'CreateKey',
      'DescribeKey',
      'GetParametersForImport',
      'ImportKeyMaterial',
      'GetKeyPolicy',
      'CreateAlias',
      'UpdateAlias',
    ],
    useful: ['TagResource', 'ListKeys', 'ListAliases', 'ListGrants', 'ListResourceTags'],
  },
  synchronize: {
    needed: [
      'DescribeKey',
      'GetParametersForImport',
      'ImportKeyMaterial',
      'DeleteImportedKeyMaterial',
      'GetKeyPolicy',
      'PutKeyPolicy',
    ],
    useful: ['ListKeyRotations'],
  },
  'make-active': { needed: ['DescribeKey', 'CreateAlias', 'UpdateAlias'], useful: ['ListGrants'] },
  'disable-old': { needed: ['DescribeKey', 'DisableKey'], useful: ['GetKeyLastUsage'] },
  'schedule-deletion': {
    needed: ['DescribeKey', 'ScheduleKeyDeletion'],
    useful: ['CancelKeyDeletion'],
  },
};

const action = (name: string): string => `kms:${name}`;

/** What a deed asks of a credential, as policy actions. */
export const permissionsFor = (deed: Deed): DeedNeeds => ({
  needed: needs[deed].needed.map(action),
  useful: needs[deed].useful.map(action),
});

/** What a later import under an existing key needs of that key's policy. */
export const importAgain: readonly string[] = [
  'DescribeKey',
  'GetParametersForImport',
  'ImportKeyMaterial',
  'GetKeyPolicy',
  'PutKeyPolicy',
  'UpdateAlias',
].map(action);
