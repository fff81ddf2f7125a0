import { describe, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { comparePublicKey } from './public-key-in-aws.ts';

type Arguments = Parameters<typeof comparePublicKey>;
const ours = new Uint8Array([1, 2, 3]);

function compared(of: {
  readonly spec?: string;
  readonly state?: string;
  readonly found?: Uint8Array | OperationError;
}) {
  const { spec = 'ECC_NIST_P384', state = 'Enabled', found = ours } = of;
  let asked = 0;
  const connection = {
    publicKey: async () => {
      asked++;
      if (found instanceof OperationError) throw found;
      return { publicKey: found, requestId: 'r-1' };
    },
  } as unknown as Arguments[2];
  const keys = { publicKey: () => ours } as unknown as Arguments[0]['keys'];
  const key = { id: 'k', spec } as unknown as Arguments[1];
  const said = comparePublicKey({ keys }, key, connection, { keyId: '7c1d', state }, {});
  return { said, asked: () => asked };
}

describe('the public key that AWS derived', () => {
  it('is proof with its request id where it equals ours', async () => {
    expect(await compared({}).said).toEqual({
      text: 'public key in AWS equals ours',
      requestId: 'r-1',
    });
  });

  it('is never taken for ours where it differs', async () => {
    await expect(compared({ found: new Uint8Array([1, 2]) }).said).rejects.toMatchObject({
      code: 'READ_BACK_DIFFERS',
      details: { what: 'public key', keyId: '7c1d' },
    });
  });

  it('is told as not compared where the credential may not read it', async () => {
    const denied = new OperationError('AWS_ACCESS_DENIED', { permission: 'kms:GetPublicKey' });
    const proof = await compared({ found: denied }).said;
    expect(proof?.text).toBe('public key not compared: kms:GetPublicKey is missing');
  });

  it('fails the step where AWS did not answer', async () => {
    const away = new OperationError('AWS_UNREACHABLE');
    await expect(compared({ found: away }).said).rejects.toBe(away);
  });

  it.each([{ spec: 'HMAC_256' }, { spec: 'SYMMETRIC_DEFAULT' }, { state: 'Disabled' }])(
    'is not asked for of %j',
    async (of) => {
      const { said, asked } = compared(of);
      expect([await said, asked()]).toEqual([null, 0]);
    },
  );
});
