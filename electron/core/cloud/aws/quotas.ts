/**
 * Requests per second that AWS grants each account in each Region, by operation, as its developer
 * guide lists them ("Request quotas", text of 2026). An account can have other figures: settings
 * override them, and a throttled answer lowers the pace whatever is written here.
 */
const published: Readonly<Record<string, number>> = {
  GetParametersForImport: 1,
  ImportKeyMaterial: 15,
  DeleteImportedKeyMaterial: 15,
  RotateKeyOnDemand: 5,
  ListKeyRotations: 100,
  GetKeyRotationStatus: 1000,
  DescribeKey: 2000,
  GetPublicKey: 2000,
  ListResourceTags: 2000,
  ListKeys: 500,
  ListAliases: 500,
  ListGrants: 100,
  ListKeyPolicies: 100,
  ListRetirableGrants: 100,
  CreateGrant: 50,
  RetireGrant: 50,
  RevokeGrant: 50,
  EnableKeyRotation: 15,
  PutKeyPolicy: 15,
  ScheduleKeyDeletion: 15,
  DeleteAlias: 15,
  TagResource: 10,
  Encrypt: 10_000,
  Decrypt: 10_000,
};

/** CreateKey, aliases, policies, enabling and disabling, last usage: everything the table does not name. */
const others = 5;

export interface Quotas {
  /** Requests per second. */
  of(operation: string): number;
}

/** AWS's quotas with the settings over them. */
export function quotasFrom(settings: {
  readonly quotas?: Readonly<Record<string, number>>;
  readonly quotaScale?: number;
}): Quotas {
  const scale = settings.quotaScale ?? 1;
  return {
    of: (operation) => settings.quotas?.[operation] ?? (published[operation] ?? others) * scale,
  };
}
