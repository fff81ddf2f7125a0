import { constants, createHash, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../kernel/secret.ts';
import { listening, testPorts } from './aws/wire-server.fixture.ts';
import type { CallContext, Cloud, CloudConnection, ConnectionSpec } from './cloud.ts';
import { createCloud } from './create-cloud.ts';
import { samePolicy } from './policy/compare.ts';
import { type PracticeProcess, startPractice } from './practice-process.fixture.ts';
import type { ImportParameters } from './answers.ts';

/** The adapter against a real practice KMS: its own process, real signatures, real unwrapping. */
let kms: PracticeProcess;
let cloud: Cloud;
let connection: CloudConnection;

beforeAll(async () => {
  kms = await startPractice(
    '--wrapping-key-reuse',
    '1000',
    '--account',
    '444455556666:AKIAOTHERACCOUNT0001:other-secret-0123456789',
  );
});
afterAll(() => kms.stop());
beforeEach(async () => {
  await kms.control('POST', '/reset');
  cloud = createCloud(testPorts());
  connection = await cloud.connect(spec());
});
afterEach(() => cloud.close());

const spec = (more: Partial<ConnectionSpec> = {}): ConnectionSpec => ({
  realm: 'practice',
  region: 'eu-west-1',
  endpoint: kms.url,
  credential: kms.credential,
  patience: { tries: 3, within: 60_000 },
  ...more,
});
const newKey = {
  spec: 'SYMMETRIC_DEFAULT' as const,
  usage: 'ENCRYPT_DECRYPT' as const,
  description: 'payments',
  marker: 'kr-1043-4-aa',
  policy: null,
  tags: [{ key: 'team', value: 'pay' }],
};
const wrap = (read: ImportParameters, material: Buffer): Buffer => {
  const key = createPublicKey({ key: Buffer.from(read.spki), format: 'der', type: 'spki' });
  return publicEncrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    material,
  );
};
const parameters = (keyId: string): Promise<ImportParameters> =>
  connection.parametersForImport(keyId, 'RSAES_OAEP_SHA_256', 'RSA_4096');

async function importInto(
  keyId: string,
  material: Buffer,
  validTo: number | null = null,
  context: CallContext = {},
) {
  const read = await parameters(keyId);
  const encryptedKeyMaterial = wrap(read, material);
  const sent = { keyId, token: read.token, encryptedKeyMaterial, validTo };
  return connection.importMaterial(sent, context);
}
async function makeEnabled(material = randomBytes(32)) {
  const { keyId } = await connection.createExternalKey(newKey);
  const { materialId } = await importInto(keyId, material);
  return { keyId, materialId, material };
}
const operations = async (): Promise<string[]> =>
  (await kms.journal()).map((line) => line.operation);

it('knows whose credential it is, by STS', async () => {
  expect(await connection.accountOwner()).toMatchObject({
    account: '123456789012',
    source: 'sts',
    principalArn: expect.stringMatching(/^arn:aws:iam::123456789012:/),
  });
  expect(await connection.checkClock()).toMatchObject({ warn: false });
});

it('makes a key, imports material, and the key works', async () => {
  const made = await connection.createExternalKey(newKey);
  expect(made).toMatchObject({
    state: 'PendingImport',
    origin: 'EXTERNAL',
    tagged: true,
    region: 'eu-west-1',
    account: '123456789012',
    currentMaterialId: null,
  });
  expect(made.description).toBe('payments [kr-1043-4-aa]');
  const read = await parameters(made.keyId);
  expect(read.fingerprint).toBe(createHash('sha256').update(read.spki).digest('hex'));
  expect(read.modulusBits).toBe(4096);
  const imported = await connection.importMaterial({
    keyId: made.keyId,
    token: read.token,
    encryptedKeyMaterial: wrap(read, randomBytes(32)),
    validTo: null,
  });
  const now = await connection.describeKey(made.keyId);
  expect(now).toMatchObject({
    state: 'Enabled',
    currentMaterialId: imported.materialId,
    expires: false,
    validTo: null,
  });
  expect((await connection.tryKey(made.keyId)).materialId).toBe(imported.materialId);
  expect((await connection.listTags(made.keyId)).tags).toContainEqual({
    key: 'team',
    value: 'pay',
  });
  expect((await connection.listGrants(made.keyId)).grants).toEqual([]);
  expect((await connection.listKeyMaterials(made.keyId)).materials).toMatchObject([
    { materialId: imported.materialId, state: 'CURRENT' },
  ]);
  expect(await connection.lastUsage(made.keyId)).toMatchObject({ operation: expect.any(String) });
});

it('takes material away and brings the same back, and only the same', async () => {
  const { keyId, materialId, material } = await makeEnabled();
  await connection.deleteMaterial(keyId);
  expect(await connection.describeKey(keyId)).toMatchObject({
    state: 'PendingImport',
    currentMaterialId: materialId,
  });
  await expect(importInto(keyId, randomBytes(32))).rejects.toMatchObject({
    code: 'IMPORT_WRONG_MATERIAL',
    external: { name: 'IncorrectKeyMaterialException', at: 'ImportKeyMaterial' },
  });
  const validTo = Math.ceil(Date.now() / 1000) * 1000 + 86_400_000;
  expect((await importInto(keyId, material, validTo)).materialId).toBe(materialId);
  expect(await connection.describeKey(keyId)).toMatchObject({
    state: 'Enabled',
    expires: true,
    validTo,
  });
});

it('moves an alias, and says who holds one that is not ours', async () => {
  const first = await makeEnabled();
  const second = await makeEnabled();
  expect(await connection.aliasTarget('payments-prod')).toMatchObject({ keyId: null });
  await connection.createAlias('payments-prod', first.keyId);
  await connection.createAlias('payments-prod', first.keyId);
  await expect(connection.createAlias('payments-prod', second.keyId)).rejects.toMatchObject({
    code: 'ALIAS_HELD_ELSEWHERE',
    details: { holder: first.keyId },
  });
  await connection.updateAlias('payments-prod', second.keyId);
  expect(await connection.aliasTarget('alias/payments-prod')).toMatchObject({
    keyId: second.keyId,
    key: { state: 'Enabled' },
  });
  expect((await connection.listAliases(second.keyId)).aliases).toMatchObject([
    { name: 'alias/payments-prod' },
  ]);
  await expect(connection.updateAlias('never-made', second.keyId)).rejects.toMatchObject({
    code: 'AWS_KEY_GONE',
  });
});

it('puts a policy and reads the same back', async () => {
  const { keyId } = await makeEnabled();
  const statement = {
    Sid: 'A',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:root' },
    Action: ['kms:*'],
    Resource: '*',
  };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await connection.putPolicy(keyId, policy);
  expect(samePolicy((await connection.getPolicy(keyId)).policy, policy)).toBe(true);
  await expect(connection.putPolicy(keyId, '{"Version":"2012-10-17"}')).rejects.toMatchObject({
    code: 'AWS_POLICY_REFUSED',
  });
});

it('disables, enables, schedules and cancels', async () => {
  const { keyId } = await makeEnabled();
  await connection.disableKey(keyId);
  expect((await connection.describeKey(keyId)).state).toBe('Disabled');
  await expect(connection.tryKey(keyId)).rejects.toMatchObject({
    code: 'AWS_KEY_STATE',
    external: { name: 'DisabledException' },
  });
  await connection.enableKey(keyId);
  const { deletionAt } = await connection.scheduleDeletion(keyId, 7);
  expect(deletionAt).toBeGreaterThan(Date.now());
  expect((await connection.scheduleDeletion(keyId, 7)).deletionAt).toBe(deletionAt);
  await connection.cancelDeletion(keyId);
  expect((await connection.describeKey(keyId)).state).toBe('Disabled');
});

describe('faults', () => {
  const mischief = (setting: Record<string, unknown>): Promise<unknown> =>
    kms.control('POST', '/mischief', setting);

  it('a CreateKey whose answer is lost is found by its marker, once', async () => {
    await mischief({ operations: { CreateKey: { loseResponseAfterEffect: 1 } } });
    await expect(connection.createExternalKey(newKey)).rejects.toMatchObject({
      code: 'AWS_ANSWER_LOST',
    });
    const found = await connection.findByMarker({ marker: newKey.marker });
    expect(found.keys).toMatchObject([{ state: 'PendingImport', tagsAgree: true }]);
    expect((await operations()).filter((name) => name === 'CreateKey')).toHaveLength(1);
  });

  it('a CreateKey that was dropped before it took effect leaves nothing to find', async () => {
    await mischief({ operations: { CreateKey: { dropBeforeEffect: 1 } } });
    await expect(connection.createExternalKey(newKey)).rejects.toMatchObject({
      code: 'AWS_ANSWER_LOST',
    });
    expect((await connection.findByMarker({ marker: newKey.marker })).keys).toEqual([]);
  });

  it.each(['CreateKey', 'GetParametersForImport', 'ImportKeyMaterial'])(
    '%s that is throttled is made again',
    async (operation) => {
      await mischief({ operations: { [operation]: { throttle: 1 } } });
      const { keyId } = await makeEnabled();
      expect((await connection.describeKey(keyId)).state).toBe('Enabled');
    },
  );

  it.each(['dropBeforeEffect', 'http500', 'http503'])(
    'an import that meets "%s" is made again with the same material',
    async (kind) => {
      await mischief({ operations: { ImportKeyMaterial: { [kind]: 1 } } });
      const { keyId, materialId } = await makeEnabled();
      expect((await connection.listKeyMaterials(keyId)).materials).toMatchObject([{ materialId }]);
    },
  );

  it('an import whose answer was lost is lost, whatever the same request is told then', async () => {
    const { keyId } = await connection.createExternalKey(newKey);
    const material = randomBytes(32);
    await mischief({ operations: { ImportKeyMaterial: { loseResponseAfterEffect: 1 } } });
    const context = listening();
    await expect(importInto(keyId, material, null, context)).rejects.toMatchObject({
      code: 'AWS_ANSWER_LOST',
      details: { operation: 'ImportKeyMaterial', retry: 'ambiguous', tries: 2 },
    });
    const imports = context.calls.filter(({ call }) => call === 'ImportKeyMaterial');
    expect(imports.map(({ result, changed }) => [result, changed])).toEqual([
      [expect.any(String), 'maybe'],
      ['InvalidImportTokenException', 'no'],
    ]);
    const { currentMaterialId } = await connection.describeKey(keyId);
    expect((await importInto(keyId, material)).materialId).toBe(currentMaterialId);
  });

  it('a token that AWS has no place for is no lost answer', async () => {
    const { keyId } = await connection.createExternalKey(newKey);
    const { keyId: another } = await connection.createExternalKey(newKey);
    const read = await parameters(another);
    const encryptedKeyMaterial = wrap(read, randomBytes(32));
    const astray = { keyId, token: read.token, encryptedKeyMaterial, validTo: null };
    await expect(connection.importMaterial(astray)).rejects.toMatchObject({
      code: 'IMPORT_TOKEN_EXPIRED',
      external: { name: 'InvalidImportTokenException' },
    });
  });

  it('an expired token says so', async () => {
    const { keyId } = await connection.createExternalKey(newKey);
    await mischief({ expireTokens: true });
    await expect(importInto(keyId, randomBytes(32))).rejects.toMatchObject({
      code: 'IMPORT_TOKEN_EXPIRED',
    });
  });

  it('a wrapping key that was exchanged is noticed by AWS at the latest', async () => {
    const { keyId } = await connection.createExternalKey(newKey);
    await mischief({ swapWrappingKey: true });
    await expect(importInto(keyId, randomBytes(32))).rejects.toMatchObject({
      code: 'AWS_REFUSED',
      external: { name: 'InvalidCiphertextException' },
      details: { problem: 'AWS could not open what was wrapped' },
    });
  });

  it('a key that is not seen everywhere yet is waited for', async () => {
    await mischief({ eventualConsistency: { keysSeconds: 60 } });
    const made = connection.createExternalKey(newKey);
    const { keyId } = await made;
    const waiting = connection.describeKey(keyId, {
      progress: () => void kms.control('POST', '/clock', { advanceSeconds: 61 }),
    });
    await expect(waiting).resolves.toMatchObject({ keyId });
  });

  it('a clock that is off is seen', async () => {
    await mischief({ clockSkewSeconds: 900 });
    await connection.callerIdentity();
    await expect(connection.checkClock()).rejects.toMatchObject({ code: 'AWS_CLOCK_SKEW' });
  });

  it('a missing permission is named', async () => {
    const { keyId } = await makeEnabled();
    await kms.control('POST', '/deny', { actions: ['kms:CreateAlias'] });
    await expect(connection.createAlias('a', keyId)).rejects.toMatchObject({
      code: 'AWS_ACCESS_DENIED',
      details: { permission: 'kms:CreateAlias' },
    });
  });

  it('a wrong secret, an unknown key and another account are told apart', async () => {
    const keys = (accessKeyId: string, secret: string): ConnectionSpec['credential'] => ({
      kind: 'keys',
      accessKeyId,
      secretAccessKey: Secret.copyOf(Buffer.from(secret)),
    });
    const owner = async (credential: ConnectionSpec['credential']) =>
      (await cloud.connect(spec({ credential }))).accountOwner();
    await expect(
      owner(keys('AKIAPRACTICEKEYREEVE', 'wrong-secret-0123456789')),
    ).rejects.toMatchObject({ code: 'CREDENTIAL_REJECTED' });
    await expect(
      owner(keys('AKIANOBODYKNOWS00001', 'wrong-secret-0123456789')),
    ).rejects.toMatchObject({ code: 'CREDENTIAL_REJECTED' });
    await expect(
      owner(keys('AKIAOTHERACCOUNT0001', 'other-secret-0123456789')),
    ).resolves.toMatchObject({ account: '444455556666' });
  });
});

it('takes on a role of the same account', async () => {
  if (kms.credential.kind === 'assume-role') throw new Error('not here');
  const other = await cloud.connect(
    spec({
      credential: {
        kind: 'assume-role',
        source: kms.credential,
        roleArn: 'arn:aws:iam::123456789012:role/push',
      },
    }),
  );
  expect(await other.callerIdentity()).toMatchObject({
    account: '123456789012',
    principalArn: expect.stringContaining('assumed-role/push'),
  });
});

it('keeps AWS’s pace: with quotas on, next to nothing is throttled and nothing is left over', async () => {
  await kms.control('POST', '/quotas', { scale: 20 });
  cloud.close();
  cloud = createCloud(testPorts(), { quotaScale: 20, pacePractice: true });
  connection = await cloud.connect(spec({ account: '123456789012' }));
  const deeds = Array.from({ length: 40 }, async (_, at) => {
    const { keyId } = await connection.createExternalKey({ ...newKey, marker: `kr-${at}-1-aa` });
    await importInto(keyId, randomBytes(32));
    await connection.createAlias(`group-${at}`, keyId);
  });
  await Promise.all(deeds);
  const lines = await kms.journal();
  expect(
    lines.filter((line) => line.operation === 'CreateAlias' && line.error === null),
  ).toHaveLength(40);
  expect(lines.filter((line) => line.operation === 'CreateKey')).toHaveLength(40);
  expect(lines.filter((line) => line.error === 'ThrottlingException').length).toBeLessThanOrEqual(
    2,
  );
});
