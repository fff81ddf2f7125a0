import { spawn } from 'node:child_process';
import { once } from 'node:events';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCloud } from '../create-cloud.ts';
import { testCa, testCertificate, testPrivateKey } from './certificates.fixture.ts';
import { keyId, metadata, practiceKeys, startWire, testPorts } from './wire-server.fixture.ts';

describe('a process that dies', () => {
  const die = async (
    point: string,
    url: string,
  ): Promise<{ signal: string | null; said: string }> => {
    const script = join(import.meta.dirname, 'killed-when-sent.fixture.ts');
    const child = spawn(process.execPath, [script, url, point], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (part: Buffer) => (said += part.toString()));
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { signal, said };
  };

  it.each(['aws:CreateKey:sent', 'aws:CreateKey:answered'])(
    'at %s leaves the whole request with the other side',
    async (point) => {
      const wire = await startWire((_, reply) => reply.json({ KeyMetadata: metadata() }));
      expect(await die(point, wire.url)).toEqual({ signal: 'SIGKILL', said: '' });
      expect(wire.seen).toHaveLength(1);
      expect(String(wire.seen[0]?.body['Description'])).toMatch(/\[kr-1-1-aa\]$/);
      await wire.close();
    },
  );

  it('at a point that is never reached survives', async () => {
    const wire = await startWire((_, reply) => reply.json({ KeyMetadata: metadata() }));
    expect(await die('aws:RotateKeyOnDemand:sent', wire.url)).toEqual({
      signal: null,
      said: 'survived',
    });
    await wire.close();
  });
});

describe('a connection with real keys, by way of a proxy and a CA of its own', () => {
  let server: https.Server;
  let proxy: net.Server;
  let asked: string[];
  let mark: string | null;

  beforeEach(async () => {
    asked = [];
    mark = null;
    server = https.createServer(
      { key: testPrivateKey, cert: testCertificate },
      (request, response) => {
        request.resume();
        request.on('end', () => {
          response.writeHead(200, {
            'content-type': 'application/x-amz-json-1.1',
            'x-amzn-requestid': 'tls-1',
            ...(mark === null ? {} : { 'x-keyreeve-practice': mark }),
          });
          response.end(JSON.stringify({ KeyMetadata: metadata() }));
        });
      },
    );
    proxy = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (head) => {
        asked.push(head.toString().split('\r\n')[0] ?? '');
        const { port } = server.address() as AddressInfo;
        const onward = net.connect(port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          socket.pipe(onward).pipe(socket);
        });
        onward.on('error', () => socket.destroy());
      });
    });
    for (const each of [server, proxy]) {
      each.listen(0, '127.0.0.1');
      await once(each, 'listening');
    }
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    proxy.close();
  });

  const open = (host: string, validateHost = true) =>
    createCloud(testPorts()).connect({
      realm: 'real',
      region: 'eu-west-1',
      endpoint: `https://${host}`,
      credential: practiceKeys,
      proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      tls: { kind: 'custom-ca', caPem: testCa, validateHost },
      patience: { tries: 1, within: 1000 },
    });

  it('works, is marked, and goes through the proxy', async () => {
    const connection = await open('kms.example.test');
    expect(connection.exceptions).toEqual(['custom-url', 'custom-ca', 'proxy']);
    expect(await connection.describeKey(keyId)).toMatchObject({ keyId, requestId: 'tls-1' });
    expect(asked).toEqual(['CONNECT kms.example.test:443 HTTP/1.1']);
    connection.close();
  });

  it('refuses a practice KMS at its other end', async () => {
    mark = 'kms';
    const connection = await open('kms.example.test');
    await expect(connection.describeKey(keyId)).rejects.toMatchObject({ code: 'REALM_MISMATCH' });
    connection.close();
  });

  it('does not send anything to a host with another name, nor try again', async () => {
    const connection = await open('kms.other.test');
    await expect(connection.describeKey(keyId)).rejects.toMatchObject({
      code: 'AWS_UNREACHABLE',
      details: { problem: 'certificate', tries: 1, retry: 'permanent' },
      external: { name: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    connection.close();
  });
});
