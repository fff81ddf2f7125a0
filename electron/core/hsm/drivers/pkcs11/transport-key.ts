import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { type KeySpec, keySpecs } from '../../../../../shared/model/key-specs.ts';
import type { KeyBlob, TransportKey } from '../../driver.ts';
import { kcvOfSecret, requireBroughtLength, spkiKcv, wrappedLength } from '../../kept-key.ts';
import { oaepHashes } from '../../wrapping-key.ts';
import { measure, openForUnwrapping, type Wrapped, wrapMade } from './blob-key.ts';
import type { Handle, Template } from './cryptoki.ts';
import { CryptokiError, failureOf, isDeviceGone } from './cryptoki-error.ts';
import { requireAsAsked } from './hardened.ts';
import { leaving, makeKey } from './key-types.ts';
import { oaep } from './known-keys.ts';
import { requireMaster } from './master-key.ts';
import { attempt, type Means } from './means.ts';
import { masterObjectId } from './object-id.ts';
import type { Scope } from './open-token.ts';
import { sessionSecret } from './templates.ts';

type Algorithm = TransportKey['algorithm'];
const algorithms: readonly Algorithm[] = ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'];

/**
 * An RSA pair of the session, wrapped under the master; then a key that is no secret is wrapped under its
 * public half outside, and has to come in through the blob and be kept, as any key that comes in. A key wrap that adds zeros to the PKCS#8 does
 * no harm here: nobody but this token opens it.
 */
export function makeTransportKey(scope: Scope, means: Means, masterId: string): TransportKey {
  requireMaster(scope, masterObjectId(masterId));
  const spec = scope.mostRsaBits() < 4096 ? 'RSA_3072' : 'RSA_4096';
  const made = makeKey(scope, spec);
  const blob = wrapMade(scope, means, masterId, spec, made);
  const trials = algorithms.map((algorithm) => ({
    algorithm,
    trial: tryIn(scope, { means, blob, algorithm, spec: 'SYMMETRIC_DEFAULT' }),
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
  readonly blob: Wrapped;
  readonly algorithm: Algorithm;
  /** Of the key that comes in. */
  readonly spec: KeySpec;
}

/** Whether a key of known value comes in and is kept as it is; else false, or what the token says. */
function tryIn(scope: Scope, { means, blob, algorithm, spec }: Trial): boolean | CryptokiError {
  const value = randomBytes(keySpecs[spec].secretBytes ?? 0);
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
    const template = leaving(spec);
    const key = unwrapUnder(scope, transport, wrapped, algorithm, template);
    requireAsAsked(scope, key, template);
    const kept = wrapMade(scope, means, blob.masterId, spec, { key, publicKey: null });
    return measure(scope, means, kept);
  });
  return found instanceof CryptokiError ? found : found.value === kcvOfSecret(spec, value).value;
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
  const template = leaving(spec);
  const opened = openForUnwrapping(scope, means, transport);
  const key = attempt(() => unwrapUnder(scope, opened, wrapped, algorithm, template));
  if (key instanceof CryptokiError) {
    // a token that lets in, or keeps, no such key any more: nothing is said of the file
    if (tryIn(scope, { means, blob: transport, algorithm, spec }) !== true) throw key;
    const secret = sessionSecret({ EXTRACTABLE: false });
    const opens = attempt(() => unwrapUnder(scope, opened, wrapped, algorithm, secret));
    // no key of this type, as NSS says of an AES key of 31 bytes; but a secret
    if (!(opens instanceof CryptokiError)) throw wrongLength(spec, key);
    throw failureOf(key, { code: 'BRING_IN_NOT_OPENED', details: {} });
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
