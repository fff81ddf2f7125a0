import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import type { Handle, Mechanism, Template } from './cryptoki.ts';
import { CryptokiError, isDeviceGone } from './cryptoki-error.ts';
import { CKG_MGF1, CKK, CKM, CKO } from './numbers.ts';
import type { Scope } from './open-token.ts';

/** CK_PARAMS_RSA_OAEP of pkcs11js: how it lays out the C structure. */
const oaepParameters = 4;
/** CKZ_DATA_SPECIFIED */
const dataSpecified = 1;

/** RSA-OAEP with the same hash for label and mask, as AWS uses it. */
export function oaep(hash: 'sha1' | 'sha256'): Mechanism {
  const [hashAlg, mgf] =
    hash === 'sha1' ? [CKM.SHA_1, CKG_MGF1.SHA_1] : [CKM.SHA256, CKG_MGF1.SHA256];
  const parameter = { type: oaepParameters, hashAlg, mgf, source: dataSpecified };
  return { mechanism: CKM.RSA_PKCS_OAEP, parameter };
}

/**
 * Puts a key whose value is known, and so no secret, into the session: the other half of a round
 * trip with software. Tokens that take no key in clear (FIPS modes) are given it wrapped under an
 * RSA key that they make for the purpose.
 */
export function putKnownKey(scope: Scope, value: Buffer, template: Template): Handle {
  try {
    const handle = scope.cryptoki.create(scope.session, { ...template, VALUE: value });
    return scope.temporary(handle);
  } catch (error) {
    if (!(error instanceof CryptokiError) || isDeviceGone(error)) throw error;
    return putWrapped(scope, value, template);
  }
}

/** The roundabout way of {@link putKnownKey}: RSA-2048, OAEP with SHA-1, all in the session. */
export function putWrapped(scope: Scope, value: Buffer, template: Template): Handle {
  const { cryptoki, session } = scope;
  const pair = cryptoki.generatePair(
    session,
    { mechanism: CKM.RSA_PKCS_KEY_PAIR_GEN },
    {
      CLASS: CKO.PUBLIC_KEY,
      KEY_TYPE: CKK.RSA,
      TOKEN: false,
      PRIVATE: false,
      ENCRYPT: true,
      MODULUS_BITS: 2048,
      PUBLIC_EXPONENT: Buffer.from([1, 0, 1]),
    },
    {
      CLASS: CKO.PRIVATE_KEY,
      KEY_TYPE: CKK.RSA,
      TOKEN: false,
      PRIVATE: true,
      SENSITIVE: true,
      EXTRACTABLE: false,
      UNWRAP: true,
    },
  );
  scope.temporary(pair.publicKey);
  scope.temporary(pair.privateKey);
  const modulus = cryptoki.get(session, pair.publicKey, ['MODULUS'])[0] ?? Buffer.alloc(0);
  const key = createPublicKey({
    key: { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' },
    format: 'jwk',
  });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const wrapped = publicEncrypt({ key, padding, oaepHash: 'sha1' }, value);
  const handle = cryptoki.unwrap(session, oaep('sha1'), pair.privateKey, wrapped, template);
  return scope.temporary(handle);
}
