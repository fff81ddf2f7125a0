import { randomBytes } from 'node:crypto';
import { PrivateKeyInfo } from '@peculiar/asn1-pkcs8';
import { AsnConvert } from '@peculiar/asn1-schema';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import {
  type KeySpec,
  keySpecs,
  type WrappingAlgorithm,
} from '../../../../../shared/model/key-specs.ts';
import {
  curves,
  type CurveSpec,
  curveSpki,
  isCurveSpec,
  publicPoint,
} from '../../../crypto/elliptic-curves.ts';
import { kwpUnwrap, kwpWrap } from '../../../crypto/key-wrap.ts';
import { kwWrap } from '../../../crypto/key-wrap-rfc3394.ts';
import { curvePkcs8, publicHalfOf } from '../../../crypto/private-key.ts';
import { isPrivateSpec, type PrivateSpec } from '../../../crypto/public-key.ts';
import type { Kcv } from '../../driver.ts';
import { kcvOfSecret } from '../../kept-key.ts';
import { importWrappingKey, openSent, type OwnPair, sendUnder } from './aws-wrap.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { leaving, makeKey } from './key-types.ts';
import { putKnownKey } from './known-keys.ts';
import { blobMechanismNumber, formatOf, type Means } from './means.ts';
import type { Scope } from './open-token.ts';
import { measureUnder, openUnder, type Under, type Wrapped } from './opened-key.ts';
import { sessionAes } from './templates.ts';

/** Whether the token keeps a key type and sends it under `algorithm`, both to the byte. */
export interface SpecTrial {
  readonly spec: KeySpec;
  readonly algorithm: WrappingAlgorithm | null;
  /** Why not, as it follows "cannot be sent: "; null where it can. */
  readonly fault: string | null;
  readonly external: string | null;
}

/** A key type of which it is known without a trial that it cannot be sent. */
export const cannotSend = (
  spec: KeySpec,
  fault: string,
  external: string | null = null,
): SpecTrial => ({ spec, algorithm: null, fault, external });

/** What a trial is made with. */
export interface TrialMeans {
  readonly means: Means;
  readonly own: OwnPair;
  readonly algorithm: WrappingAlgorithm;
}

/**
 * The whole way of a key with a throw-away: made, wrapped, opened for its check value, opened to be
 * sent, and then looked at outside of the token. The key that it is wrapped under is known here, so
 * that the kept form can be looked at as well.
 */
export function trySpec(scope: Scope, spec: KeySpec, with_: TrialMeans): SpecTrial {
  try {
    const fault = roundTrip(scope, spec, with_);
    if (fault !== null) return cannotSend(spec, fault);
    return { spec, algorithm: with_.algorithm, fault: null, external: null };
  } catch (error) {
    if (error instanceof CryptokiError) {
      return cannotSend(spec, refusals[error.at] ?? 'the token refuses them', error.result);
    }
    if (!(error instanceof OperationError)) throw error;
    return cannotSend(spec, 'the token does not make or open them as asked');
  }
}

const refusals: Readonly<Record<string, string>> = {
  C_GenerateKey: 'the token makes none',
  C_GenerateKeyPair: 'the token makes none',
  C_WrapKey: 'the token does not wrap them',
  C_UnwrapKey: 'the token does not open what it wrapped',
  C_SignInit: 'the token computes no check value of them',
  C_Sign: 'the token computes no check value of them',
};

function roundTrip(
  scope: Scope,
  spec: KeySpec,
  { means, own, algorithm }: TrialMeans,
): string | null {
  const { blobMechanism, cmac } = means;
  const mechanism = blobMechanism === null ? null : blobMechanismNumber(means, blobMechanism);
  if (blobMechanism === null || mechanism === null) return 'nothing here wraps a key exactly';
  if (cmac === null) return 'the token computes no check values';
  const kek = randomBytes(32);
  const under = {
    mechanism,
    key: putKnownKey(scope, kek, sessionAes({ WRAP: true, UNWRAP: true })),
  };
  const { key, publicKey } = makeKey(scope, spec);
  const wrapped = scope.cryptoki.wrap(scope.session, { mechanism }, under.key, key);
  const kept = { spec, wrapped, publicKey };
  const padded = isPrivateSpec(spec) ? paddedPrivate(kek, wrapped) : null;
  if (padded !== null) return padded;
  const kcv = measureUnder(scope, cmac, under, kept);
  const opened = openUnder(scope, under, kept, leaving(spec));
  const publicHandle = importWrappingKey(scope, own.wrappingKey);
  const sent = openedSent(own, sendUnder(scope, means, publicHandle, opened, algorithm), algorithm);
  if (sent === null) return 'what the token sends does not open outside';
  const format = formatOf(blobMechanism);
  const same = isPrivateSpec(spec)
    ? isSamePrivate(spec, kept, kek, sent)
    : isSameSecret(spec, kept, format === 'RFC 5649' ? kwpWrap : kwWrap, kek, sent, kcv);
  if (!same) return 'what the token sends is not the key that it made';
  return isCurveSpec(spec) ? tryShort(scope, spec, under, kek) : null;
}

function openedSent(own: OwnPair, sent: Buffer, algorithm: WrappingAlgorithm): Buffer | null {
  try {
    return openSent(own, sent, algorithm);
  } catch {
    // Whatever it is, AWS could not open it either.
    return null;
  }
}

/** How many bytes PKCS#8 states, and how many there are. Null where that is the same. */
function paddedPrivate(kek: Buffer, wrapped: Buffer): string | null {
  let lengths: readonly [number, number];
  try {
    const der = kwpUnwrap(kek, wrapped);
    const stated = AsnConvert.serialize(AsnConvert.parse(der, PrivateKeyInfo)).byteLength;
    lengths = [stated, der.length];
  } catch {
    // Not RFC 5649, or no PKCS#8 inside: nothing that AWS could read.
    return 'what the token wraps cannot be read outside as a private key';
  }
  const [stated, came] = lengths;
  return stated === came
    ? null
    : `the key wrap adds zeros to them (${stated} bytes become ${came})`;
}

function isSamePrivate(
  spec: PrivateSpec,
  { wrapped, publicKey }: Wrapped,
  kek: Buffer,
  sent: Buffer,
): boolean {
  const halves = [
    publicHalfOf(spec, sent),
    publicHalfOf(spec, kwpUnwrap(kek, Buffer.from(wrapped))),
  ];
  return halves.every((half) => half !== null && publicKey !== null && half.equals(publicKey));
}

function isSameSecret(
  spec: KeySpec,
  { wrapped }: Wrapped,
  wrap: (kek: Buffer, key: Buffer) => Buffer,
  kek: Buffer,
  sent: Buffer,
  kcv: Kcv,
): boolean {
  if (sent.length !== keySpecs[spec].secretBytes) return false;
  return (
    wrap(kek, sent).equals(Buffer.from(wrapped)) && kcvOfSecret(spec, sent).value === kcv.value
  );
}

/**
 * One key in 256 begins with a zero byte. A module that leaves it out makes PKCS#8 of another length,
 * to which an inexact key wrap would add a zero unseen.
 */
function tryShort(scope: Scope, spec: CurveSpec, under: Under, kek: Buffer): string | null {
  const scalar = randomBytes(curves[spec].bytes);
  scalar[0] = 0;
  const point = publicPoint(spec, scalar);
  const publicKey = curveSpki(spec, point);
  const wrapped = kwpWrap(kek, curvePkcs8(spec, scalar, point));
  const key = openUnder(scope, under, { spec, wrapped, publicKey }, leaving(spec));
  const { mechanism } = under;
  const again = scope.cryptoki.wrap(scope.session, { mechanism }, under.key, key);
  if (publicHalfOf(spec, kwpUnwrap(kek, again))?.equals(publicKey) === true) return null;
  return 'the token leaves out a zero byte that belongs to one in 256 of them';
}
