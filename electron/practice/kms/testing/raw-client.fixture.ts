import { createHash, createHmac } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { practiceAccessKeyId, practiceSecretAccessKey } from '../constants.ts';

/** What a test signs with. */
export interface RawCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed body; undefined when it is empty or no JSON. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  /** `__type` of a failure. */
  readonly type: string | undefined;
  readonly message: string | undefined;
}

/** Departures from a well-formed request. */
export interface Tweaks {
  readonly region?: string;
  readonly service?: string;
  readonly method?: string;
  readonly path?: string;
  /** Behind the path, in the form in which it is signed. */
  readonly query?: string;
  readonly target?: string;
  readonly contentType?: string;
  /** Milliseconds since 1970 to sign for. */
  readonly signedAt?: number;
  readonly credentials?: RawCredentials;
  readonly signedHeaders?: readonly string[];
  readonly extraHeaders?: Readonly<Record<string, string>>;
  /** Changes the finished headers, e.g. to break the signature; null removes one. */
  readonly patch?: Readonly<Record<string, string | null>>;
  /** Replaces the body after signing. */
  readonly sentBody?: string;
}

export const practiceCredentials: RawCredentials = {
  accessKeyId: practiceAccessKeyId,
  secretAccessKey: practiceSecretAccessKey,
};

const hmac = (key: Buffer | string, text: string) =>
  createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A second, independent reading of the signature rules: the server's own code is not used. */
function sign(headers: Record<string, string>, body: string, tweaks: Tweaks): string {
  const credentials = tweaks.credentials ?? practiceCredentials;
  const date = headers['x-amz-date'] ?? '';
  const scope = `${date.slice(0, 8)}/${tweaks.region ?? 'eu-central-1'}/${tweaks.service ?? 'kms'}/aws4_request`;
  const names = tweaks.signedHeaders ?? Object.keys(headers).toSorted();
  const lines = names.map((name) => `${name}:${headers[name] ?? ''}\n`).join('');
  const canonical = `${tweaks.method ?? 'POST'}\n${tweaks.path ?? '/'}\n${tweaks.query ?? ''}\n${lines}\n${names.join(';')}\n${sha256(body)}`;
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`;
  const key = scope
    .split('/')
    .reduce<Buffer | string>(
      (secret, part) => hmac(secret, part),
      `AWS4${credentials.secretAccessKey}`,
    );
  const signature = hmac(key, toSign).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
}

const agent = new Agent({ keepAlive: true });

/** Sends any request to a loopback address. */
export function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = (response.headers['content-type'] ?? '').includes('json') && text !== '';
        const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : undefined;
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json,
          type: json?.['__type'] as string | undefined,
          message: json?.['message'] as string | undefined,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Sends one signed request. `body` is sent as it is when it is a string. */
export function rawCall(
  url: string,
  operation: string,
  body: unknown,
  tweaks: Tweaks = {},
): Promise<RawReply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const credentials = tweaks.credentials ?? practiceCredentials;
  const at = new Date(tweaks.signedAt ?? Date.now()).toISOString();
  const headers: Record<string, string> = {
    'content-type': tweaks.contentType ?? 'application/x-amz-json-1.1',
    host: new URL(url).host,
    'x-amz-date': at.replaceAll(/[-:]|\.\d+/g, ''),
    ...(tweaks.service === 'sts'
      ? {}
      : { 'x-amz-target': tweaks.target ?? `TrentService.${operation}` }),
    ...(credentials.sessionToken === undefined
      ? {}
      : { 'x-amz-security-token': credentials.sessionToken }),
    ...tweaks.extraHeaders,
  };
  const sent: Record<string, string> = { ...headers, authorization: sign(headers, text, tweaks) };
  for (const [name, value] of Object.entries(tweaks.patch ?? {})) {
    if (value === null) delete sent[name];
    else sent[name] = value;
  }
  const path = (tweaks.path ?? '/') + (tweaks.query === undefined ? '' : `?${tweaks.query}`);
  return send(`${url}${path}`, tweaks.method ?? 'POST', sent, tweaks.sentBody ?? text);
}

/** A control request with a JSON reply. */
export async function control<T = Record<string, unknown>>(
  controlUrl: string,
  route: string,
  body: unknown = {},
): Promise<T> {
  const [method = '', path = ''] = route.split(' ');
  const reply = await send(
    `${controlUrl}${path}`,
    method,
    {},
    method === 'POST' ? JSON.stringify(body) : '',
  );
  if (reply.status !== 200) throw new Error(`${route}: ${reply.status} ${reply.text}`);
  return JSON.parse(reply.text) as T;
}
