import { anyBlob, testOperation } from '../testing/operation.fixture.ts';

testOperation('GenerateRandom', {
  request: () => ({ NumberOfBytes: 16 }),
  reply: { Plaintext: anyBlob },
  refusals: [
    {
      when: 'no size',
      request: () => ({}),
      type: 'ValidationException',
      message: 'NumberOfBytes is required.',
    },
    {
      when: '1025 bytes',
      request: () => ({ NumberOfBytes: 1025 }),
      type: 'ValidationException',
      message: /have value less than or equal to 1024$/,
    },
    {
      when: 'an unknown key store',
      request: () => ({ NumberOfBytes: 16, CustomKeyStoreId: 'cks-12345678901234567' }),
      type: 'CustomKeyStoreNotFoundException',
    },
    {
      when: 'an enclave',
      request: () => ({
        NumberOfBytes: 16,
        Recipient: { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: 'AAAA' },
      }),
      type: 'UnsupportedOperationException',
    },
  ],
});
