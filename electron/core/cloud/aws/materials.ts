import { createHash, createPublicKey } from 'node:crypto';
import {
  DeleteImportedKeyMaterialCommand,
  type AlgorithmSpec,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  ListKeyRotationsCommand,
  type RotationsListEntry,
  type WrappingKeySpec,
} from '@aws-sdk/client-kms';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { dateAt, msOf } from '../../kernel/node-dates.ts';
import type { ImportParameters, Material, MaterialAnswer, Read } from '../answers.ts';
import type { CallContext, MaterialImport } from '../cloud.ts';
import { allPages, blob, type Link, missing, must, nextOf } from './link.ts';

/** Wrapping keys below this are refused, whatever was asked for. */
const fewestBits = 3072;
/** AWS's largest import token. */
const largestToken = 6144;

/**
 * Token and wrapping key for one import. The key is checked here, because whoever could exchange
 * it would receive the key material in clear.
 * @throws OperationError WRAPPING_KEY_WEAK
 */
export function parametersForImport(
  link: Link,
  keyId: string,
  algorithm: string,
  spec: string,
  context?: CallContext,
): Promise<ImportParameters> {
  const ticket = link.fresh.takePlace(keyId);
  return link.read(
    'GetParametersForImport',
    {
      parameters: { KeyId: keyId, WrappingAlgorithm: algorithm, WrappingKeySpec: spec },
      keyId,
      ...(ticket ? { ticket } : {}),
    },
    (options) =>
      link.kms.send(
        new GetParametersForImportCommand({
          KeyId: keyId,
          WrappingAlgorithm: algorithm as AlgorithmSpec,
          WrappingKeySpec: spec as WrappingKeySpec,
        }),
        options,
      ),
    (reply) => {
      const keyArn = must(reply.KeyId, 'KeyId');
      if (!keyArn.endsWith(`/${bareId(keyId)}`)) throw missing('KeyId of the key asked for');
      const token = must(reply.ImportToken, 'ImportToken');
      if (token.length === 0 || token.length > largestToken)
        throw missing('ImportToken of a known size');
      const spki = must(reply.PublicKey, 'PublicKey');
      const validTo = must(msOf(reply.ParametersValidTo), 'ParametersValidTo');
      return { keyArn, token, spki, validTo, ...inspectWrappingKey(spki, spec) };
    },
    context,
  );
}

const bareId = (keyId: string): string => keyId.slice(keyId.lastIndexOf('/') + 1);

/** @throws OperationError WRAPPING_KEY_WEAK when it is not the strong RSA key that was asked for */
function inspectWrappingKey(
  spki: Uint8Array,
  spec: string,
): Pick<ImportParameters, 'fingerprint' | 'modulusSha256' | 'modulusBits'> {
  const key = publicKeyOf(spki);
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const asked = Number(/^RSA_(\d{4})$/.exec(spec)?.[1] ?? 0);
  if (modulusLength < fewestBits || modulusLength !== asked || publicExponent !== 65_537n) {
    throw new OperationError('WRAPPING_KEY_WEAK', {
      retry: 'permanent',
      bits: modulusLength,
      asked: spec,
      exponent: publicExponent.toString(),
    });
  }
  const modulus = Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url');
  return {
    fingerprint: createHash('sha256').update(spki).digest('hex'),
    modulusSha256: createHash('sha256').update(modulus).digest('hex'),
    modulusBits: modulusLength,
  };
}

function publicKeyOf(spki: Uint8Array) {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch (cause) {
    throw new OperationError(
      'WRAPPING_KEY_WEAK',
      { retry: 'permanent', problem: 'unreadable' },
      { cause },
    );
  }
  throw new OperationError('WRAPPING_KEY_WEAK', { retry: 'permanent', problem: 'not an RSA key' });
}

/**
 * Repeats safely with the same material where ImportType is left out. A further material is refused the
 * second time, and what is waiting tells whether the first time took effect.
 */
export function importMaterial(
  link: Link,
  material: MaterialImport,
  context?: CallContext,
): Promise<MaterialAnswer> {
  const { keyId, token, encryptedKeyMaterial, validTo, description, materialId, isNew } = material;
  return link.change(
    'ImportKeyMaterial',
    {
      parameters: {
        KeyId: keyId,
        ImportToken: blob(token),
        EncryptedKeyMaterial: blob(encryptedKeyMaterial),
        ValidTo: validTo,
        ...(isNew === undefined ? {} : { ImportType: 'NEW_KEY_MATERIAL' }),
        ...(materialId === undefined ? {} : { KeyMaterialId: materialId }),
        ...(description === undefined ? {} : { KeyMaterialDescription: description }),
      },
      keyId,
    },
    (options) =>
      link.kms.send(
        new ImportKeyMaterialCommand({
          KeyId: keyId,
          ImportToken: token,
          EncryptedKeyMaterial: encryptedKeyMaterial,
          ...(validTo === null
            ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' as const }
            : { ExpirationModel: 'KEY_MATERIAL_EXPIRES' as const, ValidTo: dateAt(validTo) }),
          ...(isNew === undefined ? {} : { ImportType: 'NEW_KEY_MATERIAL' as const }),
          ...(materialId === undefined ? {} : { KeyMaterialId: materialId }),
          ...(description === undefined ? {} : { KeyMaterialDescription: description }),
        }),
        options,
      ),
    (reply: MaterialReply) => materialAnswer(reply),
    context,
  );
}

export function deleteMaterial(
  link: Link,
  keyId: string,
  materialId?: string,
  context?: CallContext,
): Promise<MaterialAnswer> {
  const which = materialId === undefined ? {} : { KeyMaterialId: materialId };
  return link.change(
    'DeleteImportedKeyMaterial',
    { parameters: { KeyId: keyId, ...which }, keyId },
    (options) =>
      link.kms.send(new DeleteImportedKeyMaterialCommand({ KeyId: keyId, ...which }), options),
    (reply: MaterialReply) => materialAnswer(reply),
    context,
  );
}

interface MaterialReply {
  readonly $metadata: { readonly requestId?: string };
  readonly KeyId?: string | undefined;
  readonly KeyMaterialId?: string | undefined;
}

/** AWS may leave the reply's fields out, or send an empty material id. */
const materialAnswer = (reply: MaterialReply) => ({
  keyArn: reply.KeyId ?? '',
  materialId: reply.KeyMaterialId ? reply.KeyMaterialId : null,
});

export async function listKeyMaterials(
  link: Link,
  keyId: string,
  context?: CallContext,
): Promise<Read & { readonly materials: readonly Material[] }> {
  const { items, ...read } = await allPages((marker) =>
    link.read(
      'ListKeyRotations',
      { parameters: { KeyId: keyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }, keyId },
      (options) =>
        link.kms.send(
          new ListKeyRotationsCommand({
            KeyId: keyId,
            IncludeKeyMaterial: 'ALL_KEY_MATERIAL',
            Limit: 1000,
            ...(marker === undefined ? {} : { Marker: marker }),
          }),
          options,
        ),
      (reply) => ({ items: (reply.Rotations ?? []).map(materialFrom), next: nextOf(reply) }),
      context,
    ),
  );
  return { materials: items, ...read };
}

function materialFrom(entry: RotationsListEntry): Material {
  const expiration = entry.ExpirationModel;
  return {
    materialId: must(entry.KeyMaterialId, 'KeyMaterialId'),
    state: must(entry.KeyMaterialState, 'KeyMaterialState'),
    importState: entry.ImportState ?? null,
    description: entry.KeyMaterialDescription ?? '',
    expires: expiration === undefined ? null : expiration === 'KEY_MATERIAL_EXPIRES',
    validTo: msOf(entry.ValidTo),
    rotatedAt: msOf(entry.RotationDate),
  };
}
