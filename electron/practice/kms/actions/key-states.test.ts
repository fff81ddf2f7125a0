import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  externalOnly,
  keyStates,
  type KeyState,
  stateTable,
  type StatefulOperation,
} from '../model/key-states.ts';
import { makeMaterial } from '../material/key-pairs.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import {
  type Kind,
  kinds,
  madeWith,
  requestOf,
  type Subject,
  symmetric,
} from '../testing/state-requests.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 100_000 });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

async function materialFor(keyId: string, kind: Kind) {
  if (kind.Origin === 'AWS_KMS')
    return { material: Buffer.alloc(0), parameters: { ImportToken: '', PublicKey: '' } };
  const material = await makeMaterial(kind.KeySpec);
  await client.importMaterial(keyId, material);
  // a pair of its own for the next import, fetched while the key still gives one
  return { material, parameters: await client.parameters(keyId) };
}

/** A key in the wanted state that has lived: material, something made with it, a grant, an alias. */
async function subjectIn(state: KeyState, kind: Kind = symmetric): Promise<Subject> {
  const keyId = await client.createKey({ ...kind });
  const { material, parameters } = await materialFor(keyId, kind);
  const CiphertextBlob = await madeWith(client, keyId, kind);
  const { GrantId } = await client.must('CreateGrant', {
    KeyId: keyId,
    GranteePrincipal: 'arn:aws:iam::123456789012:role/app',
    Operations: ['DescribeKey'],
  });
  await client.must('CreateAlias', { AliasName: `alias/of-${keyId}`, TargetKeyId: keyId });
  if (kind.MultiRegion === true)
    await client.must('ReplicateKey', { KeyId: keyId, ReplicaRegion: 'eu-west-3' });
  const moves: Partial<Record<KeyState, string>> = {
    Disabled: 'DisableKey',
    PendingDeletion: 'ScheduleKeyDeletion',
    PendingImport: 'DeleteImportedKeyMaterial',
  };
  const move = moves[state];
  if (move !== undefined) await client.must(move, { KeyId: keyId });
  const { Arn, KeyState: reached } = await client.metadata(keyId);
  expect(reached).toBe(
    kind.MultiRegion === true && state === 'PendingDeletion' ? 'PendingReplicaDeletion' : state,
  );
  return {
    keyId,
    arn: Arn as string,
    material,
    parameters,
    ciphertext: CiphertextBlob,
    grantId: GrantId,
  };
}

const texts = {
  prd: 'is pending replica deletion.',
  pd: 'is pending deletion.',
  pi: 'is pending import.',
  npd: 'is not pending deletion.',
};

/** Written down from AWS's table a second time: Enabled, Disabled, PendingDeletion, PendingImport. */
const expected: Record<StatefulOperation, string> = {
  Encrypt: 'ok dis pd pi',
  Decrypt: 'ok dis pd pi',
  GenerateDataKey: 'ok dis pd pi',
  GenerateDataKeyWithoutPlaintext: 'ok dis pd pi',
  GenerateDataKeyPair: 'ok dis pd pi',
  GenerateDataKeyPairWithoutPlaintext: 'ok dis pd pi',
  ReEncrypt: 'ok dis pd pi',
  Sign: 'ok dis pd pi',
  Verify: 'ok dis pd pi',
  GetPublicKey: 'ok dis pd pi',
  GenerateMac: 'ok dis pd pi',
  VerifyMac: 'ok dis pd pi',
  DeriveSharedSecret: 'ok dis pd pi',
  // keys that cannot be imported never wait for an import
  Encapsulate: 'ok dis pd',
  Decapsulate: 'ok dis pd',
  ReplicateKey: 'ok dis prd',
  UpdatePrimaryRegion: 'ok dis prd',
  RotateKeyOnDemand: 'ok dis pd',
  EnableKeyRotation: 'ok dis pd',
  DisableKeyRotation: 'ok dis pd',
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

const states: readonly KeyState[] = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport'];
const cells = Object.entries(expected).flatMap(([operation, row]) =>
  row
    .split(' ')
    .map(
      (cell, index) => [operation as StatefulOperation, states[index] ?? 'Enabled', cell] as const,
    ),
);

test('the table has every operation and state', () => {
  expect(Object.keys(expected).toSorted()).toEqual(Object.keys(stateTable).toSorted());
  // The others come with replicas and key stores: passing-states.test.ts.
  expect(keyStates).toEqual(expect.arrayContaining([...states]));
});

describe('every operation in every state', () => {
  test.each(cells)('%s on a key that is %s', async (operation, state, cell) => {
    const subject = await subjectIn(state, kinds[operation] ?? symmetric);
    const reply = await client.call(operation, await requestOf(client, operation, subject));
    if (cell === 'ok') {
      expect([reply.status, reply.message]).toEqual([200, undefined]);
    } else if (cell === 'dis') {
      expect([reply.type, reply.message]).toEqual([
        'DisabledException',
        `${subject.arn} is disabled.`,
      ]);
    } else {
      const text = `${subject.arn} ${texts[cell as keyof typeof texts]}`;
      expect([reply.type, reply.message]).toEqual(['KMSInvalidStateException', text]);
    }
    if (cell === 'prd') return;
    if (cell !== 'ok') expect((await client.metadata(subject.keyId))['KeyState']).toBe(state);
  });
});

describe('what only imported keys can do', () => {
  test.each([...externalOnly])('%s names the origin', async (operation) => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    const { Arn: arn } = await client.metadata(keyId);
    const other = await subjectIn('Enabled');
    const reply = await client.call(
      operation,
      await requestOf(client, operation, { ...other, keyId }),
    );
    expect([reply.type, reply.message]).toEqual([
      'UnsupportedOperationException',
      `${arn as string} origin is AWS_KMS which is not valid for this operation.`,
    ]);
  });
});

describe('what imported keys cannot do, whatever their state', () => {
  const rotating = ['EnableKeyRotation', 'DisableKeyRotation'] as const;
  const refused = states.flatMap((state) =>
    rotating.map((operation) => [operation, state] as const),
  );
  test.each(refused)('%s on a key that is %s names the origin', async (operation, state) => {
    const { keyId, arn } = await subjectIn(state);
    const reply = await client.call(operation, { KeyId: keyId });
    expect([reply.type, reply.message]).toEqual([
      'UnsupportedOperationException',
      `${arn} origin is EXTERNAL which is not valid for this operation.`,
    ]);
  });
  test('and RotateKeyOnDemand waits for its material, like every use of it', async () => {
    const { keyId, arn } = await subjectIn('PendingImport');
    const reply = await client.call('RotateKeyOnDemand', { KeyId: keyId });
    expect([reply.type, reply.message]).toEqual([
      'KMSInvalidStateException',
      `${arn} is pending import.`,
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
    await client.must(operation, await requestOf(client, operation, subject));
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
