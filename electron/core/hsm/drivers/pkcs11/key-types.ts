import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { type KeySpec, keySpecs } from '../../../../../shared/model/key-specs.ts';
import {
  curves,
  type CurveSpec,
  curveSpki,
  isCurveSpec,
  namedCurve,
} from '../../../crypto/elliptic-curves.ts';
import {
  isPrivateSpec,
  isPublicKey,
  moduli,
  type PrivateSpec,
  rsaSpki,
} from '../../../crypto/public-key.ts';
import type { Handle, Template } from './cryptoki.ts';
import { requireAsAsked, tighten } from './hardened.ts';
import { type CmacWay, purposeFor } from './kcv.ts';
import { CKM } from './numbers.ts';
import type { Scope } from './open-token.ts';
import {
  exportable,
  sessionAes,
  sessionPrivate,
  sessionPublic,
  sessionSecret,
} from './templates.ts';

/** A key of the session that may leave wrapped and do nothing else. */
export interface MadeKey {
  readonly key: Handle;
  /** DER SubjectPublicKeyInfo; null for a secret. */
  readonly publicKey: Buffer | null;
}

const familyOf = (spec: PrivateSpec): 'rsa' | 'ecc' => (isCurveSpec(spec) ? 'ecc' : 'rsa');

/** The template of a key that may leave wrapped and do nothing else. */
export function leaving(spec: KeySpec): Template {
  if (isPrivateSpec(spec)) return sessionPrivate(familyOf(spec), { EXTRACTABLE: true });
  return keySpecs[spec].family === 'aes' ? exportable : sessionSecret({ EXTRACTABLE: true });
}

/** The template of a key that may be measured and do nothing else. */
export function measurable(spec: KeySpec, way: CmacWay): Template {
  if (isPrivateSpec(spec)) return sessionPrivate(familyOf(spec), { SIGN: true });
  const aes = keySpecs[spec].family === 'aes';
  return aes ? sessionAes(purposeFor(way)) : sessionSecret({ SIGN: true });
}

/** Makes a key in the session, which ends with the work. */
export function makeKey(scope: Scope, spec: KeySpec): MadeKey {
  if (isPrivateSpec(spec)) return makePair(scope, spec);
  const { family, secretBytes } = keySpecs[spec];
  const mechanism = family === 'aes' ? CKM.AES_KEY_GEN : CKM.GENERIC_SECRET_KEY_GEN;
  const template = { ...leaving(spec), VALUE_LEN: secretBytes ?? 0 };
  const key = scope.temporary(scope.cryptoki.generate(scope.session, { mechanism }, template));
  requireAsAsked(scope, key, template);
  return { key, publicKey: null };
}

const exponent = Buffer.from([1, 0, 1]);

function makePair(scope: Scope, spec: PrivateSpec): MadeKey {
  const family = familyOf(spec);
  const mechanism = isCurveSpec(spec) ? CKM.EC_KEY_PAIR_GEN : CKM.RSA_PKCS_KEY_PAIR_GEN;
  const size: Template = isCurveSpec(spec)
    ? { EC_PARAMS: namedCurve(spec) }
    : { MODULUS_BITS: moduli[spec], PUBLIC_EXPONENT: exponent };
  const template = leaving(spec);
  const { session, cryptoki } = scope;
  const halves = cryptoki.generatePair(
    session,
    { mechanism },
    sessionPublic(family, size),
    template,
  );
  scope.temporary(halves.publicKey);
  const key = scope.temporary(halves.privateKey);
  tighten(scope, key, template);
  return { key, publicKey: readPublicHalf(scope, spec, halves.publicKey) };
}

/**
 * DER SubjectPublicKeyInfo of a public key of the token.
 * @throws OperationError HSM_REFUSED when it is not of this modulus or curve
 */
export function readPublicHalf(scope: Scope, spec: PrivateSpec, key: Handle): Buffer {
  const spki = isCurveSpec(spec)
    ? readCurve(scope, spec, key)
    : rsaSpki(...readNumbers(scope, key));
  if (spki !== null && isPublicKey(spec, spki)) return spki;
  throw new OperationError('HSM_REFUSED', {
    problem: `The token made a key whose public half is no ${spec} key.`,
  });
}

function readNumbers(scope: Scope, key: Handle): [Buffer, Buffer] {
  const [modulus, e] = scope.cryptoki.get(scope.session, key, ['MODULUS', 'PUBLIC_EXPONENT']);
  return [modulus ?? Buffer.alloc(0), e ?? Buffer.alloc(0)];
}

/** CKA_EC_POINT is an OCTET STRING around the point on most modules, the bare point on some. */
function readCurve(scope: Scope, spec: CurveSpec, key: Handle): Buffer | null {
  const raw = scope.cryptoki.get(scope.session, key, ['EC_POINT'])[0] ?? Buffer.alloc(0);
  const bare = raw.length === 1 + 2 * curves[spec].bytes;
  try {
    return curveSpki(spec, bare ? raw : Buffer.from(AsnConvert.parse(raw, OctetString).buffer));
  } catch {
    // Neither form, or no point of this curve.
    return null;
  }
}
