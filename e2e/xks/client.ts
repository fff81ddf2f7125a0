import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { sign, type Signing, stamp } from '../../electron/core/xks/signing.fixture.ts';

/** The line that `xks-rehearsal` prints. */
export interface Told {
  readonly uriEndpoint: string;
  readonly uriPrefix: string;
  readonly uriPath: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly caFile: string;
  readonly keys: Readonly<Record<'both' | 'encryptOnly' | 'decryptOnly' | 'none', string>>;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly headers: NodeJS.Dict<string | string[]>;
}

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array;
}

export const requestMetadata = {
  kmsRequestId: '4112f4d6-db54-4af4-ae30-c55a22a8dfae',
  kmsOperation: 'Encrypt',
  awsPrincipalArn: 'arn:aws:iam::123456789012:user/Alice',
  kmsKeyArn: 'arn:aws:kms:us-east-2:123456789012:/key/1234abcd-12ab-34cd-56ef-1234567890ab',
  kmsViaService: 'ebs',
};

export const base64 = (value: Uint8Array | string): string =>
  Buffer.from(value as string).toString('base64');
export const bytesOf = (text: unknown): Buffer => Buffer.from(text as string, 'base64');

/** KMS as seen by a proxy: signs, keeps connections, trusts the one certificate. */
export class KmsSide {
  readonly told: Told;
  readonly agent: Agent;

  constructor(told: Told, agent: Partial<ConstructorParameters<typeof Agent>[0]> = {}) {
    this.told = told;
    this.agent = new Agent({
      keepAlive: true,
      ca: readFileSync(told.caFile),
      maxSockets: 32,
      ...agent,
    });
  }

  /** A signed POST, which `change` may spoil. */
  signed(api: string, content: unknown, change: Partial<Signing> = {}): Sent {
    const path = change.path ?? `${this.told.uriPath}/${api}`;
    const body = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
    const headers = sign({
      accessKeyId: this.told.accessKeyId,
      secret: this.told.secretAccessKey,
      host: this.told.uriEndpoint.replace('https://', ''),
      path,
      body,
      time: stamp(Date.now()),
      ...change,
    });
    const type = { 'content-type': 'application/json' };
    return { method: change.method ?? 'POST', path, headers: { ...type, ...headers }, body };
  }

  send({ method, path, headers, body }: Sent): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { port } = new URL(this.told.uriEndpoint);
      const options = {
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        method,
        path,
        agent: this.agent,
      };
      const length = method === 'GET' || method === 'HEAD' ? {} : { 'content-length': body.length };
      const outgoing = request({ ...options, headers: { ...headers, ...length } }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(pieces).toString('utf8');
          const contentType = response.headers['content-type'] ?? '';
          const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
          const { headers: answered } = response;
          resolve({
            status: response.statusCode ?? 0,
            contentType,
            text,
            body: parsed,
            headers: answered,
          });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(method === 'GET' || method === 'HEAD' ? undefined : body);
    });
  }

  call(api: string, content: unknown, change: Partial<Signing> = {}): Promise<Answer> {
    return this.send(this.signed(api, content, change));
  }

  health(change: Partial<Signing> = {}): Promise<Answer> {
    const metadata = { kmsRequestId: 'h-1', kmsOperation: 'KmsHealthCheck' };
    return this.call('health', { requestMetadata: metadata }, change);
  }

  encrypt(key: string, more: object = {}, change: Partial<Signing> = {}): Promise<Answer> {
    const plaintext = base64('a value');
    const content = { requestMetadata, plaintext, encryptionAlgorithm: 'AES_GCM', ...more };
    return this.call(`keys/${key}/encrypt`, content, change);
  }

  decrypt(
    key: string,
    sealed: Answer,
    more: object = {},
    change: Partial<Signing> = {},
  ): Promise<Answer> {
    const { ciphertextDataIntegrityValue: _, ...parts } = sealed.body;
    const metadata = { ...requestMetadata, kmsOperation: 'Decrypt' };
    const content = {
      requestMetadata: metadata,
      encryptionAlgorithm: 'AES_GCM',
      ...parts,
      ...more,
    };
    return this.call(`keys/${key}/decrypt`, content, change);
  }

  close(): void {
    this.agent.destroy();
  }
}
