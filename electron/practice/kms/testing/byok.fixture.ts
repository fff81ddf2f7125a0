import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { rawCall, type RawReply, type Tweaks } from './raw-client.fixture.ts';

export interface ImportParameters {
  readonly ImportToken: string;
  readonly PublicKey: string;
}

/** What a client does with the public key: RSAES-OAEP by node:crypto. */
export function wrapFor(publicKey: string, material: Buffer, hash: 'sha256' | 'sha1'): string {
  const key = createPublicKey({
    key: Buffer.from(publicKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key, padding, oaepHash: hash }, material).toString('base64');
}

/** Drives a practice KMS by raw signed requests in one region. */
export function byokClient(url: string, tweaks: Tweaks = {}) {
  const call = (operation: string, body: unknown, more: Tweaks = {}): Promise<RawReply> =>
    rawCall(url, operation, body, { ...tweaks, ...more });

  async function must(operation: string, body: unknown): Promise<Record<string, unknown>> {
    const reply = await call(operation, body);
    if (reply.status !== 200) throw new Error(`${operation}: ${reply.status} ${reply.text}`);
    return reply.json ?? {};
  }

  async function createKey(body: Record<string, unknown> = {}): Promise<string> {
    const reply = await must('CreateKey', { Origin: 'EXTERNAL', ...body });
    return (reply['KeyMetadata'] as { KeyId: string }).KeyId;
  }

  async function parameters(
    keyId: string,
    algorithm = 'RSAES_OAEP_SHA_256',
    spec = 'RSA_2048',
  ): Promise<ImportParameters> {
    const wish = { KeyId: keyId, WrappingAlgorithm: algorithm, WrappingKeySpec: spec };
    return (await must('GetParametersForImport', wish)) as unknown as ImportParameters;
  }

  async function importMaterial(
    keyId: string,
    material: Buffer,
    more: Record<string, unknown> = {},
  ): Promise<RawReply> {
    const given = await parameters(keyId);
    return call('ImportKeyMaterial', {
      KeyId: keyId,
      ImportToken: given.ImportToken,
      EncryptedKeyMaterial: wrapFor(given.PublicKey, material, 'sha256'),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      ...more,
    });
  }

  async function metadata(keyId: string): Promise<Record<string, unknown>> {
    return (await must('DescribeKey', { KeyId: keyId }))['KeyMetadata'] as Record<string, unknown>;
  }

  return { call, must, createKey, parameters, importMaterial, metadata };
}
export type ByokClient = ReturnType<typeof byokClient>;
