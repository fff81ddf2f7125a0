import { anyArn, anyMaterialId, testOperation } from '../testing/operation.fixture.ts';

testOperation('DeleteImportedKeyMaterial', {
  request: async (stage) => ({ KeyId: await stage.imported() }),
  reply: { KeyId: anyArn, KeyMaterialId: anyMaterialId },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
  refusals: [
    {
      when: "KMS's own material",
      request: async (_base, stage) => ({ KeyId: await stage.own() }),
      type: 'UnsupportedOperationException',
      message: /origin is AWS_KMS which is not valid for this operation\.$/,
    },
    {
      when: 'material of no import',
      request: (base) => ({ ...base, KeyMaterialId: '0'.repeat(64) }),
      type: 'NotFoundException',
    },
    {
      when: 'a replica that is being made',
      request: (base) => ({ ...base, KeyMaterialId: 'short' }),
      type: 'ValidationException',
    },
  ],
});
