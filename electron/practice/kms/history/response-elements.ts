import { longDate, lowerCamel } from './lower-camel.ts';

type Members = Readonly<Record<string, unknown>>;

/** Operations that read or compute. CloudTrail never writes what they answered. */
const reading =
  /^(Describe|Get|List|Encrypt|Decrypt|ReEncrypt|Generate|Sign|Verify|Derive|Encapsulate|Decapsulate)/;

export const isReadOnly = (operation: string): boolean => reading.test(operation);

/** Members of replies that are kept for the record, by operation; none of the others is. */
const toldMembers: Readonly<Record<string, readonly string[]>> = {
  CreateKey: ['KeyMetadata'],
  ReplicateKey: ['ReplicaKeyMetadata', 'ReplicaPolicy', 'ReplicaTags'],
  CreateGrant: ['GrantId'],
  CreateCustomKeyStore: ['CustomKeyStoreId'],
  ScheduleKeyDeletion: ['KeyId', 'DeletionDate', 'KeyState', 'PendingWindowInDays'],
  ImportKeyMaterial: ['KeyId', 'KeyMaterialId'],
  DeleteImportedKeyMaterial: ['KeyId', 'KeyMaterialId'],
};

const dates = new Set(['CreationDate', 'DeletionDate', 'ValidTo']);

function withLongDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLongDates);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    dates.has(name) && typeof item === 'number' ? longDate(item * 1000) : withLongDates(item),
  ]);
  return Object.fromEntries(entries) as unknown;
}

/**
 * responseElements: what was changed. Since the end of 2022 CloudTrail names the key of every change,
 * also where the reply does not.
 */
export function responseElements(
  operation: string,
  reply: Members | null,
  keyArn: string | undefined,
): unknown {
  if (isReadOnly(operation)) return null;
  const names = toldMembers[operation] ?? [];
  const told = Object.fromEntries(
    names.filter((name) => reply?.[name] !== undefined).map((name) => [name, reply?.[name]]),
  );
  const makesKey = operation === 'CreateKey' || operation === 'ReplicateKey';
  const elements = keyArn === undefined || makesKey ? told : { KeyId: keyArn, ...told };
  if (Object.keys(elements).length === 0) return null;
  return lowerCamel(withLongDates(elements));
}
