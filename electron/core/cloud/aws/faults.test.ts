import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
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

  let answer: (response: http.ServerResponse) => void;
  let seen: string[];
  const says =
    (status: number, type: string, body: object | string) =>
    (response: http.ServerResponse): void => {
      response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': 'tls-1' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  const json = 'application/x-amz-json-1.1';
  const keyOf = says(200, json, { KeyMetadata: metadata() });

  const listen = async (options: https.ServerOptions = {}): Promise<void> => {
    server = https.createServer(
      { key: testPrivateKey, cert: testCertificate, ...options },
      (request, response) => {
        seen.push(String(request.headers['x-amz-target']));
        request.resume();
        request.on('end', () => {
          if (mark !== null) response.setHeader('x-keyreeve-practice', mark);
          answer(response);
        });
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  };

  beforeEach(async () => {
    asked = [];
    seen = [];
    mark = null;
    answer = keyOf;
    await listen();
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
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
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
      details: { tls: 'wrong-host', host: 'kms.other.test', tries: 1, retry: 'permanent' },
      external: { name: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    connection.close();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'knows under %s that a server which wants a client certificate was sent nothing',
    async (maxVersion) => {
      server.close();
      await listen({ ca: testCa, requestCert: true, rejectUnauthorized: true, maxVersion });
      const connection = await open('kms.example.test');
      const key = {
        spec: 'SYMMETRIC_DEFAULT' as const,
        usage: 'ENCRYPT_DECRYPT' as const,
        description: 'a test',
        marker: 'kr-1-1-aa',
        policy: null,
        tags: [],
      };
      await expect(connection.createExternalKey(key)).rejects.toMatchObject({
        code: 'AWS_UNREACHABLE',
        details: { tls: 'client-refused', host: 'kms.example.test', tries: 1, retry: 'permanent' },
        external: {
          message: expect.stringMatching(/ alert (handshake failure|certificate required)$/),
        },
      });
      expect(seen).toEqual([]);
      connection.close();
    },
  );

  it.each([
    ['a list of keys', says(200, json, { Keys: [] }), null],
    [
      'that listing is not allowed',
      says(400, json, { __type: 'AccessDeniedException', message: 'no' }),
      null,
    ],
    [
      'that the key is not known',
      says(400, json, { __type: 'UnrecognizedClientException', message: 'no' }),
      'CREDENTIAL_REJECTED',
    ],
    ['a page of its own', says(400, 'text/html', '<html>'), 'AWS_UNREACHABLE'],
    ['that nobody is behind it', says(502, 'text/html', '<html>'), 'AWS_FAILED'],
  ])('asks KMS itself, which answers %s', async (_what, said, code) => {
    answer = said;
    const connection = await open('kms.example.test');
    const asking = connection.askKms().then(
      () => null,
      (error: unknown) => (error instanceof OperationError ? error.code : error),
    );
    expect(await asking).toBe(code);
    expect(seen).toEqual(['TrentService.ListKeys']);
    connection.close();
  });
});
