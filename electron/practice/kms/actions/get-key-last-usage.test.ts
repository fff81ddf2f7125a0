import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import { anyArn, anyTime, base64, type Body, testOperation } from '../testing/operation.fixture.ts';

testOperation('GetKeyLastUsage', {
  request: async (stage) => ({ KeyId: await stage.own() }),
  reply: { KeyId: anyArn, KeyLastUsage: {}, TrackingStartDate: anyTime, KeyCreationDate: anyTime },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
});

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms();
});
afterAll(() => kms.close());

const hmac = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' };
const signing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
const Message = base64('x');
const signature = { Message, SigningAlgorithm: 'ECDSA_SHA_256' };
/** Its operations are those of the model's KeyLastUsageTrackingOperation. */
test.each<readonly [string, Body, Body, boolean]>([
  ['Encrypt', {}, { Plaintext: Message }, true],
  ['Encrypt', {}, { Plaintext: Message, DryRun: true }, false],
  ['Encrypt', {}, { Plaintext: Message, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }, false],
  ['GenerateDataKey', {}, { KeySpec: 'AES_256' }, true],
  ['GenerateDataKeyWithoutPlaintext', {}, { KeySpec: 'AES_256' }, true],
  ['GenerateDataKeyPair', {}, { KeyPairSpec: 'ECC_NIST_P256' }, true],
  ['GenerateDataKeyPairWithoutPlaintext', {}, { KeyPairSpec: 'ECC_NIST_P256' }, true],
  ['GenerateMac', hmac, { Message, MacAlgorithm: 'HMAC_SHA_256' }, true],
  ['VerifyMac', hmac, { Message, MacAlgorithm: 'HMAC_SHA_256', Mac: Message }, false],
  ['Sign', signing, signature, true],
  ['Verify', signing, { ...signature, Signature: Message }, false],
  ['GetPublicKey', signing, {}, false],
  ['DescribeKey', {}, {}, false],
])('%s of a key %j, %j, counts: %j', async (operation, made, more, counts) => {
  const client = byokClient(kms.url);
  const KeyId = await client.createKey({ Origin: 'AWS_KMS', ...made });
  await client.call(operation, { KeyId, ...more });
  const { KeyLastUsage } = await client.must('GetKeyLastUsage', { KeyId });
  expect(KeyLastUsage).toEqual(
    counts ? expect.objectContaining({ Operation: operation, Timestamp: anyTime }) : {},
  );
});
