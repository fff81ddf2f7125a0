import { createHmac, hash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { whyNotReached } from './unreached.ts';
import { counted } from '../../../shared/text/counted.ts';

/** Where a proxy is said to be, and what KMS signs with. */
export interface CheckedProxy {
  /** https://NAME[:PORT], as AWS is told it; AWS itself takes no port. */
  readonly endpoint: string;
  /** Ends in /kms/xks/v1. */
  readonly path: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** PEM; null for the authorities that this computer trusts. */
  readonly authority: string | null;
  /** Also ask for the metadata of this external key. */
  readonly key: string | null;
}

export interface Finding {
  readonly ok: boolean;
  readonly sentence: string;
}

export interface CheckResult {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** Milliseconds: the first call with its connection, and the middle and longest of those after it. */
  readonly times: { readonly first: number; readonly p50: number; readonly most: number } | null;
}

const service = 'kms-xks-proxy';
/** AWS gives up then. */
const budget = 250;
const calls = 20;
const day = 86_400_000;

function signed(proxy: CheckedProxy, path: string, body: string, host: string) {
  const at = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const scope = [at.slice(0, 8), proxy.region, service, 'aws4_request'];
  const canonical = `POST\n${path}\n\nhost:${host}\nx-amz-date:${at}\n\nhost;x-amz-date\n${hash('sha256', body, 'hex')}`;
  const text = `AWS4-HMAC-SHA256\n${at}\n${scope.join('/')}\n${hash('sha256', canonical, 'hex')}`;
  const mac = (key: string | Buffer, data: string): Buffer =>
    createHmac('sha256', key).update(data).digest();
  const key = scope.reduce<string | Buffer>(mac, `AWS4${proxy.secretAccessKey}`) as Buffer;
  const signature = mac(key, text).toString('hex');
  const credential = `${proxy.accessKeyId}/${scope.join('/')}`;
  return {
    host,
    'x-amz-date': at,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
}

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ms: number;
  readonly date: number;
  readonly daysLeft: number;
  readonly subject: string;
  readonly protocol: string;
}

function call(proxy: CheckedProxy, agent: Agent, api: string, metadata: object): Promise<Reply> {
  const { hostname, host, port } = new URL(proxy.endpoint);
  const path = `${proxy.path}/${api}`;
  const body = JSON.stringify({ requestMetadata: metadata });
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const options = {
      host: hostname,
      // a name of a certificate is asked for, and an address is none
      ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
      port: port === '' ? 443 : Number(port),
      family: 4,
      method: 'POST',
      path,
      agent,
      timeout: 5_000,
      headers: signed(proxy, path, body, host),
    };
    const sent = httpsRequest(options, (answer: IncomingMessage) => {
      const socket = answer.socket as TLSSocket;
      const certificate = socket.getPeerCertificate();
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () => {
        const ms = performance.now() - begun;
        const text = Buffer.concat(pieces).toString('utf8');
        resolve({
          status: answer.statusCode ?? 0,
          body: parsed(text),
          ms,
          date: Date.parse(answer.headers.date ?? ''),
          daysLeft: Math.floor((Date.parse(certificate.valid_to) - Date.now()) / day),
          subject: [certificate.subject?.CN ?? ''].flat().join(', '),
          protocol: socket.getProtocol() ?? 'unknown',
        });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer within 5 s')));
    sent.on('error', reject);
    sent.end(body);
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const health = { kmsRequestId: 'keyreeve-check', kmsOperation: 'KmsHealthCheck' };
/** No KMS key is named, so that none is bound. */
const describe = {
  kmsRequestId: 'keyreeve-check',
  kmsOperation: 'DescribeKey',
  awsPrincipalArn: 'AWS Internal',
};

/** Asks a proxy over the network as KMS does: name, TLS, signature, health, and how long it takes. */
export async function checkProxy(proxy: CheckedProxy): Promise<CheckResult> {
  const findings: Finding[] = [];
  const say = (ok: boolean, sentence: string): void => void findings.push({ ok, sentence });
  const { hostname, port } = new URL(proxy.endpoint);
  if (port !== '') say(false, `AWS reaches port 443 only, and this is port ${port}.`);
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 1,
    ...(proxy.authority === null ? {} : { ca: proxy.authority }),
  });
  try {
    const { address } = await lookup(hostname, { family: 4 });
    say(true, `${hostname} is ${address}.`);
    const first = await call(proxy, agent, 'health', health);
    aboutConnection(first, hostname, say);
    aboutHealth(first, say);
    const later: number[] = [];
    for (let at = 0; at < calls; at++) {
      later.push((await call(proxy, agent, 'health', health)).ms);
    }
    later.sort((a, b) => a - b);
    if (proxy.key !== null && first.status === 200) {
      aboutKey(await call(proxy, agent, `keys/${proxy.key}/metadata`, describe), say);
    }
    const times = { first: first.ms, p50: later[calls / 2] ?? 0, most: later.at(-1) ?? 0 };
    const slowest = Math.max(times.first, times.most);
    say(
      slowest <= budget,
      `The slowest of ${calls + 1} calls took ${Math.round(slowest)} ms; AWS waits ${budget} ms.`,
    );
    return { ok: findings.every(({ ok }) => ok), findings, times };
  } catch (error) {
    say(false, whyNotReached(error, hostname));
    return { ok: false, findings, times: null };
  } finally {
    agent.destroy();
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

type Say = (ok: boolean, sentence: string) => void;

function aboutConnection(reply: Reply, hostname: string, say: Say): void {
  say(true, `${reply.protocol}, and the certificate is trusted for ${hostname}.`);
  const named = reply.subject === hostname;
  say(
    named,
    named
      ? 'The subject of the certificate is that name.'
      : `The subject of the certificate is ${reply.subject || 'empty'}: some of AWS's checks ask for the name there, too.`,
  );
  say(reply.daysLeft >= 10, `The certificate is good for ${counted(reply.daysLeft, 'day')}.`);
  const off = Math.round((reply.date - Date.now()) / 1000);
  if (!Number.isNaN(off))
    say(
      Math.abs(off) < 60,
      `Its clock differs from this one by ${Math.abs(off)} s; AWS allows 300.`,
    );
}

function aboutHealth({ status, body }: Reply, say: Say): void {
  if (status !== 200) {
    say(
      false,
      `It answered ${status} ${textOf(body['errorName'])}: ${textOf(body['errorMessage'])}`,
    );
    return;
  }
  const fleet = body['ekmFleetDetails'];
  const states = Array.isArray(fleet)
    ? fleet.map((one: { healthStatus?: unknown }) => String(one.healthStatus))
    : [];
  const serving = states.some((state) => state !== 'UNAVAILABLE');
  say(serving, `Signature accepted; the key manager says ${states.join(', ') || 'nothing'}.`);
}

function aboutKey({ status, body }: Reply, say: Say): void {
  const good = status === 200 && body['keyStatus'] === 'ENABLED' && body['keySpec'] === 'AES_256';
  say(good, `The external key: ${status} ${textOf(body['keyStatus'] ?? body['errorName'])}.`);
}
