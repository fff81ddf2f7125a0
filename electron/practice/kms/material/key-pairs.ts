import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair as generate,
  randomBytes,
} from 'node:crypto';
import { promisify } from 'node:util';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { ECParameters, id_ecPublicKey } from '@peculiar/asn1-ecc';
import { AsnConvert } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { rawMaterialLengths, type KeySpec } from '../model/key-specs.ts';
import { curveKey, curves, isCurveSpec, isRsaSpec, modulusBits, scalarOf } from './private-key.ts';

const generateKeyPair = promisify(generate);

/** Post-quantum specs: what makes their keys, and their object identifiers (FIPS 203 and 204). */
export const lattice = {
  ML_DSA_44: { make: ml_dsa44, oid: '2.16.840.1.101.3.4.3.17', seed: 32 },
  ML_DSA_65: { make: ml_dsa65, oid: '2.16.840.1.101.3.4.3.18', seed: 32 },
  ML_DSA_87: { make: ml_dsa87, oid: '2.16.840.1.101.3.4.3.19', seed: 32 },
  ML_KEM_512: { make: ml_kem512, oid: '2.16.840.1.101.3.4.4.1', seed: 64 },
  ML_KEM_768: { make: ml_kem768, oid: '2.16.840.1.101.3.4.4.2', seed: 64 },
  ML_KEM_1024: { make: ml_kem1024, oid: '2.16.840.1.101.3.4.4.3', seed: 64 },
} as const;
export type LatticeSpec = keyof typeof lattice;

export const isLatticeSpec = (spec: KeySpec): spec is LatticeSpec => Object.hasOwn(lattice, spec);

/**
 * New material for a key of this spec: raw bytes for symmetric and HMAC keys, PKCS#8 for RSA and
 * elliptic curves, the seed for post-quantum keys. RSA takes its time, in the thread pool.
 */
export async function makeMaterial(spec: KeySpec): Promise<Buffer> {
  if (isRsaSpec(spec)) {
    const { privateKey } = await generateKeyPair('rsa', { modulusLength: modulusBits[spec] });
    return privateKey.export({ format: 'der', type: 'pkcs8' });
  }
  if (isCurveSpec(spec)) return curveKey(spec, curves[spec].curve.utils.randomSecretKey());
  if (spec === 'ECC_NIST_EDWARDS25519') {
    const { privateKey } = await generateKeyPair('ed25519');
    return privateKey.export({ format: 'der', type: 'pkcs8' });
  }
  if (isLatticeSpec(spec)) return randomBytes(lattice[spec].seed);
  const length = rawMaterialLengths[spec]?.min;
  if (length === undefined) throw new Error(`no material is made for key spec ${spec}`);
  return randomBytes(length);
}

const spki = (algorithm: AlgorithmIdentifier, point: Uint8Array): Buffer =>
  Buffer.from(
    AsnConvert.serialize(
      new SubjectPublicKeyInfo({ algorithm, subjectPublicKey: Uint8Array.from(point).buffer }),
    ),
  );

/** DER SubjectPublicKeyInfo of the public half. */
export function publicKeyOf(spec: KeySpec, material: Buffer): Buffer {
  if (isCurveSpec(spec)) {
    const { curve, oid } = curves[spec];
    const parameters = AsnConvert.serialize(new ECParameters({ namedCurve: oid }));
    const algorithm = new AlgorithmIdentifier({ algorithm: id_ecPublicKey, parameters });
    return spki(algorithm, curve.getPublicKey(scalarOf(spec, material), false));
  }
  if (isLatticeSpec(spec)) {
    const { make, oid } = lattice[spec];
    return spki(new AlgorithmIdentifier({ algorithm: oid }), make.keygen(material).publicKey);
  }
  const key = createPrivateKey({ key: material, format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}
