import * as sdk from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';
import { KmsFailure } from '../wire/failures.ts';
import { actionsByName } from './actions.ts';

type Kind = 'text' | 'bytes' | 'list' | 'number';
type Limit = readonly [kind: Kind, least: number, most: number];

/** What the API model allows, by member: one of the same name has the same limits in every operation. */
const limits: Readonly<Record<string, Limit>> = {
  AliasName: ['text', 1, 256],
  CiphertextBlob: ['bytes', 1, 6144],
  CloudHsmClusterId: ['text', 19, 24],
  CustomKeyStoreId: ['text', 1, 64],
  CustomKeyStoreName: ['text', 1, 256],
  Description: ['text', 0, 8192],
  DestinationKeyId: ['text', 1, 2048],
  EncryptedKeyMaterial: ['bytes', 1, 6144],
  GrantId: ['text', 1, 128],
  GrantToken: ['text', 1, 8192],
  GrantTokens: ['list', 0, 10],
  GranteePrincipal: ['text', 1, 256],
  GranteeServicePrincipal: ['text', 1, 256],
  ImportToken: ['bytes', 1, 6144],
  KeyId: ['text', 1, 2048],
  KeyMaterialDescription: ['text', 0, 256],
  KeyMaterialId: ['text', 64, 64],
  KeyStorePassword: ['text', 7, 32],
  Limit: ['number', 1, 1000],
  Mac: ['bytes', 1, 6144],
  Marker: ['text', 1, 1024],
  Message: ['bytes', 1, 4096],
  Name: ['text', 1, 256],
  NewCustomKeyStoreName: ['text', 1, 256],
  NumberOfBytes: ['number', 1, 1024],
  PendingWindowInDays: ['number', 1, 365],
  Plaintext: ['bytes', 1, 4096],
  Policy: ['text', 1, 131_072],
  PolicyName: ['text', 1, 128],
  PrimaryRegion: ['text', 1, 32],
  PublicKey: ['bytes', 1, 8192],
  ReplicaRegion: ['text', 1, 32],
  RetiringPrincipal: ['text', 1, 256],
  RetiringServicePrincipal: ['text', 1, 256],
  RotationPeriodInDays: ['number', 90, 2560],
  SharedSecretCiphertextBlob: ['bytes', 1, 6144],
  Signature: ['bytes', 1, 6144],
  SourceKeyId: ['text', 1, 2048],
  TargetKeyId: ['text', 1, 2048],
  TrustAnchorCertificate: ['text', 1, 5000],
  XksKeyId: ['text', 1, 128],
  XksProxyUriEndpoint: ['text', 10, 128],
  XksProxyUriPath: ['text', 10, 128],
  XksProxyVpcEndpointServiceName: ['text', 20, 64],
  XksProxyVpcEndpointServiceOwner: ['text', 12, 12],
};

/** Values of a list to choose from, and what has no length of its own. */
const unlimited =
  /^(.*Algorithm|.*Context|.*Spec|.*Model|.*Type|BypassPolicyLockoutSafetyCheck|Constraints|DryRun(Modifiers)?|IncludeKeyMaterial|KeyUsage|MultiRegion|Operations|Origin|Recipient|TagKeys|Tags|ValidTo|XksProxy(AuthenticationCredential|Connectivity))$/;

interface OperationSchema {
  /** Number, namespace, name, traits, input: that of a structure, which names its members fifth. */
  readonly 4: OperationSchema | (() => OperationSchema) | readonly string[];
}
type Command = new (input: object) => { readonly schema?: OperationSchema };

function membersOf(operation: string): readonly string[] {
  const made = (sdk as unknown as Record<string, Command>)[`${operation}Command`];
  const input = made && new made({}).schema?.[4];
  const shape = typeof input === 'function' ? input() : input;
  return ((shape as OperationSchema | undefined)?.[4] as readonly string[] | undefined) ?? [];
}

const value: Readonly<Record<Kind, (size: number) => unknown>> = {
  text: (size) => 'a'.repeat(size),
  bytes: (size) => Buffer.alloc(size).toString('base64'),
  list: (size) => Array.from({ length: size }, () => 'a'),
  number: (size) => size,
};

function problems(operation: string, body: object): string {
  try {
    actionsByName.get(operation)?.begin(body);
    return '';
  } catch (error) {
    if (error instanceof KmsFailure && error.code === 'ValidationException')
      return error.text ?? '';
    throw error;
  }
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function checkLimit(
  operation: string,
  path: string,
  body: (of: unknown) => object,
  [kind, least, most]: Limit,
): void {
  const told = (size: number) => problems(operation, body(value[kind](size)));
  const must = `at '${path}' failed to satisfy constraint: Member must have ${kind === 'number' ? 'value' : 'length'}`;
  expect(told(most)).not.toContain(must);
  expect(told(least)).not.toContain(must);
  expect(told(most + 1)).toContain(`${must} less than or equal to ${most}`);
  if (least === 0) return;
  expect(told(least - 1)).toContain(`${must} greater than or equal to ${least}`);
}

describe.each([...actionsByName.keys()])('%s', (operation) => {
  const members = membersOf(operation);
  test('has no member of which nobody said what it may be', () => {
    if (!/^(List(Aliases|Keys)|GenerateRandom|CreateKey|DescribeCustomKeyStores)$/.test(operation))
      expect(members).not.toEqual([]);
    expect(members.filter((name) => !(name in limits) && !unlimited.test(name))).toEqual([]);
  });

  test.each(members.filter((name) => name in limits))('keeps %s to its limits', (name) => {
    const limit = limits[name];
    if (limit === undefined) throw new Error('no limit');
    checkLimit(operation, lowerFirst(name), (of) => ({ [name]: of }), limit);
  });
});

test.each<readonly [string, string, (of: unknown) => object, Limit]>([
  ['Encrypt', 'grantTokens.1.member', (of) => ({ GrantTokens: [of] }), ['text', 1, 8192]],
  ['UntagResource', 'tagKeys.1.member', (of) => ({ TagKeys: [of] }), ['text', 1, 128]],
  ...['CreateKey', 'ReplicateKey', 'TagResource'].flatMap((operation) => [
    [
      operation,
      'tags.1.member.tagKey',
      (of: unknown) => ({ Tags: [{ TagKey: of, TagValue: '' }] }),
      ['text', 1, 128],
    ] as const,
    [
      operation,
      'tags.1.member.tagValue',
      (of: unknown) => ({ Tags: [{ TagKey: 'a', TagValue: of }] }),
      ['text', 0, 256],
    ] as const,
  ]),
  [
    'CreateGrant',
    'constraints.sourceArn',
    (of) => ({ Constraints: { SourceArn: of } }),
    ['text', 20, 512],
  ],
  ...['CreateCustomKeyStore', 'UpdateCustomKeyStore'].flatMap((operation) => [
    [
      operation,
      'xksProxyAuthenticationCredential.accessKeyId',
      (of: unknown) => ({ XksProxyAuthenticationCredential: { AccessKeyId: of } }),
      ['text', 20, 30],
    ] as const,
    [
      operation,
      'xksProxyAuthenticationCredential.rawSecretAccessKey',
      (of: unknown) => ({ XksProxyAuthenticationCredential: { RawSecretAccessKey: of } }),
      ['text', 43, 64],
    ] as const,
  ]),
  ...['Decrypt', 'GenerateRandom'].map(
    (operation) =>
      [
        operation,
        'recipient.attestationDocument',
        (of: unknown) => ({ Recipient: { AttestationDocument: of } }),
        ['bytes', 1, 262_144],
      ] as const,
  ),
])('%s keeps %s to its limits', (operation, path, body, limit) => {
  checkLimit(operation, path, body, limit);
});
