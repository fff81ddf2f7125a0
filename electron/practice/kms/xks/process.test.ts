import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConnectCustomKeyStoreCommand,
  CreateCustomKeyStoreCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeCustomKeyStoresCommand,
  DescribeKeyCommand,
  DisconnectCustomKeyStoreCommand,
  GenerateDataKeyCommand,
  KMSClient,
  KMSInvalidStateException,
  UpdateCustomKeyStoreCommand,
  XksKeyNotFoundException,
  XksProxyIncorrectAuthenticationCredentialException,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { practiceAccessKeyId, practiceSecretAccessKey } from '../constants.ts';
import { createAuthority } from '../testing/certificates.fixture.ts';
import { main, spawnPracticeKms } from '../testing/process.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import { peerHost, storeBody } from '../testing/store-bench.fixture.ts';
import { peerCredential, startXksPeer, type XksPeer } from '../testing/xks-peer.fixture.ts';

let folder: string;
let peer: XksPeer;
let caFile: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'practice-kms-xks-'));
  caFile = join(folder, 'ca.pem');
  const authority = createAuthority();
  writeFileSync(caFile, authority.certificate);
  peer = await startXksPeer(authority.identity(peerHost));
});
afterAll(async () => {
  await peer.close();
  rmSync(folder, { recursive: true });
});

const sdk = (endpoint: string) =>
  new KMSClient({
    endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: practiceAccessKeyId,
      secretAccessKey: practiceSecretAccessKey,
    },
  });

const start = () => [
  '--trust-ca',
  caFile,
  '--xks-connect',
  `${peerHost}=127.0.0.1:${peer.port}`,
  '--connect-seconds',
  '300',
  '--data',
  join(folder, 'data'),
];

const request = (secret = peerCredential.RawSecretAccessKey) =>
  new CreateCustomKeyStoreCommand({
    ...storeBody(),
    CustomKeyStoreName: 'by the SDK',
    XksProxyAuthenticationCredential: { ...peerCredential, RawSecretAccessKey: secret },
  });

test('the SDK keeps a store through a restart, by its own process', async () => {
  const first = await spawnPracticeKms(start());
  let kms = sdk(first.url);
  await expect(kms.send(request('x'.repeat(43)))).rejects.toBeInstanceOf(
    XksProxyIncorrectAuthenticationCredentialException,
  );
  const { CustomKeyStoreId } = await kms.send(request());
  await kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId }));
  const states = async () =>
    (await kms.send(new DescribeCustomKeyStoresCommand({}))).CustomKeyStores?.map(
      ({ ConnectionState }) => ConnectionState,
    );
  expect(await states()).toEqual(['CONNECTING']);
  await control(first.controlUrl, 'POST /clock', { advanceSeconds: 301 });
  expect(await states()).toEqual(['CONNECTED']);
  peer.addKey('sdk');
  const wish = { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId } as const;
  await expect(
    kms.send(new CreateKeyCommand({ ...wish, XksKeyId: 'nobody' })),
  ).rejects.toBeInstanceOf(XksKeyNotFoundException);
  const made = await kms.send(new CreateKeyCommand({ ...wish, XksKeyId: 'sdk' }));
  const KeyId = made.KeyMetadata?.Arn ?? '';
  const sealed = await kms.send(
    new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext: { a: 'b' } }),
  );
  first.child.kill('SIGKILL');
  await first.exit;

  const second = await spawnPracticeKms(start());
  kms = sdk(second.url);
  expect(await states()).toEqual(['CONNECTED']);
  const open = () =>
    kms.send(
      new DecryptCommand({
        CiphertextBlob: sealed.CiphertextBlob,
        EncryptionContext: { a: 'b' },
      }),
    );
  expect((await open()).Plaintext).toEqual(sealed.Plaintext);
  await kms.send(
    new UpdateCustomKeyStoreCommand({ CustomKeyStoreId, NewCustomKeyStoreName: 'renamed' }),
  );
  await kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId }));
  await expect(open()).rejects.toBeInstanceOf(KMSInvalidStateException);
  const described = await kms.send(new DescribeKeyCommand({ KeyId }));
  expect(described.KeyMetadata).toMatchObject({
    KeyState: 'Unavailable',
    CustomKeyStoreId,
    XksKeyConfiguration: { Id: 'sdk' },
  });
  second.child.kill('SIGTERM');
  expect(await second.exit).toBe(0);
  expect(second.errors()).toBe('');
});

test.each([
  ['no file', () => join(folder, 'nothing.pem')],
  ['no certificate', () => main],
])('--trust-ca with %s stops the start, and says why', (_name, file) => {
  const run = spawnSync(
    process.execPath,
    [main, '--port', '0', '--control-port', '0', '--trust-ca', file()],
    { encoding: 'utf8' },
  );
  expect(run.status).toBe(1);
  expect(run.stderr).toContain(`cannot use the file of --trust-ca ${file()}: `);
});
