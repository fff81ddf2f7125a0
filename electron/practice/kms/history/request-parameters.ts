import { longDate, lowerCamelMember, lowerFirst } from './lower-camel.ts';

type Members = Readonly<Record<string, unknown>>;

const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** What is left out of a record: data, its protection, and what gives access. */
const leftOut = new Set([
  'Plaintext',
  'CiphertextBlob',
  'Ciphertext',
  'Message',
  'Signature',
  'Mac',
  'PublicKey',
  'ImportToken',
  'EncryptedKeyMaterial',
  'GrantToken',
  'GrantTokens',
  'Recipient',
]);

/** What is shown to have been there, and nothing more. */
const concealed = new Set(['KeyStorePassword', 'XksProxyAuthenticationCredential']);

const symmetric = 'SYMMETRIC_DEFAULT';

/** Members that CloudTrail shows though the request had none of them. */
const defaults: Readonly<Record<string, Members>> = {
  CreateKey: {
    Description: '',
    Origin: 'AWS_KMS',
    MultiRegion: false,
    BypassPolicyLockoutSafetyCheck: false,
    KeySpec: symmetric,
    KeyUsage: 'ENCRYPT_DECRYPT',
  },
  ReplicateKey: { Description: '', BypassPolicyLockoutSafetyCheck: false },
  PutKeyPolicy: { PolicyName: 'default', BypassPolicyLockoutSafetyCheck: false },
  GetKeyPolicy: { PolicyName: 'default' },
  Encrypt: { EncryptionAlgorithm: symmetric },
  Decrypt: { EncryptionAlgorithm: symmetric },
  ReEncrypt: { SourceEncryptionAlgorithm: symmetric, DestinationEncryptionAlgorithm: symmetric },
  Sign: { MessageType: 'RAW' },
  Verify: { MessageType: 'RAW' },
  ScheduleKeyDeletion: { PendingWindowInDays: 30 },
};

/** CreateKey is known under an old name, too; CloudTrail writes both. */
function withOldName(operation: string, members: Members): Members {
  if (operation !== 'CreateKey') return members;
  const spec = members['CustomerMasterKeySpec'] ?? members['KeySpec'];
  return { ...members, CustomerMasterKeySpec: spec, KeySpec: spec };
}

function shown(name: string, value: unknown): unknown {
  if (concealed.has(name)) return hidden;
  if (name === 'ValidTo' && typeof value === 'number') return longDate(value);
  return lowerCamelMember(name, value);
}

const isStructure = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * requestParameters of a record from what the journal kept of a request. `keyArn` is the key that a
 * ciphertext named by itself.
 */
export function requestParameters(
  operation: string,
  parameters: unknown,
  keyArn: string | undefined,
): Members | null {
  if (!isStructure(parameters)) return null;
  const members = withOldName(operation, { ...defaults[operation], ...parameters });
  const entries = Object.entries(members)
    .filter(([name]) => !leftOut.has(name))
    .map(([name, value]) => [lowerFirst(name), shown(name, value)] as const);
  const named = Object.fromEntries(entries);
  if (operation === 'Decrypt' && named['keyId'] === undefined && keyArn !== undefined) {
    return { ...named, keyId: keyArn };
  }
  const nothing = Object.keys(named).length === 0 || operation === 'GenerateRandom';
  return nothing ? null : named;
}
