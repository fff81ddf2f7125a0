import { expect } from 'vitest';
import {
  anyArn,
  anyMaterialId,
  anyTime,
  strangeToken,
  testOperation,
} from '../testing/operation.fixture.ts';

testOperation('DescribeKey', {
  request: async (stage) => ({ KeyId: await stage.own() }),
  reply: {
    KeyMetadata: {
      AWSAccountId: '123456789012',
      Arn: anyArn,
      CreationDate: anyTime,
      CurrentKeyMaterialId: anyMaterialId,
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      Description: '',
      Enabled: true,
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      KeyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      MultiRegion: false,
      Origin: 'AWS_KMS',
    },
  },
  required: ['KeyId'],
  key: { alias: true },
  disabled: 'ok',
  leaving: 'ok',
  refusals: [strangeToken],
});
