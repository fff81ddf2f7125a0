import { createHash, createHmac } from 'node:crypto';
import { practiceAccount } from '../../shared/model/practice-account.ts';

const region = 'eu-central-1';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** A whole signed KMS request as bytes; good for five minutes. */
export function signedRequest(host: string, operation: string, body: unknown): Buffer {
  const text = JSON.stringify(body);
  const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const signed: readonly (readonly [string, string])[] = [
    ['content-type', 'application/x-amz-json-1.1'],
    ['host', host],
    ['x-amz-date', at],
    ['x-amz-target', `TrentService.${operation}`],
  ];
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const scope = `${at.slice(0, 8)}/${region}/kms/aws4_request`;
  const canonical = `POST\n/\n\n${lines}\n${names}\n${sha256(text)}`;
  const toSign = `AWS4-HMAC-SHA256\n${at}\n${scope}\n${sha256(canonical)}`;
  const key = scope
    .split('/')
    .reduce<Buffer | string>(
      (secret, part) => hmac(secret, part),
      `AWS4${practiceAccount.secretAccessKey}`,
    );
  const signature = hmac(key, toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${practiceAccount.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const head = [
    'POST / HTTP/1.1',
    ...signed.map(([name, value]) => `${name}: ${value}`),
    `authorization: ${authorization}`,
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`);
}
