import { wrapFor } from '../testing/byok.fixture.ts';
import {
  type Body,
  anyArn,
  anyMaterialId,
  base64,
  testOperation,
  type Stage,
} from '../testing/operation.fixture.ts';

const plainMaterial = Buffer.alloc(32, 1);
const forEver = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };

async function rewrapped(base: Body, stage: Stage, material: Buffer): Promise<Body> {
  const given = await stage.parameters(String(base['KeyId']));
  const EncryptedKeyMaterial = wrapFor(given.PublicKey, material, 'sha256');
  return { ...base, ImportToken: given.ImportToken, EncryptedKeyMaterial };
}

testOperation('ImportKeyMaterial', {
  request: async (stage) => {
    const KeyId = await stage.createKey();
    const given = await stage.parameters(KeyId);
    const EncryptedKeyMaterial = wrapFor(given.PublicKey, plainMaterial, 'sha256');
    return { KeyId, ImportToken: given.ImportToken, EncryptedKeyMaterial, ...forEver };
  },
  reply: { KeyId: anyArn, KeyMaterialId: anyMaterialId },
  required: ['KeyId', 'ImportToken', 'EncryptedKeyMaterial'],
  key: { alias: false },
  leaving: 'KMSInvalidStateException',
  refusals: [
    {
      when: "KMS's own material",
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'UnsupportedOperationException',
      message: /origin is AWS_KMS which is not valid for this operation\.$/,
    },
    {
      when: 'no ValidTo',
      request: (base) => ({ ...base, ExpirationModel: 'KEY_MATERIAL_EXPIRES' }),
      type: 'ValidationException',
      message: 'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
    },
    {
      when: 'a strange token',
      request: (base) => ({ ...base, ImportToken: base64('nonsense') }),
      type: 'InvalidImportTokenException',
    },
    {
      when: 'the token of another key',
      request: async (base, stage) => ({ ...base, KeyId: await stage.createKey() }),
      type: 'InvalidImportTokenException',
    },
    {
      when: 'a token of yesterday',
      request: async (base, stage) => {
        await stage.advance(86_401);
        return base;
      },
      type: 'ExpiredImportTokenException',
    },
    {
      when: 'what no wrapping key made',
      request: (base) => ({ ...base, EncryptedKeyMaterial: base64('nonsense') }),
      type: 'InvalidCiphertextException',
    },
    {
      when: 'material of another length',
      request: (base, stage) => rewrapped(base, stage, Buffer.alloc(31)),
      type: 'IncorrectKeyMaterialException',
    },
    {
      when: 'other material than the first',
      request: async (base, stage) => {
        await stage.must('ImportKeyMaterial', base);
        return rewrapped(base, stage, Buffer.alloc(32, 9));
      },
      type: 'IncorrectKeyMaterialException',
    },
    {
      when: 'a token that brought material before',
      request: async (base, stage) => {
        await stage.must('ImportKeyMaterial', base);
        return base;
      },
      type: 'InvalidImportTokenException',
      message: null,
    },
    {
      when: 'as new what is known',
      request: async (base, stage) => {
        await stage.must('ImportKeyMaterial', base);
        return { ...(await rewrapped(base, stage, plainMaterial)), ImportType: 'NEW_KEY_MATERIAL' };
      },
      type: 'IncorrectKeyMaterialException',
    },
    {
      when: 'a second new one',
      request: async (base, stage) => {
        await stage.must('ImportKeyMaterial', base);
        const next = await rewrapped(base, stage, Buffer.alloc(32, 2));
        await stage.must('ImportKeyMaterial', { ...next, ImportType: 'NEW_KEY_MATERIAL' });
        return {
          ...(await rewrapped(base, stage, Buffer.alloc(32, 3))),
          ImportType: 'NEW_KEY_MATERIAL',
        };
      },
      type: 'KMSInvalidStateException',
      message:
        /^New key material \(id: [0-9a-f]{64}\) cannot be imported into KMS key arn:.*, because another key material \(id: [0-9a-f]{64}\) is pending rotation\.$/,
    },
    {
      when: 'a description with other characters',
      request: (base) => ({ ...base, KeyMaterialDescription: 'a;b' }),
      type: 'ValidationException',
    },
    {
      when: 'a description of more than 256 characters',
      request: (base) => ({ ...base, KeyMaterialDescription: 'd'.repeat(257) }),
      type: 'ValidationException',
      message: /at 'keyMaterialDescription' .* have length less than or equal to 256$/,
    },
  ],
});
