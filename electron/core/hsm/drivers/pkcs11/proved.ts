import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import {
  type KeySpec,
  keySpecs,
  type WrappingAlgorithm,
} from '../../../../../shared/model/key-specs.ts';
import { isPrivateSpec, isRsaSpec, moduli, type RsaSpec } from '../../../crypto/public-key.ts';
import { type OaepAlgorithm, oaepPart } from '../../wrapping-key.ts';
import { makeOwnPair, type OaepTrial, type OwnPair, tryOaep } from './aws-wrap.ts';
import { findGcm, type GcmLayout } from './gcm.ts';
import { blobMechanismNumber, findMeans, type Means } from './means.ts';
import type { Scope } from './open-token.ts';
import { cannotSend, type SpecTrial, trySpec } from './trials-key-types.ts';
import { type LengthTrial, tryLengths } from './trials-length.ts';

/**
 * What round trips have shown in this process. Each is done when it is first needed, and kept only
 * where it went well: a token that was going away at that moment is asked again.
 */
export class Proved {
  #means: Means | null = null;
  #gcm: GcmLayout | null = null;
  #own: OwnPair | null = null;
  readonly #oaep = new Map<OaepAlgorithm, OaepTrial>();
  readonly #types = new Map<KeySpec, SpecTrial>();
  #lengths: readonly LengthTrial[] | null = null;

  means(scope: Scope): Means {
    if (this.#means !== null) return this.#means;
    const means = findMeans(scope);
    if (means.blobMechanism !== null && means.cmac !== null) this.#means = means;
    return means;
  }

  /** @throws OperationError HSM_CANNOT_SEND */
  gcm(scope: Scope): GcmLayout {
    if (this.#gcm !== null) return this.#gcm;
    const found = findGcm(scope);
    this.#gcm = found.layout;
    if (found.layout !== null) return found.layout;
    throw cannot('this token does not do AES-256-GCM', found.external);
  }

  oaep(scope: Scope, algorithm: OaepAlgorithm): OaepTrial {
    const known = this.#oaep.get(algorithm);
    if (known !== undefined) return known;
    this.#own ??= makeOwnPair();
    const trial = tryOaep(scope, this.#own, algorithm);
    if (trial.ok) this.#oaep.set(algorithm, trial);
    return trial;
  }

  /** Null where nothing wraps as RFC 5649 says. */
  lengths(scope: Scope): readonly LengthTrial[] | null {
    if (this.#lengths !== null) return this.#lengths;
    const mechanism = blobMechanismNumber(this.means(scope), 'CKM_AES_KEY_WRAP_KWP');
    if (mechanism === null) return null;
    const lengths = tryLengths(scope, mechanism);
    if (lengths.every((trial) => trial.external === null)) this.#lengths = lengths;
    return lengths;
  }

  type(scope: Scope, spec: KeySpec): SpecTrial {
    const known = this.#types.get(spec);
    if (known !== undefined) return known;
    const trial = this.#try(scope, spec);
    if (trial.fault === null) this.#types.set(spec, trial);
    return trial;
  }

  /**
   * An algorithm that no round trip has proved in this process carries no key away.
   * @throws OperationError HSM_CANNOT_SEND
   */
  requireAlgorithm(scope: Scope, algorithm: WrappingAlgorithm): void {
    const trial = this.oaep(scope, oaepPart(algorithm));
    if (!trial.ok) throw cannot(`this token does not do ${algorithm}`, trial.external);
  }

  /**
   * A key type that no round trip has proved in this process is neither made nor sent. AES-256 needs
   * no more than what is known of the wraps anyway.
   * @throws OperationError HSM_CANNOT_SEND
   */
  requireType(scope: Scope, spec: KeySpec): void {
    if (spec === 'SYMMETRIC_DEFAULT') return;
    const { fault, external } = this.type(scope, spec);
    if (fault !== null)
      throw cannot(`${spec} keys cannot be sent from this token: ${fault}`, external);
  }

  #try(scope: Scope, spec: KeySpec): SpecTrial {
    const algorithm = keySpecs[spec].wrapping.find((one) => this.oaep(scope, oaepPart(one)).ok);
    if (algorithm === undefined) return cannotSend(spec, 'neither form of RSA-OAEP works');
    const lengths = isPrivateSpec(spec) ? this.lengths(scope) : [];
    if (lengths === null) return cannotSend(spec, 'nothing here wraps as RFC 5649 says');
    const known = isRsaSpec(spec) ? this.#rsa(scope, spec, lengths) : null;
    if (known !== null) return known;
    this.#own ??= makeOwnPair();
    return trySpec(scope, spec, { means: this.means(scope), own: this.#own, algorithm });
  }

  /**
   * The PKCS#8 of an RSA key has one length or another, so that no one key shows what becomes of the
   * next: an inexact wrap excludes them all. What a key of 2,048 bits shows holds for the longer ones,
   * which are too slow to be made for a trial.
   */
  #rsa(scope: Scope, spec: RsaSpec, lengths: readonly LengthTrial[]): SpecTrial | null {
    if (!lengths.every((trial) => trial.exact)) {
      return cannotSend(spec, 'the key wrap adds zeros to most of them');
    }
    const most = scope.mostRsaBits();
    if (most < moduli[spec]) return cannotSend(spec, `the token makes ${most} bits at most`);
    return spec === 'RSA_2048' ? null : { ...this.type(scope, 'RSA_2048'), spec };
  }
}

function cannot(why: string, result: string | null): OperationError {
  const external = result === null ? undefined : { name: result, at: 'trial' };
  return new OperationError('HSM_CANNOT_SEND', { why }, external ? { external } : {});
}
