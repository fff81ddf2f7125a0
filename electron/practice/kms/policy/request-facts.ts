import type { FactRecord } from './facts.ts';

/** A request's members; which there are depends on the operation. */
type Input = Readonly<Record<string, unknown>>;

const asInput = (input: unknown): Input =>
  typeof input === 'object' && input !== null ? (input as Input) : {};

/** No values for what the request does not have: for policies the key is absent then. */
function valuesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(valuesOf);
  const plain = ['string', 'number', 'boolean'].includes(typeof value);
  return plain ? [String(value as string | number | boolean)] : [];
}

const symmetric = 'SYMMETRIC_DEFAULT';

type Reader = (input: Input) => unknown;
const member =
  (name: string, usual?: unknown): Reader =>
  (input) =>
    input[name] ?? usual;

const encrypting = { 'kms:encryptionalgorithm': member('EncryptionAlgorithm', symmetric) };
const dataKeyPair = { ...encrypting, 'kms:datakeypairspec': member('KeyPairSpec') };
const signing = {
  'kms:signingalgorithm': member('SigningAlgorithm'),
  'kms:messagetype': member('MessageType', 'RAW'),
};
const mac = { 'kms:macalgorithm': member('MacAlgorithm') };
/** No AWS service ever calls the practice KMS on somebody's behalf. */
const grant = { 'kms:grantisforawsresource': () => false };
const bypass = {
  'kms:bypasspolicylockoutsafetycheck': member('BypassPolicyLockoutSafetyCheck'),
};

const wantedSpec: Reader = (input) =>
  input['KeySpec'] ?? input['CustomerMasterKeySpec'] ?? symmetric;
const wantedUsage: Reader = member('KeyUsage', 'ENCRYPT_DECRYPT');

/** Which condition keys of KMS an operation brings, beside those of its key. */
const ofOperation: Readonly<Record<string, Readonly<Record<string, Reader>>>> = {
  Encrypt: encrypting,
  Decrypt: encrypting,
  GenerateDataKey: encrypting,
  GenerateDataKeyWithoutPlaintext: encrypting,
  GenerateDataKeyPair: dataKeyPair,
  GenerateDataKeyPairWithoutPlaintext: dataKeyPair,
  ReEncryptFrom: { 'kms:encryptionalgorithm': member('SourceEncryptionAlgorithm', symmetric) },
  ReEncryptTo: { 'kms:encryptionalgorithm': member('DestinationEncryptionAlgorithm', symmetric) },
  Sign: signing,
  Verify: signing,
  GenerateMac: mac,
  VerifyMac: mac,
  DeriveSharedSecret: { 'kms:keyagreementalgorithm': member('KeyAgreementAlgorithm') },
  GetParametersForImport: {
    'kms:wrappingalgorithm': member('WrappingAlgorithm'),
    'kms:wrappingkeyspec': member('WrappingKeySpec'),
  },
  ImportKeyMaterial: {
    'kms:expirationmodel': member('ExpirationModel'),
    'kms:validto': ({ ValidTo: at }) => (typeof at === 'number' ? at / 1000 : undefined),
  },
  CreateGrant: {
    ...grant,
    'kms:grantconstrainttype': ({ Constraints: constraints }) =>
      Object.keys(asInput(constraints)).filter((name) => name.startsWith('EncryptionContext')),
    'kms:grantoperations': member('Operations'),
    'kms:granteeprincipal': member('GranteePrincipal'),
    'kms:retiringprincipal': member('RetiringPrincipal'),
  },
  ListGrants: grant,
  RevokeGrant: grant,
  CreateKey: {
    ...bypass,
    'kms:keyspec': wantedSpec,
    'kms:customermasterkeyspec': wantedSpec,
    'kms:keyusage': wantedUsage,
    'kms:customermasterkeyusage': wantedUsage,
    'kms:keyorigin': member('Origin', 'AWS_KMS'),
    'kms:multiregion': member('MultiRegion', false),
  },
  PutKeyPolicy: bypass,
  ReplicateKey: { 'kms:replicaregion': member('ReplicaRegion') },
  UpdatePrimaryRegion: { 'kms:primaryregion': member('PrimaryRegion') },
  EnableKeyRotation: { 'kms:rotationperiodindays': member('RotationPeriodInDays', 365) },
  ScheduleKeyDeletion: {
    'kms:schedulekeydeletionpendingwindowindays': member('PendingWindowInDays', 30),
  },
};

/** The encryption context that a grant or a policy looks at. */
export function encryptionContextOf(
  operation: string,
  input: unknown,
): Readonly<Record<string, string>> {
  const request = asInput(input);
  const constraints = asInput(request['Constraints']);
  const context =
    operation === 'ReEncryptFrom'
      ? request['SourceEncryptionContext']
      : operation === 'ReEncryptTo'
        ? request['DestinationEncryptionContext']
        : operation === 'CreateGrant'
          ? (constraints['EncryptionContextEquals'] ?? constraints['EncryptionContextSubset'])
          : request['EncryptionContext'];
  return (context as Readonly<Record<string, string>> | undefined) ?? {};
}

/** The alias by which a request names its key; undefined when it names it otherwise. */
function requestAlias(operation: string, input: Input): string | undefined {
  const names: Readonly<Record<string, string>> = {
    ReEncryptFrom: 'SourceKeyId',
    ReEncryptTo: 'DestinationKeyId',
  };
  const text = input[names[operation] ?? 'KeyId'];
  return typeof text === 'string' ? /(?:^|:)(alias\/.+)$/.exec(text)?.[1] : undefined;
}

interface TagLike {
  readonly TagKey: string;
  readonly TagValue: string;
}

function tagFacts(input: Input): FactRecord {
  const tags = (input['Tags'] as readonly TagLike[] | undefined) ?? [];
  const names = [...tags.map(({ TagKey }) => TagKey), ...valuesOf(input['TagKeys'])];
  return {
    ...Object.fromEntries(
      tags.map(({ TagKey, TagValue }) => [`aws:requesttag/${TagKey.toLowerCase()}`, [TagValue]]),
    ),
    'aws:tagkeys': names,
  };
}

/** What a request of this operation says about itself, by condition key in lower case. */
export function requestFacts(operation: string, input: unknown): FactRecord {
  const request = asInput(input);
  const readers = Object.entries(ofOperation[operation] ?? {});
  const context = Object.entries(encryptionContextOf(operation, request));
  return {
    ...Object.fromEntries(readers.map(([key, read]) => [key, valuesOf(read(request))])),
    ...Object.fromEntries(
      context.map(([name, value]) => [`kms:encryptioncontext:${name.toLowerCase()}`, [value]]),
    ),
    'kms:encryptioncontextkeys': context.map(([name]) => name),
    'kms:requestalias': valuesOf(requestAlias(operation, request)),
    ...tagFacts(request),
  };
}

/** The grant tokens of a request. */
export const grantTokensOf = (input: unknown): readonly string[] =>
  valuesOf(asInput(input)['GrantTokens']);
