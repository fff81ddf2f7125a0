import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Identity } from './certificates.fixture.ts';

/**
 * A small key store proxy of its own reading: it shares no code with the client it tests, checks
 * every signature, and misbehaves on request.
 */

export const peerCredential = {
  AccessKeyId: 'PEERACCESSKEYIDAAAAA2345',
  RawSecretAccessKey: `${'s3cret/+'.repeat(6)}=`,
};
export const peerPath = '/tenant-a/kms/xks/v1';

export interface PeerKey {
  keySpec: string;
  keyUsage: readonly string[];
  keyStatus: string;
  readonly bytes: Buffer;
}

export interface PeerRequest {
  /** The part of the path behind the prefix. */
  readonly api: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
  readonly connection: number;
}

/** What a test does to an answer; returns true when it answered itself. */
export type Misbehaviour = (
  response: ServerResponse,
  answer: { status: number; body: Record<string, unknown> },
  request: PeerRequest,
) => boolean | void;

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, name: string) {
    super(name);
    this.status = status;
  }
}

const sha256 = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const hmac = (key: Buffer | string, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

interface Credential {
  readonly AccessKeyId: string;
  readonly RawSecretAccessKey: string;
}

function requireSignature(request: IncomingMessage, body: Buffer, credentials: Credential[]): void {
  const header = request.headers.authorization ?? '';
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/kms-xks-proxy\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  const [, id = '', day = '', region = '', names = '', signature = ''] = match ?? [];
  const secret = credentials.find((each) => each.AccessKeyId === id)?.RawSecretAccessKey;
  const date = String(request.headers['x-amz-date'] ?? '');
  const signed = names.split(';');
  const complete = signed.includes('host') && signed.includes('x-amz-date');
  if (!match || !secret || !complete || !date.startsWith(day)) {
    throw new Refusal(401, 'AuthenticationFailedException');
  }
  const lines = signed.map((name) => `${name}:${String(request.headers[name] ?? '')}\n`).join('');
  const canonical = `POST\n${request.url ?? ''}\n\n${lines}\n${names}\n${sha256(body).toString('hex')}`;
  const scope = `${day}/${region}/kms-xks-proxy/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical).toString('hex')}`;
  const key = scope.split('/').reduce<Buffer | string>((k, part) => hmac(k, part), `AWS4${secret}`);
  if (!timingSafeEqual(hmac(key as Buffer, text), Buffer.from(signature, 'hex'))) {
    throw new Refusal(401, 'AuthenticationFailedException');
  }
}

function textAt(body: PeerRequest['body'], name: string): string {
  const value = body[name] ?? '';
  if (typeof value !== 'string') throw new Refusal(400, 'ValidationException');
  return value;
}

const bytesAt = (body: PeerRequest['body'], name: string): Buffer =>
  Buffer.from(textAt(body, name), 'base64');

function boundData(aad: Buffer, metadata: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(aad.length);
  return Buffer.concat([length, aad, Buffer.from([metadata.length]), metadata]);
}

function encrypt(key: PeerKey, body: PeerRequest['body'], ivBytes: number) {
  const aad = bytesAt(body, 'additionalAuthenticatedData');
  const metadata = Buffer.from('peer metadata, 20 b.');
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv);
  cipher.setAAD(boundData(aad, metadata));
  const ciphertext = Buffer.concat([cipher.update(bytesAt(body, 'plaintext')), cipher.final()]);
  const tag = cipher.getAuthTag();
  const wanted = body['ciphertextDataIntegrityValueAlgorithm'] === 'SHA_256';
  const integrity = sha256(aad, metadata, iv, ciphertext, tag).toString('base64');
  return {
    ciphertext: ciphertext.toString('base64'),
    initializationVector: iv.toString('base64'),
    authenticationTag: tag.toString('base64'),
    ciphertextMetadata: metadata.toString('base64'),
    ...(wanted ? { ciphertextDataIntegrityValue: integrity } : {}),
  };
}

function decrypt(key: PeerKey, body: PeerRequest['body']) {
  const aad = bytesAt(body, 'additionalAuthenticatedData');
  const metadata = bytesAt(body, 'ciphertextMetadata');
  const iv = bytesAt(body, 'initializationVector');
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, iv, { authTagLength: 16 });
  decipher.setAAD(boundData(aad, metadata));
  decipher.setAuthTag(bytesAt(body, 'authenticationTag'));
  try {
    const plaintext = [decipher.update(bytesAt(body, 'ciphertext')), decipher.final()];
    return { plaintext: Buffer.concat(plaintext).toString('base64') };
  } catch {
    throw new Refusal(400, 'InvalidCiphertextException');
  }
}

const health = {
  xksProxyFleetSize: 1,
  xksProxyVendor: 'Test vendor',
  xksProxyModel: 'Test proxy 1',
  ekmVendor: 'Test vendor',
  ekmFleetDetails: [{ id: 'hsm-1', model: 'Test HSM', healthStatus: 'ACTIVE' }],
  somethingNewer: true,
};

function perform(
  keys: ReadonlyMap<string, PeerKey>,
  ivBytes: number,
  request: PeerRequest,
): Record<string, unknown> {
  if (request.api === '/health') return structuredClone(health);
  const [, id = '', api = ''] =
    /^\/keys\/([\w.-]+)\/(metadata|encrypt|decrypt)$/.exec(request.api) ?? [];
  if (api === '') throw new Refusal(404, 'InvalidUriPathException');
  const key = keys.get(id);
  if (key === undefined) throw new Refusal(404, 'KeyNotFoundException');
  const { keySpec, keyUsage, keyStatus } = key;
  if (api === 'metadata') return { keySpec, keyUsage, keyStatus };
  if (keyStatus !== 'ENABLED') throw new Refusal(400, 'InvalidStateException');
  if (!keyUsage.includes(api.toUpperCase())) throw new Refusal(400, 'InvalidKeyUsageException');
  return api === 'encrypt' ? encrypt(key, request.body, ivBytes) : decrypt(key, request.body);
}

export type XksPeer = Awaited<ReturnType<typeof startXksPeer>>;

/** Serves on a loopback port; keys are made with `addKey`. */
export async function startXksPeer(identity: Identity) {
  const keys = new Map<string, PeerKey>();
  const requests: PeerRequest[] = [];
  const sockets = new Set<Socket>();
  const credentials: Credential[] = [{ ...peerCredential }];
  let connections = 0;
  let misbehaviour: Misbehaviour | null = null;
  const setting = { ivBytes: 12 };

  function answerTo(incoming: IncomingMessage, raw: Buffer) {
    const url = incoming.url ?? '';
    const api = url.startsWith(peerPath) ? url.slice(peerPath.length) : '';
    const connection = (incoming.socket as Socket & { number?: number }).number ?? 0;
    const body = JSON.parse(raw.toString('utf8')) as Record<string, unknown>;
    const request: PeerRequest = { api, headers: incoming.headers, body, connection };
    requests.push(request);
    try {
      requireSignature(incoming, raw, credentials);
      return { request, answer: { status: 200, body: perform(keys, setting.ivBytes, request) } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const refusal = { errorName: error.message, errorMessage: 'from the peer' };
      return { request, answer: { status: error.status, body: refusal } };
    }
  }

  const server = createServer(
    { cert: identity.certificate, key: identity.key },
    (incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { request, answer } = answerTo(incoming, Buffer.concat(chunks));
        if (misbehaviour?.(response, answer, request) === true) return;
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body));
      });
    },
  );
  server.on('secureConnection', (socket) => {
    Object.assign(socket, { number: (connections += 1) });
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    port,
    keys,
    requests,
    credentials,
    setting,
    addKey(id: string, more: Partial<PeerKey> = {}): PeerKey {
      const key = {
        keySpec: 'AES_256',
        keyUsage: ['ENCRYPT', 'DECRYPT', 'WRAP'],
        keyStatus: 'ENABLED',
        bytes: randomBytes(32),
        ...more,
      };
      keys.set(id, key);
      return key;
    },
    misbehave(next: Misbehaviour | null): void {
      misbehaviour = next;
    },
    replaceIdentity(next: Identity): void {
      server.setSecureContext({ cert: next.certificate, key: next.key });
      for (const socket of sockets) socket.destroy();
    },
    dropConnections(): void {
      for (const socket of sockets) socket.destroy();
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
