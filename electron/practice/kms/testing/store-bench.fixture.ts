import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PracticeKmsOptions, startPracticeKms } from '../start.ts';
import { byokClient } from './byok.fixture.ts';
import { createAuthority } from './certificates.fixture.ts';
import { control } from './raw-client.fixture.ts';
import { peerCredential, peerPath, startXksPeer } from './xks-peer.fixture.ts';

export const peerHost = 'xks.example.test';

/** A time in which even a busy machine answers; the real 250 ms would make tests tell lies. */
const patienceMs = 10_000;

type Json = Readonly<Record<string, unknown>>;
let names = 0;

/** What creates a store at the peer; every call has a name of its own. */
export const storeBody = (more: Json = {}): Json => ({
  CustomKeyStoreName: `store ${(names += 1)}`,
  CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
  XksProxyConnectivity: 'PUBLIC_ENDPOINT',
  XksProxyUriEndpoint: `https://${peerHost}`,
  XksProxyUriPath: peerPath,
  XksProxyAuthenticationCredential: peerCredential,
  ...more,
});

export type StoreBench = Awaited<ReturnType<typeof startStoreBench>>;

/** A practice KMS and a proxy that it trusts and reaches by the name `peerHost`. */
export async function startStoreBench(options: PracticeKmsOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'practice-xks-'));
  const authority = createAuthority();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.certificate);
  const peer = await startXksPeer(authority.identity(peerHost));
  const kms = await startPracticeKms({
    proxyBudgetMs: patienceMs,
    trustCaFile: caFile,
    xksConnect: [{ host: peerHost, port: peer.port }],
    ...options,
  });
  const client = byokClient(kms.url);

  const makeStore = async (more: Json = {}): Promise<string> =>
    String((await client.must('CreateCustomKeyStore', storeBody(more)))['CustomKeyStoreId']);

  async function describeStore(CustomKeyStoreId: string): Promise<Json> {
    const reply = await client.must('DescribeCustomKeyStores', { CustomKeyStoreId });
    return (reply['CustomKeyStores'] as Json[])[0] ?? {};
  }

  /** A store that is connected. */
  async function connectedStore(more: Json = {}): Promise<string> {
    const CustomKeyStoreId = await makeStore(more);
    await client.must('ConnectCustomKeyStore', { CustomKeyStoreId });
    return CustomKeyStoreId;
  }

  /** A key of the store, with a new external key behind it. */
  async function keyIn(CustomKeyStoreId: string, XksKeyId: string, more: Json = {}) {
    peer.addKey(XksKeyId);
    return client.createKey({ Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId, ...more });
  }

  return {
    kms,
    client,
    peer,
    authority,
    caFile,
    makeStore,
    describeStore,
    connectedStore,
    keyIn,
    advance: (advanceSeconds: number) => control(kms.controlUrl, 'POST /clock', { advanceSeconds }),
    async reset() {
      await control(kms.controlUrl, 'POST /reset');
      peer.misbehave(null);
      peer.keys.clear();
      peer.requests.length = 0;
    },
    async close() {
      await kms.close();
      await peer.close();
      rmSync(folder, { recursive: true });
    },
  };
}
