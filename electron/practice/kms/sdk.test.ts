import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  KMSClient,
  NotFoundException,
  paginateListAliases,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { practiceAccessKeyId, practiceSecretAccessKey } from './constants.ts';
import { type PracticeKms, startPracticeKms } from './start.ts';
import { control } from './testing/raw-client.fixture.ts';

/** The real client, so that the wire is judged by code that knows AWS and not us. */
let server: PracticeKms;
let kms: KMSClient;
beforeAll(async () => {
  server = await startPracticeKms({ wrappingKeyReuse: 100 });
  kms = new KMSClient({
    endpoint: server.url,
    region: 'eu-north-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: practiceAccessKeyId,
      secretAccessKey: practiceSecretAccessKey,
    },
  });
});
afterAll(async () => {
  kms.destroy();
  await server.close();
});

async function importInto(KeyId: string, material: Buffer, ValidTo?: Date) {
  const given = await kms.send(
    new GetParametersForImportCommand({
      KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_4096',
    }),
  );
  const key = createPublicKey({
    key: Buffer.from(given.PublicKey ?? []),
    format: 'der',
    type: 'spki',
  });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return kms.send(
    new ImportKeyMaterialCommand({
      KeyId,
      ImportToken: given.ImportToken,
      EncryptedKeyMaterial: publicEncrypt({ key, padding, oaepHash: 'sha256' }, material),
      ...(ValidTo === undefined
        ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
        : { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo }),
    }),
  );
}

const newKey = async () => {
  const made = await kms.send(
    new CreateKeyCommand({ Origin: 'EXTERNAL', Description: 'rotation' }),
  );
  return made.KeyMetadata?.KeyId ?? '';
};

test('a rotation and a synchronize, as the console does them', async () => {
  const [first, second] = [await newKey(), await newKey()];
  const material = randomBytes(32);
  const imported = await importInto(first, material);
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/group', TargetKeyId: first }));
  const sealed = await kms.send(
    new EncryptCommand({ KeyId: 'alias/group', Plaintext: Buffer.from('x') }),
  );
  await importInto(second, randomBytes(32));
  await kms.send(new UpdateAliasCommand({ AliasName: 'alias/group', TargetKeyId: second }));
  const now = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/group' }));
  expect(now.KeyMetadata).toMatchObject({ KeyId: second, KeyState: 'Enabled' });
  expect(now.KeyMetadata?.CreationDate).toBeInstanceOf(Date);
  const deleted = await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId: first }));
  expect(deleted.KeyMaterialId).toBe(imported.KeyMaterialId);
  const again = await importInto(first, material);
  expect(again.KeyMaterialId).toBe(imported.KeyMaterialId);
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob }));
  expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('x');
});

test('dates and failures arrive as the SDK types them', async () => {
  const keyId = await newKey();
  const { now } = await control<{ now: string }>(server.controlUrl, 'GET /clock');
  const validTo = new Date(Math.floor(Date.parse(now) / 1000) * 1000 + 3600_000);
  await importInto(keyId, randomBytes(32), validTo);
  const described = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
  expect(described.KeyMetadata?.ValidTo).toEqual(validTo);
  const missing = kms.send(new DescribeKeyCommand({ KeyId: 'alias/missing' }));
  const failure = await missing.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(NotFoundException);
  expect(failure).toMatchObject({
    message: 'Alias arn:aws:kms:eu-north-1:123456789012:alias/missing is not found.',
    $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  });
});

test('the paginator ends', async () => {
  const keyId = await newKey();
  for (const suffix of ['p1', 'p2', 'p3']) {
    await kms.send(new CreateAliasCommand({ AliasName: `alias/${suffix}`, TargetKeyId: keyId }));
  }
  const names: string[] = [];
  for await (const page of paginateListAliases({ client: kms, pageSize: 2 }, { KeyId: keyId })) {
    names.push(...(page.Aliases ?? []).map((alias) => alias.AliasName ?? ''));
  }
  expect(names).toEqual(['alias/p1', 'alias/p2', 'alias/p3']);
});

test('a lost response is an error to the client and a deed to the service', async () => {
  await control(server.controlUrl, 'POST /mischief', {
    operations: { CreateKey: { loseResponseAfterEffect: 1 } },
  });
  await expect(newKey()).rejects.toThrow();
  const [last] = (
    await control<{ operation: string; mischief: string }[]>(server.controlUrl, 'GET /journal')
  ).slice(-1);
  expect(last).toMatchObject({ operation: 'CreateKey', mischief: 'response lost' });
});
