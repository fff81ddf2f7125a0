import { readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkProxy, type CheckedProxy } from '../../electron/hosts/xks/self-check.ts';
import { selfSigned } from '../../electron/hosts/xks/self-signed.ts';
import { OwnProxy } from './own-proxy.ts';

const cli = fileURLToPath(new URL('../../electron/hosts/cli/entry.mjs', import.meta.url));

describe('a proxy that is asked from outside as KMS does', () => {
  let own: OwnProxy;
  const asked = (change: Partial<CheckedProxy> = {}): CheckedProxy => ({
    endpoint: own.told().uriEndpoint,
    path: own.told().uriPath,
    accessKeyId: own.told().accessKeyId,
    secretAccessKey: own.told().secretAccessKey,
    region: 'us-east-1',
    authority: readFileSync(own.told().caFile, 'utf8'),
    key: own.keys.both,
    ...change,
  });
  const wrong = (of: Awaited<ReturnType<typeof checkProxy>>): string =>
    of.findings
      .filter(({ ok }) => !ok)
      .map(({ sentence }) => sentence)
      .join(' ');

  beforeAll(async () => {
    own = await OwnProxy.start();
  });
  afterAll(() => own.remove());

  it('is found well, but for its port, and timed', async () => {
    // the device is tried out once it is there
    await expect.poll(() => checkProxy(asked()).then(wrong)).not.toContain('UNAVAILABLE');
    const result = await checkProxy(asked());
    const sentences = result.findings.map(({ sentence }) => sentence).join(' ');
    expect(sentences).toContain('Signature accepted; the key manager says ACTIVE.');
    expect(sentences).toContain('The external key: 200 ENABLED.');
    expect(sentences).toContain('The certificate is good for 19 days.');
    expect(wrong(result)).toContain('AWS reaches port 443 only');
    expect(result.times?.first).toBeGreaterThan(0);
    expect(result.times?.p50).toBeLessThanOrEqual(result.times?.most ?? 0);
  });

  it.each<[string, () => Partial<CheckedProxy>, string]>([
    [
      'credential',
      () => ({ secretAccessKey: 'x'.repeat(43) }),
      '401 AuthenticationFailedException',
    ],
    ['path', () => ({ path: '/else/kms/xks/v1' }), '404 InvalidUriPathException'],
    ['key', () => ({ key: 'none-such' }), '404 KeyNotFoundException'],
    ['authority', () => ({ authority: null }), 'No public authority issued the certificate'],
  ])('says what is wrong with its %s', async (_, change, sentence) => {
    const result = await checkProxy(asked(change()));
    expect(result.ok).toBe(false);
    expect(wrong(result)).toContain(sentence);
  });

  it('says that nobody answers', async () => {
    // A port that nobody is given by chance.
    const result = await checkProxy(asked({ endpoint: 'https://localhost:1' }));
    expect(wrong(result)).toContain('Nobody listens at localhost: start the proxy');
    expect(result.times).toBeNull();
  });

  it('says that its certificate is over', async () => {
    const day = 24 * 60 * 60_000;
    const sound = ['certificate.pem', 'private-key.pem'].map((name) => readFileSync(own.at(name)));
    const { certificate, privateKey } = selfSigned('localhost', Date.now() - 3 * day, day);
    const serve = async (chain: string | Buffer, key: string | Buffer): Promise<void> => {
      writeFileSync(own.at('certificate.pem'), chain);
      writeFileSync(own.at('private-key.pem'), key);
      await own.ask('reload');
    };
    await serve(certificate, privateKey);
    const result = await checkProxy(asked());
    await serve(sound[0]!, sound[1]!);
    expect(wrong(result)).toContain('The certificate is over: import a renewed one.');
  });

  it('is checked from the command line without a keystore, with no secret in what is said', () => {
    const file = own.at('handed-over.json');
    const { uriPath, uriEndpoint, accessKeyId, secretAccessKey, caFile } = own.told();
    const XksProxyAuthenticationCredential = {
      AccessKeyId: accessKeyId,
      RawSecretAccessKey: secretAccessKey,
    };
    const content = { XksProxyUriPath: uriPath, XksProxyAuthenticationCredential };
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
    const given = ['--endpoint', uriEndpoint, '--credential-file', file, '--authority', caFile];
    const { status, stdout } = spawnSync(process.execPath, [cli, 'xks', 'check', ...given]);
    expect(status).toBe(2); // the port
    expect(stdout.toString()).toContain('✓ Signature accepted');
    expect(stdout.toString()).not.toContain(secretAccessKey);
  });
});
