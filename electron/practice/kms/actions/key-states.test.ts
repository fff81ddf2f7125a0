import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  EXTERNAL_ONLY,
  KEY_STATES,
  type KeyState,
  STATE_TABLE,
  type StatefulOperation,
} from '../model/key-states.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient, type ImportParameters, wrapFor } from '../testing/byok.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 100_000 });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

interface Subject {
  readonly keyId: string;
  readonly arn: string;
  readonly material: Buffer;
  readonly parameters: ImportParameters;
  /** Made under this key while it was usable. */
  readonly ciphertext: unknown;
  readonly grantId: unknown;
}

/** A key in the wanted state that has lived: material, a ciphertext, a grant, an alias. */
async function subjectIn(state: KeyState): Promise<Subject> {
  const keyId = await client.createKey();
  const material = randomBytes(32);
  const parameters = await client.parameters(keyId);
  await client.importMaterial(keyId, material);
  const { CiphertextBlob } = await client.must('Encrypt', { KeyId: keyId, Plaintext: 'AQI=' });
  const { GrantId } = await client.must('CreateGrant', {
    KeyId: keyId,
    GranteePrincipal: 'arn:aws:iam::123456789012:role/app',
    Operations: ['Encrypt'],
  });
  await client.must('CreateAlias', { AliasName: `alias/of-${keyId}`, TargetKeyId: keyId });
  const moves: Partial<Record<KeyState, string>> = {
    Disabled: 'DisableKey',
    PendingDeletion: 'ScheduleKeyDeletion',
    PendingImport: 'DeleteImportedKeyMaterial',
  };
  const move = moves[state];
  if (move !== undefined) await client.must(move, { KeyId: keyId });
  const { Arn, KeyState: reached } = await client.metadata(keyId);
  expect(reached).toBe(state);
  return {
    keyId,
    arn: Arn as string,
    material,
    parameters,
    ciphertext: CiphertextBlob,
    grantId: GrantId,
  };
}

/** What each operation needs beside the key id; operations left out need nothing more. */
const REQUESTS: Partial<Record<StatefulOperation, (subject: Subject) => unknown>> = {
  Encrypt: ({ keyId }) => ({ KeyId: keyId, Plaintext: 'AQI=' }),
  Decrypt: ({ keyId, ciphertext }) => ({ KeyId: keyId, CiphertextBlob: ciphertext }),
  GenerateDataKey: ({ keyId }) => ({ KeyId: keyId, KeySpec: 'AES_256' }),
  CreateGrant: ({ keyId }) => ({
    KeyId: keyId,
    GranteePrincipal: 'arn:aws:iam::123456789012:role/b',
    Operations: ['Decrypt'],
  }),
  RevokeGrant: ({ keyId, grantId }) => ({ KeyId: keyId, GrantId: grantId }),
  PutKeyPolicy: async ({ keyId }) => {
    const { Policy } = await client.must('GetKeyPolicy', { KeyId: keyId });
    return { KeyId: keyId, Policy };
  },
  DeleteAlias: ({ keyId }) => ({ AliasName: `alias/of-${keyId}` }),
  CreateAlias: ({ keyId }) => ({ AliasName: freshAlias(), TargetKeyId: keyId }),
  UpdateAlias: async ({ keyId }) => {
    const AliasName = freshAlias();
    await client.must('CreateAlias', { AliasName, TargetKeyId: await client.createKey() });
    return { AliasName, TargetKeyId: keyId };
  },
  TagResource: ({ keyId }) => ({ KeyId: keyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
  UntagResource: ({ keyId }) => ({ KeyId: keyId, TagKeys: ['a'] }),
  UpdateKeyDescription: ({ keyId }) => ({ KeyId: keyId, Description: 'changed' }),
  GetParametersForImport: ({ keyId }) => ({
    KeyId: keyId,
    WrappingAlgorithm: 'RSAES_OAEP_SHA_1',
    WrappingKeySpec: 'RSA_2048',
  }),
  ImportKeyMaterial: ({ keyId, parameters, material }) => ({
    KeyId: keyId,
    ImportToken: parameters.ImportToken,
    EncryptedKeyMaterial: wrapFor(parameters.PublicKey, material, 'sha256'),
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  }),
};

const freshAlias = () => `alias/${randomBytes(6).toString('hex')}`;

async function requestOf(operation: StatefulOperation, subject: Subject): Promise<unknown> {
  return (await REQUESTS[operation]?.(subject)) ?? { KeyId: subject.keyId };
}

const TEXTS = {
  pd: 'is pending deletion.',
  pi: 'is pending import.',
  npd: 'is not pending deletion.',
};

/** Written down from AWS's table a second time: Enabled, Disabled, PendingDeletion, PendingImport. */
const EXPECTED: Record<StatefulOperation, string> = {
  Encrypt: 'ok dis pd pi',
  Decrypt: 'ok dis pd pi',
  GenerateDataKey: 'ok dis pd pi',
  CreateGrant: 'ok dis pd pi',
  DescribeKey: 'ok ok ok ok',
  GetKeyPolicy: 'ok ok ok ok',
  PutKeyPolicy: 'ok ok ok ok',
  ListAliases: 'ok ok ok ok',
  ListGrants: 'ok ok ok ok',
  ListKeyPolicies: 'ok ok ok ok',
  ListResourceTags: 'ok ok ok ok',
  RevokeGrant: 'ok ok ok ok',
  DeleteAlias: 'ok ok ok ok',
  GetKeyRotationStatus: 'ok ok ok ok',
  ListKeyRotations: 'ok ok ok ok',
  GetKeyLastUsage: 'ok ok ok ok',
  CreateAlias: 'ok ok pd ok',
  UpdateAlias: 'ok ok pd ok',
  TagResource: 'ok ok pd ok',
  UntagResource: 'ok ok pd ok',
  UpdateKeyDescription: 'ok ok pd ok',
  EnableKey: 'ok ok pd pi',
  DisableKey: 'ok ok pd pi',
  ScheduleKeyDeletion: 'ok ok pd ok',
  CancelKeyDeletion: 'npd npd ok npd',
  GetParametersForImport: 'ok ok pd ok',
  ImportKeyMaterial: 'ok ok pd ok',
  DeleteImportedKeyMaterial: 'ok ok ok ok',
};

const STATES: readonly KeyState[] = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport'];
const cells = Object.entries(EXPECTED).flatMap(([operation, row]) =>
  row
    .split(' ')
    .map(
      (cell, index) => [operation as StatefulOperation, STATES[index] ?? 'Enabled', cell] as const,
    ),
);

test('the table has every operation and state', () => {
  expect(Object.keys(EXPECTED).toSorted()).toEqual(Object.keys(STATE_TABLE).toSorted());
  expect([...KEY_STATES].toSorted()).toEqual([...STATES].toSorted());
});

describe('every operation in every state', () => {
  test.each(cells)('%s on a key that is %s', async (operation, state, cell) => {
    const subject = await subjectIn(state);
    const reply = await client.call(operation, await requestOf(operation, subject));
    if (cell === 'ok') {
      expect([reply.status, reply.message]).toEqual([200, undefined]);
    } else if (cell === 'dis') {
      expect([reply.type, reply.message]).toEqual([
        'DisabledException',
        `${subject.arn} is disabled.`,
      ]);
    } else {
      const text = `${subject.arn} ${TEXTS[cell as keyof typeof TEXTS]}`;
      expect([reply.type, reply.message]).toEqual(['KMSInvalidStateException', text]);
    }
    if (cell !== 'ok') expect((await client.metadata(subject.keyId))['KeyState']).toBe(state);
  });
});

describe('what only imported keys can do', () => {
  test.each([...EXTERNAL_ONLY])('%s names the origin', async (operation) => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    const { Arn: arn } = await client.metadata(keyId);
    const other = await subjectIn('Enabled');
    const reply = await client.call(operation, await requestOf(operation, { ...other, keyId }));
    expect([reply.type, reply.message]).toEqual([
      'UnsupportedOperationException',
      `${arn as string} origin is AWS_KMS which is not valid for this operation.`,
    ]);
  });
});

test('where the moves lead', async () => {
  const ends: Record<string, unknown> = {};
  for (const [name, state, operation] of [
    ['enable', 'Disabled', 'EnableKey'],
    ['disable', 'Enabled', 'DisableKey'],
    ['schedule', 'PendingImport', 'ScheduleKeyDeletion'],
    ['cancel', 'PendingDeletion', 'CancelKeyDeletion'],
    ['delete material', 'Disabled', 'DeleteImportedKeyMaterial'],
    ['delete material while leaving', 'PendingDeletion', 'DeleteImportedKeyMaterial'],
    ['import while disabled', 'Disabled', 'ImportKeyMaterial'],
    ['import', 'PendingImport', 'ImportKeyMaterial'],
  ] as const) {
    const subject = await subjectIn(state);
    await client.must(operation, await requestOf(operation, subject));
    ends[name] = (await client.metadata(subject.keyId))['KeyState'];
  }
  expect(ends).toEqual({
    enable: 'Enabled',
    disable: 'Disabled',
    schedule: 'PendingDeletion',
    cancel: 'Disabled',
    'delete material': 'PendingImport',
    'delete material while leaving': 'PendingDeletion',
    'import while disabled': 'Disabled',
    import: 'Enabled',
  });
});

test('cancelling the deletion of a key without its material leads to PendingImport', async () => {
  const { keyId } = await subjectIn('PendingImport');
  await client.must('ScheduleKeyDeletion', { KeyId: keyId });
  await client.must('CancelKeyDeletion', { KeyId: keyId });
  expect((await client.metadata(keyId))['KeyState']).toBe('PendingImport');
});
