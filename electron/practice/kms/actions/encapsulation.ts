import { isLatticeSpec, lattice, type LatticeSpec } from '../material/key-pairs.ts';
import { boolean, oneOf, optional, required } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { grantTokens, keyIdField } from './fields.ts';
import { openForUse } from './key-use.ts';

/** Members that Encapsulate and Decapsulate share. */
export const encapsulationFields = {
  ...keyIdField,
  EncapsulationAlgorithm: required(oneOf(['ML_KEM'])),
  GrantTokens: grantTokens,
  DryRun: optional(boolean),
};

type Kem = Extract<LatticeSpec, `ML_KEM_${string}`>;
const isKem = (spec: LatticeSpec): spec is Kem => spec.startsWith('ML_KEM_');

interface EncapsulationRequest {
  readonly KeyId: string;
  readonly EncapsulationAlgorithm: 'ML_KEM';
}

/** The key, its mechanism (FIPS 203) and its key pair. */
export function openKem(
  call: Call,
  operation: 'Encapsulate' | 'Decapsulate',
  request: EncapsulationRequest,
) {
  const { key, material } = openForUse(call, {
    operation,
    keyId: request.KeyId,
    usage: 'KEY_ENCAPSULATION',
    algorithm: request.EncapsulationAlgorithm,
  });
  const { spec } = key;
  if (!isLatticeSpec(spec) || !isKem(spec)) throw new Error(`${spec} is no key of this usage`);
  const { make } = lattice[spec];
  return { key, make, pair: make.keygen(material) };
}
