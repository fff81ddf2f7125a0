import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { nameOfSpec } from '../../../../shared/model/key-kinds.ts';
import type { KeySpec, WrappingAlgorithm } from '../../../../shared/model/key-specs.ts';
import type { Vault } from '../../keystore/vaults.ts';

/**
 * How a vault takes such a key to AWS, as its probe found by trying one.
 * @throws OperationError HSM_CANNOT_CARRY
 */
export function carrierOf(
  { title, probe }: Pick<Vault, 'title' | 'probe'>,
  spec: KeySpec,
): WrappingAlgorithm {
  const found = probe.sendable.find((way) => way.spec === spec);
  if (found) return found.algorithm;
  throw new OperationError('HSM_CANNOT_CARRY', { vault: title, kind: nameOfSpec(spec) });
}

const words: Readonly<Record<WrappingAlgorithm, string>> = {
  RSAES_OAEP_SHA_256: 'OAEP with SHA-256',
  RSAES_OAEP_SHA_1: 'OAEP with SHA-1',
  RSA_AES_KEY_WRAP_SHA_256: 'a fresh AES key, OAEP with SHA-256',
  RSA_AES_KEY_WRAP_SHA_1: 'a fresh AES key, OAEP with SHA-1',
};

/** What is between the wrapping key and ours. */
export const sayCarrier = (algorithm: WrappingAlgorithm): string => words[algorithm];
