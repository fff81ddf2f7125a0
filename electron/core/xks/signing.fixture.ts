import { createHash, createHmac } from 'node:crypto';

/** What a test signs, and how it deviates from what KMS does. */
export interface Signing {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly path: string;
  readonly body: Uint8Array | string;
  readonly method?: string;
  readonly host?: string;
  readonly region?: string;
  readonly service?: string;
  readonly terminator?: string;
  readonly algorithm?: string;
  /** yyyymmddThhmmssZ */
  readonly time: string;
  readonly scopeDate?: string;
  readonly signedHeaders?: readonly string[];
  /** Further headers, lower-case. */
  readonly headers?: Readonly<Record<string, string>>;
}

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
const hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** The time stamp of a version 4 signature. */
export const stamp = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

/** Signature version 4 written down a second time, from AWS's description and not from our verifier. */
export function sign(given: Signing): Record<string, string> {
  const date = given.scopeDate ?? given.time.slice(0, 8);
  const region = given.region ?? 'us-east-1';
  const service = given.service ?? 'kms-xks-proxy';
  const end = given.terminator ?? 'aws4_request';
  const algorithm = given.algorithm ?? 'AWS4-HMAC-SHA256';
  const headers: Record<string, string> = {
    host: given.host ?? 'localhost',
    'x-amz-date': given.time,
    ...given.headers,
  };
  const names = given.signedHeaders ?? ['host', 'x-amz-date'];
  const canonical = [
    given.method ?? 'POST',
    given.path,
    '',
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    hex(given.body),
  ].join('\n');
  const scope = [date, region, service, end].join('/');
  const text = [algorithm, given.time, scope, hex(canonical)].join('\n');
  const key = [date, region, service, end].reduce<string | Buffer>(
    (last, part) => hmac(last, part),
    `AWS4${given.secret}`,
  );
  const signature = hmac(key as Buffer, text).toString('hex');
  const authorization = `${algorithm} Credential=${given.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** As node:http hands headers over. */
export const rawHeaders = (headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers).flat();
