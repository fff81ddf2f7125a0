import {
  type Body,
  anyArn,
  base64,
  strangeToken,
  testOperation,
  type Stage,
} from '../testing/operation.fixture.ts';

async function signed(stage: Stage): Promise<Body> {
  const KeyId = await stage.own('ECC_NIST_P256', 'SIGN_VERIFY');
  const body = { KeyId, Message: base64('x'), SigningAlgorithm: 'ECDSA_SHA_256' };
  const { Signature } = await stage.must('Sign', body);
  return { ...body, Signature };
}

testOperation('Verify', {
  request: signed,
  reply: { KeyId: anyArn, SignatureValid: true, SigningAlgorithm: 'ECDSA_SHA_256' },
  required: ['KeyId', 'Message', 'Signature', 'SigningAlgorithm'],
  key: { alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    strangeToken,
    {
      when: 'another message',
      request: (base) => ({ ...base, Message: base64('y') }),
      type: 'KMSInvalidSignatureException',
      message: null,
    },
    {
      when: 'a digest of another length',
      request: (base) => ({ ...base, MessageType: 'DIGEST' }),
      type: 'ValidationException',
      message: 'Digest is invalid length for algorithm ECDSA_SHA_256.',
    },
    {
      when: 'a key for something else',
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'InvalidKeyUsageException',
    },
  ],
});
