import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { nodeClock } from '../../kernel/node-clock.ts';
import { Secret } from '../../kernel/secret.ts';
import type { Clock } from '../../ports.ts';
import type { CallRecord } from '../answers.ts';
import type { CloudPorts, ConnectionSpec } from '../cloud.ts';

/** One request as the other side of the wire saw it. */
export interface Seen {
  readonly operation: string;
  readonly body: Record<string, unknown>;
  readonly headers: http.IncomingHttpHeaders;
}

export interface WireReplyWriter {
  readonly response: http.ServerResponse;
  readonly socket: Socket;
  json(body: unknown, status?: number, headers?: Record<string, string>): void;
  error(type: string, message?: string, status?: number): void;
  /** As STS answers: XML, or an error of that form. */
  xml(body: string, status?: number): void;
}

/** What the server does with a request; by default it answers `{}`. */
export type WireScript = (seen: Seen, reply: WireReplyWriter) => void;

export interface WireServer {
  readonly url: string;
  readonly seen: Seen[];
  script: WireScript;
  /** Answers to `GET /.keyreeve-practice`; null: 404. */
  proof: unknown;
  /** Header on every reply. */
  mark: boolean;
  /** Seconds added to the Date header. */
  dateOffset: number;
  connections: number;
  close(): Promise<void>;
}

/** A plain HTTP server on loopback for faults that a well-behaved KMS does not make. */
export async function startWire(script: WireScript): Promise<WireServer> {
  const server = http.createServer();
  const wire: WireServer = {
    url: '',
    seen: [],
    script,
    proof: { practice: true },
    mark: true,
    dateOffset: 0,
    connections: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  server.on('connection', () => wire.connections++);
  server.on('request', (request, response) => {
    const parts: Buffer[] = [];
    response.sendDate = false;
    response.setHeader('Date', new Date(Date.now() + wire.dateOffset * 1000).toUTCString());
    if (wire.mark) response.setHeader('x-keyreeve-practice', 'kms');
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(wire, request, response, Buffer.concat(parts).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(wire, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return wire;
}

function answer(
  wire: WireServer,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  body: string,
): void {
  if (request.method === 'GET') {
    response.statusCode = wire.proof === null ? 404 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(wire.proof));
    return;
  }
  const target = String(request.headers['x-amz-target'] ?? '');
  const operation = target.split('.')[1] ?? /^Action=(\w+)/.exec(body)?.[1] ?? '';
  const seen = {
    operation,
    body: target === '' ? {} : (JSON.parse(body) as Record<string, unknown>),
    headers: request.headers,
  };
  wire.seen.push(seen);
  const json = (value: unknown, status = 200, headers: Record<string, string> = {}): void => {
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': `req-${wire.seen.length}`,
      ...headers,
    });
    response.end(value === null ? '' : JSON.stringify(value));
  };
  wire.script(seen, {
    response,
    socket: request.socket,
    json,
    xml: (text, status = 200) => {
      response.writeHead(status, {
        'content-type': 'text/xml',
        'x-amzn-requestid': `req-${wire.seen.length}`,
      });
      response.end(text);
    },
    error: (type, message, status = 400) =>
      json({ __type: type, ...(message === undefined ? {} : { message }) }, status),
  });
}

/** Ports of a test: real time unless given, nobody to ask, fault points written down. */
export function testPorts(options: { clock?: Clock; answer?: string } = {}): CloudPorts & {
  readonly reached: string[];
} {
  const reached: string[] = [];
  return {
    clock: options.clock ?? nodeClock,
    // no pause between tries: full jitter of zero
    random: (length) => Buffer.alloc(length),
    log: { log: () => undefined },
    faults: { reach: (point) => reached.push(point) },
    ask: {
      secret: async () => (options.answer === undefined ? null : Buffer.from(options.answer)),
    },
    reached,
  };
}

export const practiceKeys = {
  kind: 'keys',
  accessKeyId: 'AKIAPRACTICE00000001',
  secretAccessKey: Secret.copyOf(Buffer.from('practice-secret-0123456789-0123456789abc')),
} as const;

export const practiceSpec = (
  endpoint: string,
  more: Partial<ConnectionSpec> = {},
): ConnectionSpec => ({
  realm: 'practice',
  region: 'eu-west-1',
  endpoint,
  credential: practiceKeys,
  ...more,
});

/** A call context that keeps what it is told. */
export function listening(signal?: AbortSignal): {
  readonly calls: CallRecord[];
  readonly told: string[];
  readonly signal?: AbortSignal;
  note(call: CallRecord): void;
  progress(text: string): void;
} {
  const calls: CallRecord[] = [];
  const told: string[] = [];
  return {
    calls,
    told,
    ...(signal ? { signal } : {}),
    note: (call) => calls.push(call),
    progress: (text) => told.push(text),
  };
}

export const identityXml = (arn: string, account = '123456789012'): string =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>${arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>${account}</Account></GetCallerIdentityResult>
  <ResponseMetadata><RequestId>sts-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;

export const stsErrorXml = (code: string, message: string): string =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>
  <Message>${message}</Message></Error><RequestId>sts-2</RequestId></ErrorResponse>`;

export const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
export const keyArn = `arn:aws:kms:eu-west-1:123456789012:key/${keyId}`;

/** KeyMetadata as AWS writes it on the wire. */
export const metadata = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  AWSAccountId: '123456789012',
  KeyId: keyId,
  Arn: keyArn,
  CreationDate: 1_767_603_600.191,
  Enabled: false,
  Description: '',
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: 'PendingImport',
  Origin: 'EXTERNAL',
  KeyManager: 'CUSTOMER',
  KeySpec: 'SYMMETRIC_DEFAULT',
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
  ...more,
});
