import {
  anyArn,
  anyMaterialId,
  anyTime,
  strangeMarker,
  testOperation,
  tooMany,
} from '../testing/operation.fixture.ts';

testOperation('ListKeyRotations', {
  request: async (stage) => {
    const KeyId = await stage.own();
    await stage.must('RotateKeyOnDemand', { KeyId });
    return { KeyId };
  },
  reply: {
    Rotations: [
      {
        KeyId: anyArn,
        KeyMaterialId: anyMaterialId,
        KeyMaterialState: 'CURRENT',
        RotationDate: anyTime,
        RotationType: 'ON_DEMAND',
      },
    ],
    Truncated: false,
  },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
  refusals: [
    strangeMarker,
    tooMany,
    {
      when: 'a key that is not symmetric',
      request: async (_base, stage) => ({
        KeyId: await stage.own('HMAC_256', 'GENERATE_VERIFY_MAC'),
      }),
      type: 'UnsupportedOperationException',
    },
  ],
});
