import {
  type Body,
  anyArn,
  base64,
  strangeToken,
  testOperation,
  type Stage,
} from '../testing/operation.ts';

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
