/**
 * The alternative a programmer would write: the same five AWS calls with the official SDK, the key
 * made and wrapped with node:crypto. Nothing is kept, nothing is checked, nothing survives a crash.
 */
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  KMSClient,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import {
  practiceAccessKeyId,
  practiceSecretAccessKey,
} from '../../electron/practice/kms/constants.ts';
import { serve } from '../support/worker.ts';

export type BareMethods = {
  open(input: { readonly url: string }): void;
  rotate(input: { readonly groups: number; readonly parallel: number }): Promise<{
    readonly rotations: number;
    readonly wall: number;
    readonly cpu: number;
  }>;
};

let kms: KMSClient | null = null;
const made = new Set<string>();

async function rotateOne(client: KMSClient, alias: string): Promise<void> {
  const created = await client.send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
  const KeyId = created.KeyMetadata?.KeyId ?? '';
  const parameters = await client.send(
    new GetParametersForImportCommand({
      KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_1',
      WrappingKeySpec: 'RSA_4096',
    }),
  );
  const key = createPublicKey({
    key: Buffer.from(parameters.PublicKey ?? []),
    format: 'der',
    type: 'spki',
  });
  const padding = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  const EncryptedKeyMaterial = publicEncrypt(padding, randomBytes(32));
  await client.send(
    new ImportKeyMaterialCommand({
      KeyId,
      ImportToken: parameters.ImportToken,
      EncryptedKeyMaterial,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    }),
  );
  await client.send(new DescribeKeyCommand({ KeyId }));
  const target = { AliasName: alias, TargetKeyId: KeyId };
  if (made.has(alias)) await client.send(new UpdateAliasCommand(target));
  else await client.send(new CreateAliasCommand(target));
  made.add(alias);
}

const methods: BareMethods = {
  open: ({ url }) => {
    kms = new KMSClient({
      region: 'eu-west-1',
      endpoint: url,
      credentials: {
        accessKeyId: practiceAccessKeyId,
        secretAccessKey: practiceSecretAccessKey,
      },
    });
  },
  rotate: async ({ groups, parallel }) => {
    const client = kms;
    if (!client) throw new Error('not open');
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < groups) await rotateOne(client, `alias/bare-${next++}`);
    };
    const cpu = process.cpuUsage();
    const start = performance.now();
    await Promise.all(Array.from({ length: parallel }, lane));
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    return { rotations: groups, wall, cpu: (user + system) / 1000 };
  },
};

serve(methods);
