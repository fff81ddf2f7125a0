import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { PrivateKeyInfo } from '@peculiar/asn1-pkcs8';
import { isLatticeSpec, lattice, makeMaterial, publicKeyOf } from '../material/key-pairs.ts';
import type { KeySpec } from '../model/key-specs.ts';
import { dryRunSucceeded, unsupported } from '../wire/failures.ts';
import { oneOf, required } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';
import { requireInside } from './outside-use.ts';
import { cryptoFields, encryptWith, requireSymmetricUse } from './symmetric-use.ts';

const dataKeyPairSpecs = [
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'SM2',
  'ECC_NIST_EDWARDS25519',
  'ML_KEM_512',
  'ML_KEM_768',
  'ML_KEM_1024',
] as const satisfies readonly KeySpec[];
type PairSpec = (typeof dataKeyPairSpecs)[number];

/** Members that GenerateDataKeyPair and its form without plaintext share. */
export const dataKeyPairFields = {
  ...keyIdField,
  KeyPairSpec: required(oneOf(dataKeyPairSpecs)),
  ...cryptoFields,
};

interface PairRequest {
  readonly KeyId: string;
  readonly KeyPairSpec: PairSpec;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
  readonly DryRun?: boolean;
}
type PairOperation = 'GenerateDataKeyPair' | 'GenerateDataKeyPairWithoutPlaintext';

function open(call: Call, operation: PairOperation, request: PairRequest) {
  const key = openKey(call, operation, request.KeyId, { aliases: true });
  requireSymmetricUse(call, key);
  requireInside(key);
  if (request.KeyPairSpec === 'SM2') throw unsupported('SM2 exists in China Regions only.');
  return key;
}

/** PKCS#8 with the seed alone, as RFC 9935 allows; the other specs are PKCS#8 already. */
function privateKeyOf(spec: PairSpec, material: Buffer): Buffer {
  if (!isLatticeSpec(spec)) return material;
  const seed = Buffer.concat([Buffer.from([0x80, material.length]), material]);
  const info = new PrivateKeyInfo({
    version: 0,
    privateKeyAlgorithm: new AlgorithmIdentifier({ algorithm: lattice[spec].oid }),
    privateKey: new OctetString(seed),
  });
  return Buffer.from(AsnConvert.serialize(info));
}

/** Slow half: checks what it may, and makes the pair. */
export async function preparePair(
  call: Call,
  operation: PairOperation,
  request: PairRequest,
): Promise<Buffer> {
  open(call, operation, request);
  return makeMaterial(request.KeyPairSpec);
}

/**
 * Quick half, for both pair operations: the private key under the KMS key. `material` is what
 * {@link preparePair} made. @throws DryRunOperationException
 */
export function sealPair(
  call: Call,
  operation: PairOperation,
  request: PairRequest,
  material: Buffer,
) {
  const key = open(call, operation, request);
  if (request.DryRun === true) throw dryRunSucceeded();
  const privateKey = privateKeyOf(request.KeyPairSpec, material);
  const { ciphertext, materialId } = encryptWith(call, key, privateKey, request.EncryptionContext);
  const reply = {
    PrivateKeyCiphertextBlob: ciphertext.toString('base64'),
    PublicKey: publicKeyOf(request.KeyPairSpec, material).toString('base64'),
    KeyId: key.arn,
    KeyPairSpec: request.KeyPairSpec,
    KeyMaterialId: materialId,
  };
  return { privateKey, reply };
}
