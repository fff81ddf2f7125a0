import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 1000 });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

const Plaintext = Buffer.from('forty-two').toString('base64');
const ready = () => client.createKey({ Origin: 'AWS_KMS' });

async function encrypted(KeyId: string, EncryptionContext?: Record<string, string>) {
  return (
    await client.must('Encrypt', {
      KeyId,
      Plaintext,
      ...(EncryptionContext && { EncryptionContext }),
    })
  )['CiphertextBlob'] as string;
}

describe('Encrypt and Decrypt', () => {
  test('reply what AWS replies', async () => {
    const keyId = await ready();
    const { Arn: arn, CurrentKeyMaterialId: material } = await client.metadata(keyId);
    const sealed = await client.must('Encrypt', { KeyId: keyId, Plaintext });
    expect(sealed).toEqual({
      CiphertextBlob: sealed['CiphertextBlob'],
      KeyId: arn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    });
    for (const more of [{}, { KeyId: keyId }]) {
      const opened = await client.must('Decrypt', {
        CiphertextBlob: sealed['CiphertextBlob'],
        ...more,
      });
      expect(opened).toEqual({
        Plaintext,
        KeyId: arn,
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        KeyMaterialId: material,
      });
    }
  });

  test('imported material really is the key: gone, back, other', async () => {
    const keyId = await client.createKey();
    const material = randomBytes(32);
    await client.importMaterial(keyId, material);
    const CiphertextBlob = await encrypted(keyId);
    await client.must('DeleteImportedKeyMaterial', { KeyId: keyId });
    expect((await client.call('Decrypt', { CiphertextBlob })).type).toBe(
      'KMSInvalidStateException',
    );
    await client.importMaterial(keyId, material);
    expect((await client.must('Decrypt', { CiphertextBlob }))['Plaintext']).toBe(Plaintext);
    const twin = await client.createKey();
    await client.importMaterial(twin, material);
    const crossed = await client.call('Decrypt', { CiphertextBlob, KeyId: twin });
    expect(crossed.type).toBe('IncorrectKeyException');
  });

  test('the encryption context must come back, in any order', async () => {
    const CiphertextBlob = await encrypted(await ready(), { a: '1', b: '2' });
    const open = (EncryptionContext?: object) =>
      client.call('Decrypt', { CiphertextBlob, EncryptionContext: EncryptionContext ?? null });
    expect((await open({ b: '2', a: '1' })).status).toBe(200);
    for (const wrong of [undefined, { a: '1' }, { a: '1', b: '3' }, { a: '1', b: '2', c: '' }]) {
      expect((await open(wrong)).json).toEqual({ __type: 'InvalidCiphertextException' });
    }
  });

  test('altered ciphertexts are refused without a reason', async () => {
    const keyId = await ready();
    const bytes = Buffer.from(await encrypted(keyId), 'base64');
    const changed = Buffer.from(bytes);
    changed[bytes.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    for (const wrong of [
      changed,
      bytes.subarray(0, -1),
      Buffer.concat([bytes, Buffer.of(0)]),
      randomBytes(200),
      Buffer.of(1),
    ]) {
      const CiphertextBlob = wrong.toString('base64');
      expect((await client.call('Decrypt', { CiphertextBlob })).json).toEqual({
        __type: 'InvalidCiphertextException',
      });
      expect((await client.call('Decrypt', { CiphertextBlob, KeyId: keyId })).type).toBe(
        'InvalidCiphertextException',
      );
    }
  });

  test('another key, another region, a deleted key', async () => {
    const keyId = await ready();
    const CiphertextBlob = await encrypted(keyId);
    const wrongKey = await client.call('Decrypt', { CiphertextBlob, KeyId: await ready() });
    expect([wrongKey.type, wrongKey.message]).toEqual([
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    ]);
    const hmac = await client.createKey({
      Origin: 'AWS_KMS',
      KeySpec: 'HMAC_256',
      KeyUsage: 'GENERATE_VERIFY_MAC',
    });
    expect((await client.call('Decrypt', { CiphertextBlob, KeyId: hmac })).type).toBe(
      'IncorrectKeyException',
    );
    const elsewhere = await client.call('Decrypt', { CiphertextBlob }, { region: 'us-east-1' });
    expect(elsewhere.type).toBe('InvalidCiphertextException');
  });

  test.each([
    [
      '4097 bytes',
      { Plaintext: randomBytes(4097).toString('base64') },
      'ValidationException',
      "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
    ],
    [
      'nothing',
      { Plaintext: '' },
      'ValidationException',
      "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'another algorithm',
      { Plaintext, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' },
      'InvalidKeyUsageException',
      'Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.',
    ],
    [
      'a dry run',
      { Plaintext, DryRun: true },
      'DryRunOperationException',
      'The request would have succeeded, but the DryRun option is set.',
    ],
  ])('%s', async (_name, body, type, text) => {
    const reply = await client.call('Encrypt', { KeyId: await ready(), ...body });
    expect([reply.type, reply.message]).toEqual([type, text]);
  });

  test('4096 bytes fit', async () => {
    const body = { KeyId: await ready(), Plaintext: randomBytes(4096).toString('base64') };
    const { CiphertextBlob } = await client.must('Encrypt', body);
    expect((await client.must('Decrypt', { CiphertextBlob }))['Plaintext']).toBe(body.Plaintext);
  });

  test('a key for something else says so', async () => {
    const keyId = await client.createKey({
      Origin: 'AWS_KMS',
      KeySpec: 'HMAC_256',
      KeyUsage: 'GENERATE_VERIFY_MAC',
    });
    const { Arn: arn } = await client.metadata(keyId);
    for (const [operation, more] of [
      ['Encrypt', { Plaintext }],
      ['GenerateDataKey', { KeySpec: 'AES_256' }],
    ] as const) {
      const reply = await client.call(operation, { KeyId: keyId, ...more });
      expect([reply.type, reply.message]).toEqual([
        'InvalidKeyUsageException',
        `${arn as string} key usage is GENERATE_VERIFY_MAC which is not valid for ${operation}.`,
      ]);
    }
  });
});

describe('GenerateDataKey', () => {
  test.each([
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: 1024 }, 1024],
  ])('%j gives %i bytes that decrypt', async (body, length) => {
    const keyId = await ready();
    const made = await client.must('GenerateDataKey', {
      KeyId: keyId,
      ...body,
      EncryptionContext: { a: 'b' },
    });
    expect(Buffer.from(made['Plaintext'] as string, 'base64')).toHaveLength(length);
    const { CiphertextBlob } = made;
    const opened = await client.must('Decrypt', { CiphertextBlob, EncryptionContext: { a: 'b' } });
    expect([opened['Plaintext'], opened['KeyMaterialId']]).toEqual([
      made['Plaintext'],
      made['KeyMaterialId'],
    ]);
  });

  test.each([
    [{}],
    [{ KeySpec: 'AES_256', NumberOfBytes: 32 }],
    [{ NumberOfBytes: 1025 }],
    [{ KeySpec: 'AES_512' }],
  ])('%j is refused', async (body) => {
    expect((await client.call('GenerateDataKey', { KeyId: await ready(), ...body })).type).toBe(
      'ValidationException',
    );
  });
});

describe('GetKeyLastUsage', () => {
  test('is empty, then names the operation, its time and request', async () => {
    const keyId = await ready();
    const { CreationDate: created, Arn: arn } = await client.metadata(keyId);
    const unused = await client.must('GetKeyLastUsage', { KeyId: keyId });
    expect(unused).toEqual({
      KeyId: arn,
      KeyLastUsage: {},
      TrackingStartDate: created,
      KeyCreationDate: created,
    });
    const CiphertextBlob = await encrypted(keyId);
    expect(await client.must('GetKeyLastUsage', { KeyId: keyId })).toMatchObject({
      KeyLastUsage: { Operation: 'Encrypt' },
    });
    const reply = await client.call('Decrypt', { CiphertextBlob });
    const { KeyLastUsage: use } = await client.must('GetKeyLastUsage', { KeyId: keyId });
    expect(use).toMatchObject({
      Operation: 'Decrypt',
      KmsRequestId: reply.headers['x-amzn-requestid'],
    });
    await client.call('Encrypt', { KeyId: keyId, Plaintext, DryRun: true });
    expect((await client.must('GetKeyLastUsage', { KeyId: keyId }))['KeyLastUsage']).toEqual(use);
  });
});
