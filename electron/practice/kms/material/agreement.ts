import { ECParameters, id_ecPublicKey } from '@peculiar/asn1-ecc';
import { AsnConvert } from '@peculiar/asn1-schema';
import { SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { curves, type CurveSpec, scalarOf } from './private-key.ts';

/**
 * The x coordinate both sides come to (SP 800-56A 5.7.1.2). Undefined for a public key that is none
 * of this curve.
 */
export function sharedSecret(
  spec: CurveSpec,
  material: Buffer,
  publicKey: Buffer,
): Buffer | undefined {
  const { curve, oid } = curves[spec];
  try {
    const info = AsnConvert.parse(publicKey, SubjectPublicKeyInfo);
    const { algorithm, parameters } = info.algorithm;
    if (algorithm !== id_ecPublicKey || !parameters) return undefined;
    if (AsnConvert.parse(parameters, ECParameters).namedCurve !== oid) return undefined;
    const point = new Uint8Array(info.subjectPublicKey);
    return Buffer.from(curve.getSharedSecret(scalarOf(spec, material), point).subarray(1));
  } catch {
    // Not DER, or not a point of the curve: AWS answers both alike.
    return undefined;
  }
}
