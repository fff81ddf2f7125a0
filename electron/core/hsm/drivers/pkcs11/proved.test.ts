import { describe, expect, it } from 'vitest';
import { keySpecNames } from '../../../../../shared/model/key-specs.ts';
import { behindItsBack, nss, softHsm } from '../../token.fixture.ts';

const files = ['open-token.ts', 'proved.ts', 'key-types.ts'];
const bound = (serial: string, label: string): string => `
  const { OpenToken } = own['open-token.ts'];
  const { Proved } = own['proved.ts'];
  const open = OpenToken.bind(cryptoki, ${JSON.stringify({ serial, label })});
  const specs = ${JSON.stringify(keySpecNames)};`;

describe.each([softHsm, nss])('trials of key types on $name', (kind) => {
  it.skipIf(kind.missing !== null)('leave nothing behind, whatever comes of them', async () => {
    const token = await kind.make();
    if (token.target.driver !== 'pkcs11') throw new Error('no module');
    const { tokenSerial, tokenLabel } = token.target;
    const seen = behindItsBack(
      token,
      `${bound(tokenSerial, tokenLabel)}
       const proved = new Proved();
       const left = () => cryptoki.find(session, {}).length;
       const before = left();
       const faults = specs.map((spec) => open.work((scope) => proved.type(scope, spec).fault));
       const inside = open.work((scope) => {
         own['key-types.ts'].makeKey(scope, 'ECC_NIST_P256');
         return left();
       });
       let thrown = '';
       try {
         open.work((scope) => {
           own['key-types.ts'].makeKey(scope, 'HMAC_256');
           throw new Error('in the middle');
         });
       } catch (error) { thrown = error.message; }
       return { before, inside, after: left(), thrown, tried: faults.length };`,
      files,
    ) as { before: number; inside: number };
    expect(seen).toEqual({
      before: seen.before,
      inside: seen.before + 2,
      after: seen.before,
      thrown: 'in the middle',
      tried: keySpecNames.length,
    });
    token.remove();
  });
});

it.skipIf(nss.missing !== null)('holds against a module what it says of its RSA keys', async () => {
  const token = await nss.make();
  if (token.target.driver !== 'pkcs11') throw new Error('no module');
  const { tokenSerial, tokenLabel } = token.target;
  const faults = behindItsBack(
    token,
    `${bound(tokenSerial, tokenLabel)}
     const proved = new Proved();
     const said = (most) => (scope) => ({ ...scope, mostRsaBits: () => most });
     return specs.filter((spec) => spec.startsWith('RSA')).map((spec) =>
       open.work((scope) => proved.type(said(3072)(scope), spec).fault));`,
    files,
  );
  expect(faults).toEqual([null, null, 'the token makes 3072 bits at most']);
  token.remove();
});
