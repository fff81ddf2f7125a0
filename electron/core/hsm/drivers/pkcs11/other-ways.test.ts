import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aesCmac } from '../../../crypto/cmac.ts';
import { kwpWrap } from '../../../crypto/key-wrap.ts';
import { behindItsBack, nss, softHsm } from '../../token.fixture.ts';

const files = ['kcv.ts', 'known-keys.ts', 'open-token.ts', 'templates.ts'];

/** Ways that both modules here need only where a better one is missing. */
describe.each([softHsm, nss])('on $name', (kind) => {
  it.skipIf(kind.missing !== null)('CMAC from AES blocks is CMAC', async () => {
    const token = await kind.make();
    const key = randomBytes(32);
    const tags = behindItsBack(
      token,
      `const { cmacOfZero, purposeFor } = own['kcv.ts'];
       const { sessionAes } = own['templates.ts'];
       const scope = { session, cryptoki, temporary: (object) => object };
       return ['CKM_AES_CMAC', 'CKM_AES_ECB'].map((way) => {
         const key = own['known-keys.ts'].putKnownKey(scope, Buffer.from('${key.toString('hex')}', 'hex'), sessionAes(purposeFor(way)));
         return cmacOfZero(scope, key, way).toString('hex');
       });`,
      files,
    );
    const expected = aesCmac(key, Buffer.alloc(16)).toString('hex');
    expect(tags).toEqual([expected, expected]);
    token.remove();
  });

  it.skipIf(kind.missing !== null)(
    'a known key comes in wrapped where none may in clear',
    async () => {
      const token = await kind.make();
      const wrapped = behindItsBack(
        token,
        `const { exportable, sessionAes } = own['templates.ts'];
       const { putKnownKey, putWrapped } = own['known-keys.ts'];
       const scope = { session, cryptoki, temporary: (object) => object };
       const kek = putWrapped(scope, Buffer.alloc(32, 1), sessionAes({ WRAP: true }));
       const key = putWrapped(scope, Buffer.alloc(32, 2), exportable);
       const mechanism = ${kind === nss ? 0x210b : 0x210a};
       return cryptoki.wrap(session, { mechanism }, kek, key).toString('hex');`,
        files,
      );
      expect(wrapped).toBe(kwpWrap(Buffer.alloc(32, 1), Buffer.alloc(32, 2)).toString('hex'));
      token.remove();
    },
  );
});
