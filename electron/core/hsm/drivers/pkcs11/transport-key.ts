import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { type KeySpec, keySpecs } from '../../../../../shared/model/key-specs.ts';
import { aesCmac } from '../../../crypto/cmac.ts';
import type { KeyBlob, TransportKey } from '../../driver.ts';
import { requireBroughtLength, spkiKcv, wrappedLength } from '../../kept-key.ts';
import { oaepHashes } from '../../wrapping-key.ts';
import { measure, openForUnwrapping, type Wrapped, wrapMade } from './blob-key.ts';
import type { Handle, Template } from './cryptoki.ts';
import { CryptokiError, failureOf, isDeviceGone } from './cryptoki-error.ts';
import { requireAsAsked } from './hardened.ts';
import { type CmacWay, cmacOfZero } from './kcv.ts';
import { leaving, makeKey, measurable } from './key-types.ts';
import { oaep } from './known-keys.ts';
import { noCheckValue, requireMaster } from './master-key.ts';
import { attempt, type Means } from './means.ts';
import { masterObjectId } from './object-id.ts';
import type { Scope } from './open-token.ts';
import { sessionSecret } from './templates.ts';

type Algorithm = TransportKey['algorithm'];
const algorithms: readonly Algorithm[] = ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'];

/**
 * An RSA pair of the session, wrapped under the master; then a key that is no secret is wrapped under its
 * public half outside, and has to come in through the blob. A key wrap that adds zeros to the PKCS#8 does
 * no harm here: nobody but this token opens it.
 */
export function makeTransportKey(scope: Scope, means: Means, masterId: string): TransportKey {
  requireMaster(scope, masterObjectId(masterId));
  const way = cmacWay(means);
  const spec = scope.mostRsaBits() < 4096 ? 'RSA_3072' : 'RSA_4096';
  const made = makeKey(scope, spec);
  const blob = wrapMade(scope, means, masterId, spec, made);
  const trials = algorithms.map((algorithm) => ({
    algorithm,
    trial: tryIn(scope, { means, way, blob, algorithm }),
  }));
  const proved = trials.find(({ trial }) => trial === true)?.algorithm;
  if (proved !== undefined) {
    const kcv = spkiKcv(made.publicKey ?? Buffer.alloc(0));
    return { blob: { ...blob, kcv }, algorithm: proved };
  }
  const refusal = trials.map(({ trial }) => trial).find((trial) => typeof trial === 'object');
  if (refusal && isDeviceGone(refusal)) throw refusal;
  const details = { why: 'no key that was wrapped outside opens in this token' };
  throw refusal
    ? failureOf(refusal, { code: 'HSM_CANNOT_SEND', details })
    : new OperationError('HSM_CANNOT_SEND', details);
}

interface Trial {
  readonly means: Means;
  readonly way: CmacWay;
  readonly blob: Wrapped;
  readonly algorithm: Algorithm;
}

/** Whether a key of known value comes in as it is; else false, or what the token says. */
function tryIn(scope: Scope, { means, way, blob, algorithm }: Trial): boolean | CryptokiError {
  const value = randomBytes(32);
  const wrapped = publicEncrypt(
    {
      key: createPublicKey({ key: Buffer.from(blob.publicKey ?? []), format: 'der', type: 'spki' }),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: oaepHashes[algorithm],
    },
    value,
  );
  const transport = openForUnwrapping(scope, means, blob);
  const found = attempt(() => {
    const template = measurable('SYMMETRIC_DEFAULT', way);
    const key = unwrapUnder(scope, transport, wrapped, algorithm, template);
    return cmacOfZero(scope, key, way);
  });
  return Buffer.isBuffer(found) ? found.equals(aesCmac(value, Buffer.alloc(16))) : found;
}

function unwrapUnder(
  scope: Scope,
  transport: Handle,
  wrapped: Uint8Array,
  algorithm: Algorithm,
  template: Template,
): Handle {
  const { cryptoki, session } = scope;
  const mechanism = oaep(oaepHashes[algorithm]);
  return scope.temporary(cryptoki.unwrap(session, mechanism, transport, wrapped, template));
}

/**
 * Opens what was wrapped under a transport key into an object like one that is made here, and wraps it
 * under the master as any other. The check value is taken from the blob unwrapped again.
 */
export function bringIn(
  scope: Scope,
  means: Means,
  { blob: transport, algorithm }: TransportKey,
  wrapped: Uint8Array,
  spec: KeySpec,
): KeyBlob {
  const way = cmacWay(means);
  const template = leaving(spec);
  const opened = openForUnwrapping(scope, means, transport);
  const key = attempt(() => unwrapUnder(scope, opened, wrapped, algorithm, template));
  if (key instanceof CryptokiError) {
    const secret = sessionSecret({ EXTRACTABLE: false });
    const opens = attempt(() => unwrapUnder(scope, opened, wrapped, algorithm, secret));
    // no key of this type, as NSS says of an AES key of 31 bytes; but a secret
    if (!(opens instanceof CryptokiError)) throw wrongLength(spec, key);
    // a file that is not for this key, or a token that opens nothing any more
    const works = tryIn(scope, { means, way, blob: transport, algorithm }) === true;
    throw works ? failureOf(key, { code: 'BRING_IN_NOT_OPENED', details: {} }) : key;
  }
  requireAsAsked(scope, key, template);
  requireLength(scope, key, spec);
  const blob = wrapMade(scope, means, transport.masterId, spec, { key, publicKey: null });
  requireBroughtLength(spec, blob.wrapped.length - wrappedLength(0));
  return { ...blob, kcv: measure(scope, means, blob) };
}

function wrongLength(spec: KeySpec, refusal: CryptokiError): OperationError {
  const details = { expected: keySpecs[spec].secretBytes };
  return failureOf(refusal, { code: 'BRING_IN_WRONG_LENGTH', details });
}

/**
 * Some tokens say how long a key is that came in. SoftHSM says 0, and fills a shorter key up with zeros when
 * it wraps it: an AES key is another one then, as its check value shows, and an HMAC key does as before.
 */
function requireLength(scope: Scope, key: Handle, spec: KeySpec): void {
  const said = attempt(() => scope.cryptoki.get(scope.session, key, ['VALUE_LEN'])[0]);
  const bytes = said instanceof CryptokiError ? 0 : (said?.[0] ?? 0);
  if (bytes !== 0) requireBroughtLength(spec, bytes);
}

function cmacWay({ cmac }: Means): CmacWay {
  if (cmac === null) throw noCheckValue();
  return cmac;
}
