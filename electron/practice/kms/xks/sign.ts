import {
  algorithm,
  canonicalRequest,
  scopeText,
  signatureOf,
  signingKey,
  stringToSign,
} from '../auth/sigv4.ts';

const xksService = 'kms-xks-proxy';
const signedHeaders = ['content-type', 'host', 'x-amz-date'] as const;

export interface ProxyCredential {
  readonly accessKeyId: string;
  /** Used as the text that it is, never decoded. */
  readonly secret: string;
  readonly region: string;
}

/**
 * The headers of a signed request to a proxy. `at` is real time in milliseconds: the proxy
 * compares it with its own clock.
 */
export function signForProxy(
  credential: ProxyCredential,
  host: string,
  path: string,
  body: Buffer,
  at: number,
): Readonly<Record<string, string>> {
  const date = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = { date: date.slice(0, 8), region: credential.region, service: xksService };
  const headers = { 'content-type': 'application/json', host, 'x-amz-date': date };
  const canonical = canonicalRequest(
    { method: 'POST', path, query: '', headers, body },
    signedHeaders,
  );
  const signature = signatureOf(
    signingKey(credential.secret, scope),
    stringToSign(date, scope, canonical),
  );
  const parts = [
    `Credential=${credential.accessKeyId}/${scopeText(scope)}`,
    `SignedHeaders=${signedHeaders.join(';')}`,
    `Signature=${signature}`,
  ];
  return { ...headers, authorization: `${algorithm} ${parts.join(', ')}` };
}
