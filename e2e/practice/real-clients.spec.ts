import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHsmBridge } from '../../electron/core/hsm/bridge/client.ts';
import type { KeyBlob } from '../../electron/core/hsm/driver.ts';
import { builtIn, nss, softHsm, testPorts } from '../../electron/core/hsm/token.fixture.ts';
import {
  practiceAccessKeyId,
  practiceSecretAccessKey,
} from '../../electron/practice/kms/constants.ts';
import { type PracticeKms, startPracticeKms } from '../../electron/practice/kms/start.ts';
import { byokClient } from '../../electron/practice/kms/testing/byok.fixture.ts';
import { keySpecs, type KeyUsage, type WrappingAlgorithm } from '../../shared/model/key-specs.ts';

/** Debian's package; another `aws` in front of it on the PATH would be another client. */
const awsCli = '/usr/bin/aws';
const run = promisify(execFile);

let kms: PracticeKms;
let folder: string;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 100 });
  folder = mkdtempSync(join(tmpdir(), 'practice-clients-'));
});
afterAll(async () => {
  await kms.close();
  rmSync(folder, { recursive: true });
});

const inFolder = (name: string): string => join(folder, name);

/** What the AWS CLI answers to a command line, as JSON. It knows nothing of us but an address. */
async function aws(line: string): Promise<Record<string, unknown>> {
  const words = `--endpoint-url ${kms.url} --output json kms ${line}`.split(' ');
  const { stdout } = await run(awsCli, words, {
    env: {
      PATH: '/usr/bin:/bin',
      HOME: folder,
      AWS_ACCESS_KEY_ID: practiceAccessKeyId,
      AWS_SECRET_ACCESS_KEY: practiceSecretAccessKey,
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_MAX_ATTEMPTS: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    },
  });
  return stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
}

const fileb = (name: string): string => `fileb://${inFolder(name)}`;
const keep = (name: string, base64: unknown): void =>
  writeFileSync(inFolder(name), Buffer.from(String(base64), 'base64'));

/** A key whose material openssl wraps, as AWS's guide tells it. */
async function importByHand(material: Buffer): Promise<string> {
  const made = await aws('create-key --origin EXTERNAL');
  const { KeyId } = made['KeyMetadata'] as { KeyId: string };
  const given = await aws(
    `get-parameters-for-import --key-id ${KeyId} --wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_2048`,
  );
  keep('key.der', given['PublicKey']);
  keep('token.bin', given['ImportToken']);
  writeFileSync(inFolder('material.bin'), material, { mode: 0o600 });
  const oaep = 'rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256';
  const files = `-inkey ${inFolder('key.der')} -in ${inFolder('material.bin')} -out ${inFolder('wrapped.bin')}`;
  const line = `pkeyutl -encrypt -pubin -keyform DER ${files} -pkeyopt ${oaep}`;
  execFileSync('openssl', line.split(' '));
  await aws(
    `import-key-material --key-id ${KeyId} --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE --import-token ${fileb('token.bin')} --encrypted-key-material ${fileb('wrapped.bin')}`,
  );
  return KeyId;
}

describe.skipIf(!existsSync(awsCli))("Debian's aws with openssl", () => {
  test('imports a key, uses it, and is told what is wrong', async () => {
    const keyId = await importByHand(randomBytes(32));
    writeFileSync(inFolder('plain.txt'), 'of one client');
    const context = '--encryption-context purpose=test';
    const sealed = await aws(
      `encrypt --key-id ${keyId} --plaintext ${fileb('plain.txt')} ${context}`,
    );
    keep('sealed.bin', sealed['CiphertextBlob']);
    const decrypt = `decrypt --ciphertext-blob ${fileb('sealed.bin')}`;
    const opened = await aws(`${decrypt} ${context}`);
    keep('opened.txt', opened['Plaintext']);
    expect(readFileSync(inFolder('opened.txt'), 'utf8')).toBe('of one client');
    await expect(aws(decrypt)).rejects.toThrow(
      '(InvalidCiphertextException) when calling the Decrypt',
    );
  });
});

describe.each([softHsm, nss])('material wrapped by $name', (kind) => {
  test.skipIf(kind.missing !== null)('is taken, and opens what it sealed', async () => {
    const token = await kind.make();
    const bridge = createHsmBridge(testPorts);
    const client = byokClient(kms.url);
    try {
      await bridge.attach(token.target);
      if (token.pin !== null) await bridge.login(token.pin);
      const { wrappingAlgorithms } = await bridge.probe();
      const { id } = await bridge.createMaster('0f'.repeat(16));
      const blob = await bridge.generateKey(id, 'SYMMETRIC_DEFAULT');
      for (const algorithm of wrappingAlgorithms) {
        const KeyId = await client.createKey();
        const given = await client.parameters(KeyId, algorithm, 'RSA_3072');
        const spki = Buffer.from(given.PublicKey, 'base64');
        const { encryptedKeyMaterial } = await bridge.wrapForAws(blob, spki, algorithm);
        await client.must('ImportKeyMaterial', {
          KeyId,
          ImportToken: given.ImportToken,
          EncryptedKeyMaterial: Buffer.from(encryptedKeyMaterial).toString('base64'),
          ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
        });
        const { CiphertextBlob } = await client.must('Encrypt', { KeyId, Plaintext: 'eA==' });
        expect((await client.must('Decrypt', { CiphertextBlob }))['Plaintext']).toBe('eA==');
      }
      expect(wrappingAlgorithms.length).toBeGreaterThan(0);
    } finally {
      await bridge.detach();
      token.remove();
    }
  });
});

describe.each([softHsm, nss, builtIn])('every key type that $name sends', (kind) => {
  test.skipIf(kind.missing !== null)('is the same key in the KMS, for every use', async () => {
    const token = await kind.make();
    const bridge = createHsmBridge(testPorts);
    const client = byokClient(kms.url);
    const imported = async (
      blob: KeyBlob,
      algorithm: WrappingAlgorithm,
      usage: KeyUsage,
    ): Promise<string> => {
      const KeyId = await client.createKey({ KeySpec: blob.spec, KeyUsage: usage });
      const given = await client.parameters(KeyId, algorithm, 'RSA_4096');
      const spki = Buffer.from(given.PublicKey, 'base64');
      const sent = await bridge.wrapForAws(blob, spki, algorithm);
      await client.must('ImportKeyMaterial', {
        KeyId,
        ImportToken: given.ImportToken,
        EncryptedKeyMaterial: Buffer.from(sent.encryptedKeyMaterial).toString('base64'),
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      });
      return KeyId;
    };
    try {
      await bridge.attach(token.target);
      if (token.pin !== null) await bridge.login(token.pin);
      const { sendable } = await bridge.probe();
      expect(sendable.length).toBeGreaterThan(6);
      const { id } = await bridge.createMaster('0f'.repeat(16));
      for (const { spec, algorithm } of sendable) {
        const blob = await bridge.generateKey(id, spec);
        for (const usage of keySpecs[spec].usages) {
          const KeyId = await imported(blob, algorithm, usage);
          const what = `${spec} for ${usage}`;
          if (blob.publicKey !== null) {
            const { PublicKey } = await client.must('GetPublicKey', { KeyId });
            expect(PublicKey, what).toBe(Buffer.from(blob.publicKey).toString('base64'));
          } else if (usage === 'GENERATE_VERIFY_MAC') {
            const Message = Buffer.alloc(16).toString('base64');
            const MacAlgorithm = spec.replace('_', '_SHA_');
            const { Mac } = await client.must('GenerateMac', { KeyId, Message, MacAlgorithm });
            const five = Buffer.from(String(Mac), 'base64').subarray(0, 5).toString('hex');
            expect(five.toUpperCase(), what).toBe(blob.kcv.value);
          } else {
            expect((await client.metadata(KeyId))['KeyState'], what).toBe('Enabled');
          }
        }
      }
    } finally {
      await bridge.detach();
      token.remove();
    }
  });
});
