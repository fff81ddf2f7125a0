import { randomBytes } from 'node:crypto';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { KeySpec } from '../../../../../shared/model/key-specs.ts';
import { isCurveSpec, pointOf } from '../../../crypto/elliptic-curves.ts';
import { sha256 } from '../../../crypto/mac.ts';
import {
  isPrivateSpec,
  isPublicKey,
  isSignedBy,
  type PrivateSpec,
} from '../../../crypto/public-key.ts';
import type { Kcv, KeyBlob } from '../../driver.ts';
import { requireWhole, spkiKcv, zeroBlock } from '../../kept-key.ts';
import type { Handle, Template } from './cryptoki.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { requireAsAsked, tighten } from './hardened.ts';
import { type CmacWay, cmacOfZero, fiveBytes, kcvFrom } from './kcv.ts';
import { measurable } from './key-types.ts';
import { CKM, CKO } from './numbers.ts';
import type { Scope } from './open-token.ts';

/** A wrapped key and what has to stand beside it to open it. */
export type Wrapped = Pick<KeyBlob, 'spec' | 'wrapped' | 'publicKey'>;

/** The key that it is wrapped under, and how. */
export interface Under {
  readonly key: Handle;
  readonly mechanism: number;
}

/** Unwraps into the session for the one purpose of `template`; the object ends with the work. */
export function openUnder(scope: Scope, under: Under, kept: Wrapped, template: Template): Handle {
  const key = scope.temporary(unwrapUnder(scope, under, kept, template));
  if (template.CLASS === CKO.PRIVATE_KEY) tighten(scope, key, template);
  else requireAsAsked(scope, key, template);
  return key;
}

/**
 * Unwraps into an object as the template says.
 * @throws OperationError HSM_KEY_DIFFERS when the parts kept do not fit; CryptokiError
 */
export function unwrapUnder(scope: Scope, under: Under, kept: Wrapped, template: Template): Handle {
  requireWhole(kept);
  const { mechanism } = under;
  const open = (asked: Template): Handle =>
    scope.cryptoki.unwrap(scope.session, { mechanism }, under.key, kept.wrapped, asked);
  const point = pointBeside(kept);
  try {
    return open(template);
  } catch (error) {
    // NSS takes the public point from nowhere else; others refuse an attribute that they do not know
    const wanted = error instanceof CryptokiError && error.is('CKR_TEMPLATE_INCOMPLETE');
    if (!wanted || point === null) throw error;
    return open({ ...template, NSS_DB: point });
  }
}

/** It may go into what AWS gets: nothing but a point of the curve is taken. */
function pointBeside({ spec, publicKey }: Wrapped): Buffer | null {
  if (!isPrivateSpec(spec) || publicKey === null) return null;
  const spki = Buffer.from(publicKey);
  if (!isPublicKey(spec, spki)) {
    throw new OperationError('HSM_KEY_DIFFERS', {
      problem: `The public key kept is no ${spec} key.`,
    });
  }
  const point = isCurveSpec(spec) ? pointOf(spec, spki) : null;
  return point === null ? null : Buffer.from(point);
}

const macs: Readonly<Partial<Record<KeySpec, number>>> = {
  HMAC_224: CKM.SHA224_HMAC,
  HMAC_256: CKM.SHA256_HMAC,
  HMAC_384: CKM.SHA384_HMAC,
  HMAC_512: CKM.SHA512_HMAC,
};

/**
 * Opens a key for one measurement; it may do nothing else.
 * @throws OperationError HSM_KEY_DIFFERS when the private key is not that of the public key
 */
export function measureUnder(scope: Scope, way: CmacWay, under: Under, kept: Wrapped): Kcv {
  const key = openUnder(scope, under, kept, measurable(kept.spec, way));
  if (isPrivateSpec(kept.spec)) {
    const spki = Buffer.from(kept.publicKey ?? []);
    requirePair(scope, kept.spec, key, spki);
    return spkiKcv(spki);
  }
  const mechanism = macs[kept.spec];
  if (mechanism === undefined) return kcvFrom(cmacOfZero(scope, key, way));
  const mac = scope.cryptoki.sign(scope.session, { mechanism }, key, zeroBlock());
  return { method: 'HMAC', value: fiveBytes(mac) };
}

function requirePair(scope: Scope, spec: PrivateSpec, key: Handle, spki: Buffer): void {
  const challenge = randomBytes(32);
  const signature = isCurveSpec(spec)
    ? scope.cryptoki.sign(scope.session, { mechanism: CKM.ECDSA }, key, sha256(challenge))
    : scope.cryptoki.sign(scope.session, { mechanism: CKM.SHA256_RSA_PKCS }, key, challenge);
  if (isSignedBy(spec, spki, challenge, signature)) return;
  const problem = 'The kept private key does not belong to the public key kept with it.';
  throw new OperationError('HSM_KEY_DIFFERS', { problem });
}
