import {
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  constants,
  createPrivateKey,
  verify,
} from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modulusBits, type RsaSpec } from '../material/private-key.ts';
import { keySpecs, type KeySpec, type KeyUsage, specUsages } from '../model/key-specs.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms();
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

const own = (KeySpec: KeySpec, KeyUsage: KeyUsage) =>
  client.createKey({ Origin: 'AWS_KMS', KeySpec, KeyUsage });
const bytes = (value: unknown): Buffer => Buffer.from(String(value), 'base64');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const spkiOf = async (KeyId: string) => {
  const { PublicKey } = await client.must('GetPublicKey', { KeyId });
  return createPublicKey({ key: bytes(PublicKey), format: 'der', type: 'spki' });
};

const uses = keySpecs.flatMap((spec) =>
  (Object.keys(specUsages[spec] ?? {}) as KeyUsage[]).map((usage) => [spec, usage] as const),
);

describe('keys of every spec and usage', () => {
  test.each(uses)('%s for %s says what it can', async (spec, usage) => {
    const keyId = await own(spec, usage);
    const metadata = await client.metadata(keyId);
    expect(metadata).toMatchObject({ KeySpec: spec, KeyUsage: usage, KeyState: 'Enabled' });
    const algorithms = specUsages[spec]?.[usage];
    expect(Object.values(metadata)).toContainEqual(algorithms);
    expect('CurrentKeyMaterialId' in metadata).toBe(spec === 'SYMMETRIC_DEFAULT');
    const reply = await client.call('GetPublicKey', { KeyId: keyId });
    if (spec === 'SYMMETRIC_DEFAULT' || usage === 'GENERATE_VERIFY_MAC') {
      expect(reply.type).toBe('UnsupportedOperationException');
    } else {
      expect(reply.json).toMatchObject({ KeyId: metadata['Arn'], KeySpec: spec, KeyUsage: usage });
      expect(Object.values(reply.json ?? {})).toContainEqual(algorithms);
    }
  });

  test('SM2 is of other Regions', async () => {
    const reply = await client.call('CreateKey', { KeySpec: 'SM2', KeyUsage: 'SIGN_VERIFY' });
    expect(reply.type).toBe('UnsupportedOperationException');
  });

  test('a usage that the spec has not is refused', async () => {
    const wish = { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'KEY_AGREEMENT' };
    expect((await client.call('CreateKey', wish)).message).toBe(
      'KeyUsage KEY_AGREEMENT is not compatible with KeySpec ECC_SECG_P256K1',
    );
  });
});

describe('Sign and Verify', () => {
  const Message = base64('message');

  test('a client verifies with the public key alone', async () => {
    const KeyId = await own('ECC_NIST_P384', 'SIGN_VERIFY');
    const SigningAlgorithm = 'ECDSA_SHA_384';
    const signed = await client.must('Sign', { KeyId, Message, SigningAlgorithm });
    const signature = bytes(signed['Signature']);
    expect(verify('sha384', Buffer.from('message'), await spkiOf(KeyId), signature)).toBe(true);
    const digest = createHash('sha384').update('message').digest('base64');
    const answer = await client.must('Verify', {
      KeyId,
      Message: digest,
      MessageType: 'DIGEST',
      Signature: signed['Signature'],
      SigningAlgorithm,
    });
    expect(answer).toEqual({ KeyId: signed['KeyId'], SignatureValid: true, SigningAlgorithm });
  });

  test('a signature that does not fit is a failure without a text', async () => {
    const KeyId = await own('RSA_2048', 'SIGN_VERIFY');
    const SigningAlgorithm = 'RSASSA_PSS_SHA_256';
    const Signature = (await client.must('Sign', { KeyId, Message, SigningAlgorithm }))[
      'Signature'
    ];
    const other = { KeyId, Message: base64('other'), Signature, SigningAlgorithm };
    expect((await client.call('Verify', other)).json).toEqual({
      __type: 'KMSInvalidSignatureException',
    });
  });

  test('digests of another length, and algorithms of another key, are refused', async () => {
    const KeyId = await own('ECC_NIST_P256', 'SIGN_VERIFY');
    const short = { KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' };
    expect((await client.call('Sign', short)).message).toBe(
      'Digest is invalid length for algorithm ECDSA_SHA_256.',
    );
    const foreign = await client.call('Sign', {
      KeyId,
      Message,
      SigningAlgorithm: 'ECDSA_SHA_384',
    });
    expect([foreign.type, foreign.message]).toEqual([
      'InvalidKeyUsageException',
      'Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.',
    ]);
    const mac = { KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' };
    expect((await client.call('GenerateMac', mac)).message).toMatch(
      /key usage is SIGN_VERIFY which is not valid for GenerateMac\.$/,
    );
  });

  test('Ed25519 takes messages, Ed25519ph digests, and neither the other', async () => {
    const KeyId = await own('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY');
    const digest = createHash('sha512').update('message').digest('base64');
    const tried = [
      ['ED25519_SHA_512', 'RAW', Message, 200],
      ['ED25519_SHA_512', 'DIGEST', digest, 400],
      ['ED25519_PH_SHA_512', 'RAW', Message, 400],
      ['ED25519_PH_SHA_512', 'DIGEST', digest, 200],
    ] as const;
    for (const [SigningAlgorithm, MessageType, given, status] of tried) {
      const wish = { KeyId, Message: given, MessageType, SigningAlgorithm };
      expect((await client.call('Sign', wish)).status).toBe(status);
    }
  });

  test('a dry run does what it says', async () => {
    const KeyId = await own('ML_DSA_44', 'SIGN_VERIFY');
    const wish = { KeyId, Message, SigningAlgorithm: 'ML_DSA_SHAKE_256', DryRun: true };
    expect((await client.call('Sign', wish)).type).toBe('DryRunOperationException');
  });
});

describe('MACs', () => {
  test.each([224, 256, 384, 512])('HMAC_%d is the HMAC of its material', async (bits) => {
    const KeyId = await client.createKey({
      KeySpec: `HMAC_${bits}`,
      KeyUsage: 'GENERATE_VERIFY_MAC',
    });
    const material = Buffer.alloc(64, 7);
    expect((await client.importMaterial(KeyId, material)).status).toBe(200);
    const MacAlgorithm = `HMAC_SHA_${bits}`;
    const Message = base64('message');
    const { Mac } = await client.must('GenerateMac', { KeyId, Message, MacAlgorithm });
    const expected = createHmac(`sha${bits}`, material).update('message').digest('base64');
    expect(Mac).toBe(expected);
    expect(
      (await client.must('VerifyMac', { KeyId, Message, MacAlgorithm, Mac }))['MacValid'],
    ).toBe(true);
    const wrong = { KeyId, Message: base64('other'), MacAlgorithm, Mac };
    expect((await client.call('VerifyMac', wrong)).json).toEqual({
      __type: 'KMSInvalidMacException',
    });
  });
});

describe('RSA encryption', () => {
  const algorithms = [
    ['RSAES_OAEP_SHA_1', 'sha1', 42],
    ['RSAES_OAEP_SHA_256', 'sha256', 66],
  ] as const;

  test.each(algorithms)('%s opens what a client sealed', async (EncryptionAlgorithm, oaepHash) => {
    const KeyId = await own('RSA_3072', 'ENCRYPT_DECRYPT');
    const key = await spkiOf(KeyId);
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const sealed = publicEncrypt({ key, padding, oaepHash }, Buffer.from('secret'));
    const opened = await client.must('Decrypt', {
      KeyId,
      CiphertextBlob: sealed.toString('base64'),
      EncryptionAlgorithm,
    });
    expect(opened).toMatchObject({ Plaintext: base64('secret'), EncryptionAlgorithm });
    expect('KeyMaterialId' in opened).toBe(false);
    const EncryptionContext = { a: 'b' };
    const wish = { KeyId, Plaintext: 'AQI=', EncryptionAlgorithm, EncryptionContext };
    expect((await client.call('Encrypt', wish)).type).toBe('ValidationException');
  });

  test.each(Object.keys(modulusBits) as RsaSpec[])('%s: as much as fits', async (spec) => {
    const KeyId = await own(spec, 'ENCRYPT_DECRYPT');
    for (const [EncryptionAlgorithm, , overhead] of algorithms) {
      const most = modulusBits[spec] / 8 - overhead;
      const wish = (length: number) => ({
        KeyId,
        Plaintext: Buffer.alloc(length, 1).toString('base64'),
        EncryptionAlgorithm,
      });
      expect((await client.call('Encrypt', wish(most))).status).toBe(200);
      expect((await client.call('Encrypt', wish(most + 1))).message).toBe(
        `Algorithm ${EncryptionAlgorithm} and key spec ${spec} cannot encrypt data larger than ${most} bytes.`,
      );
    }
  });

  test('ReEncrypt takes it to a symmetric key and back', async () => {
    const rsa = await own('RSA_2048', 'ENCRYPT_DECRYPT');
    const symmetric = await client.createKey({ Origin: 'AWS_KMS' });
    const algorithm = 'RSAES_OAEP_SHA_256';
    const { CiphertextBlob } = await client.must('Encrypt', {
      KeyId: symmetric,
      Plaintext: 'AQI=',
    });
    const there = await client.must('ReEncrypt', {
      CiphertextBlob,
      DestinationKeyId: rsa,
      DestinationEncryptionAlgorithm: algorithm,
    });
    expect(there).toMatchObject({ SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    expect('DestinationKeyMaterialId' in there).toBe(false);
    const back = await client.must('ReEncrypt', {
      CiphertextBlob: there['CiphertextBlob'],
      SourceKeyId: rsa,
      SourceEncryptionAlgorithm: algorithm,
      DestinationKeyId: symmetric,
      DestinationEncryptionContext: { a: 'b' },
    });
    const opened = await client.must('Decrypt', {
      CiphertextBlob: back['CiphertextBlob'],
      EncryptionContext: { a: 'b' },
    });
    expect(opened['Plaintext']).toBe('AQI=');
  });
});

describe('agreement and encapsulation', () => {
  test.each(['ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521'] as const)(
    '%s comes to the same secret as the other side',
    async (spec) => {
      const KeyId = await own(spec, 'KEY_AGREEMENT');
      const namedCurve = spec.replace('ECC_NIST_P', 'P-');
      const theirs = generateKeyPairSync('ec', { namedCurve });
      const PublicKey = theirs.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
      const wish = { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey };
      const { SharedSecret, KeyOrigin } = await client.must('DeriveSharedSecret', wish);
      const publicKey = await spkiOf(KeyId);
      const secret = diffieHellman({ privateKey: theirs.privateKey, publicKey });
      expect([SharedSecret, KeyOrigin]).toEqual([secret.toString('base64'), 'AWS_KMS']);
      const bad = { ...wish, PublicKey: base64('no key') };
      expect((await client.call('DeriveSharedSecret', bad)).json).toEqual({
        __type: 'ValidationException',
      });
    },
  );

  test.each(['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] as const)('%s', async (spec) => {
    const KeyId = await own(spec, 'KEY_ENCAPSULATION');
    const wish = { KeyId, EncapsulationAlgorithm: 'ML_KEM' };
    const made = await client.must('Encapsulate', wish);
    const SharedSecretCiphertextBlob = made['SharedSecretCiphertextBlob'];
    const opened = await client.must('Decapsulate', { ...wish, SharedSecretCiphertextBlob });
    expect(opened['SharedSecret']).toBe(made['SharedSecret']);
    const cut = bytes(SharedSecretCiphertextBlob).subarray(1).toString('base64');
    const short = { ...wish, SharedSecretCiphertextBlob: cut };
    expect((await client.call('Decapsulate', short)).type).toBe('InvalidCiphertextException');
  });
});

describe('data keys', () => {
  test('a pair belongs together, and opens under the key that protects it', async () => {
    const KeyId = await client.createKey({ Origin: 'AWS_KMS' });
    const pair = await client.must('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'RSA_2048' });
    const key = createPrivateKey({
      key: bytes(pair['PrivateKeyPlaintext']),
      format: 'der',
      type: 'pkcs8',
    });
    const spki = createPublicKey({ key: bytes(pair['PublicKey']), format: 'der', type: 'spki' });
    const sealed = publicEncrypt(spki, Buffer.from('x'));
    expect(privateDecrypt(key, sealed).toString()).toBe('x');
    const opened = await client.must('Decrypt', {
      CiphertextBlob: pair['PrivateKeyCiphertextBlob'],
    });
    expect(opened['Plaintext']).toBe(pair['PrivateKeyPlaintext']);
  });

  test.each(['ECC_SECG_P256K1', 'ECC_NIST_EDWARDS25519', 'ML_KEM_768'])(
    'a %s pair without its private half in clear',
    async (KeyPairSpec) => {
      const KeyId = await client.createKey({ Origin: 'AWS_KMS' });
      const wish = { KeyId, KeyPairSpec };
      const pair = await client.must('GenerateDataKeyPairWithoutPlaintext', wish);
      expect(Object.keys(pair).toSorted()).toEqual([
        'KeyId',
        'KeyMaterialId',
        'KeyPairSpec',
        'PrivateKeyCiphertextBlob',
        'PublicKey',
      ]);
      const { Plaintext } = await client.must('Decrypt', {
        CiphertextBlob: pair['PrivateKeyCiphertextBlob'],
      });
      expect(bytes(Plaintext)[0]).toBe(0x30);
    },
  );

  test('only symmetric keys protect data keys', async () => {
    const KeyId = await own('RSA_2048', 'ENCRYPT_DECRYPT');
    const reply = await client.call('GenerateDataKeyWithoutPlaintext', { KeyId, NumberOfBytes: 5 });
    expect(reply.type).toBe('InvalidKeyUsageException');
  });

  test('GenerateRandom wants to know how much', async () => {
    expect((await client.call('GenerateRandom', {})).message).toBe('NumberOfBytes is required.');
    expect((await client.call('GenerateRandom', { NumberOfBytes: null })).message).toBe(
      'NumberOfBytes is required.',
    );
    const { Plaintext } = await client.must('GenerateRandom', { NumberOfBytes: 33 });
    expect(bytes(Plaintext)).toHaveLength(33);
  });
});
