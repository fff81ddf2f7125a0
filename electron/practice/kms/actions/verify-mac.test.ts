import {
  type Body,
  anyArn,
  base64,
  strangeToken,
  testOperation,
  type Stage,
} from '../testing/operation.fixture.ts';

async function sealed(stage: Stage): Promise<Body> {
  const KeyId = await stage.own('HMAC_256', 'GENERATE_VERIFY_MAC');
  const body = { KeyId, Message: base64('x'), MacAlgorithm: 'HMAC_SHA_256' };
  const { Mac } = await stage.must('GenerateMac', body);
  return { ...body, Mac };
}

testOperation('VerifyMac', {
  request: sealed,
  reply: { KeyId: anyArn, MacAlgorithm: 'HMAC_SHA_256', MacValid: true },
  required: ['KeyId', 'Message', 'MacAlgorithm', 'Mac'],
  key: { alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    {
      when: 'an unknown algorithm',
      request: (base) => ({ ...base, MacAlgorithm: 'INVALID' }),
      type: 'ValidationException',
      message:
        "1 validation error detected: Value 'INVALID' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]",
    },
    strangeToken,
    {
      when: 'another message',
      request: (base) => ({ ...base, Message: base64('y') }),
      type: 'KMSInvalidMacException',
      message: null,
    },
    {
      when: 'a key for something else',
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'InvalidKeyUsageException',
    },
  ],
});
