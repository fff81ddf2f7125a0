import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ProxySettings } from '../model/key-stores.ts';
import { isProxyError, proxyErrors, ProxyTrouble } from './problems.ts';
import type { XksRoutes } from './routes.ts';
import { signForProxy } from './sign.ts';
import type { ProxyAnswer, ProxyTransport } from './transport.ts';

/** Which proxy, and the Region that calls it. */
export interface ProxyTarget
  extends Pick<ProxySettings, 'endpoint' | 'path' | 'accessKeyId' | 'secret'> {
  readonly region: string;
}

/** On whose behalf the proxy is called. */
export interface ProxyCause {
  readonly kmsRequestId: string;
  readonly kmsOperation: string;
  readonly awsPrincipalArn?: string;
  readonly kmsKeyArn?: string;
}

/** What a proxy made of a plaintext. `metadata` is its own; it comes back at decryption. */
export interface SealedOutside {
  readonly ciphertext: Buffer;
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly metadata: Buffer;
}

export interface ExternalKeyFacts {
  readonly keySpec: string;
  readonly keyUsage: readonly string[];
  readonly keyStatus: string;
}

const tagBytes = 16;
const ivBytes: readonly number[] = [12, 16];
const maxMetadataBytes = 20;

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));
const ofBytes = (lengths: readonly number[]) =>
  base64.refine((bytes) => lengths.includes(bytes.length), `not ${lengths.join(' or ')} bytes`);

const healthSchema = z.object({
  xksProxyFleetSize: z.number().int().positive(),
  xksProxyVendor: z.string(),
  xksProxyModel: z.string(),
  ekmVendor: z.string(),
  ekmFleetDetails: z
    .array(
      z.object({
        id: z.string(),
        model: z.string(),
        healthStatus: z.enum(['ACTIVE', 'DEGRADED', 'UNAVAILABLE']),
      }),
    )
    .min(1)
    .max(10),
});

const metadataSchema = z.object({
  keySpec: z.string(),
  keyUsage: z.array(z.string()).max(10),
  keyStatus: z.enum(['ENABLED', 'DISABLED']),
});

const sealedSchema = z.object({
  ciphertext: base64,
  initializationVector: ofBytes(ivBytes),
  authenticationTag: ofBytes([tagBytes]),
  ciphertextMetadata: base64
    .refine((bytes) => bytes.length <= maxMetadataBytes, `over ${maxMetadataBytes} bytes`)
    .nullish(),
  ciphertextDataIntegrityValue: ofBytes([32]),
});

const openedSchema = z.object({ plaintext: base64 });
const errorSchema = z.object({ errorName: z.string(), errorMessage: z.string().nullish() });

const badAnswer = (detail: string) => new ProxyTrouble('bad answer', detail);

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch {
    throw badAnswer('The body is not JSON.');
  }
}

function readAs<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badAnswer(`${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not as it should be'}`);
}

/** @throws ProxyTrouble for refusals, and for everything that is no answer of the protocol. */
function readAnswer<T>(answer: ProxyAnswer, schema: z.ZodType<T>): T {
  const type = answer.contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw badAnswer(`The content type is not JSON.`);
  const value = parseJson(answer.body);
  if (answer.status === 200) return readAs(schema, value);
  const { errorName } = readAs(errorSchema, value);
  if (!isProxyError(errorName)) throw badAnswer('The name of the error is unknown.');
  if (proxyErrors[errorName] !== answer.status) {
    throw badAnswer(`The status ${answer.status} does not go with ${errorName}.`);
  }
  throw new ProxyTrouble(errorName, errorName);
}

/** Facts 5: no lengths between the parts; what is absent is empty. */
function integrityValue(aad: Buffer, sealed: SealedOutside): Buffer {
  const { metadata, iv, ciphertext, tag } = sealed;
  return createHash('sha256')
    .update(Buffer.concat([aad, metadata, iv, ciphertext, tag]))
    .digest();
}

export const hostOf = (endpoint: string): string => endpoint.slice('https://'.length).toLowerCase();

const text = (bytes: Buffer): string => bytes.toString('base64');
const whenAny = (name: string, bytes: Buffer) =>
  bytes.length === 0 ? {} : { [name]: text(bytes) };

/** The four calls of the proxy API. All of them raise ProxyTrouble. */
export interface XksProxies {
  /** Checks that at least one key manager can serve. */
  checkHealth(target: ProxyTarget, cause: ProxyCause): Promise<void>;
  describeKey(target: ProxyTarget, xksKeyId: string, cause: ProxyCause): Promise<ExternalKeyFacts>;
  encrypt(
    target: ProxyTarget,
    xksKeyId: string,
    cause: ProxyCause,
    data: { readonly plaintext: Buffer; readonly aad: Buffer },
  ): Promise<SealedOutside>;
  decrypt(
    target: ProxyTarget,
    xksKeyId: string,
    cause: ProxyCause,
    data: { readonly sealed: SealedOutside; readonly aad: Buffer },
  ): Promise<Buffer>;
}

export function createXksProxies(routes: XksRoutes, transport: ProxyTransport): XksProxies {
  async function call<T>(
    target: ProxyTarget,
    api: string,
    content: Readonly<Record<string, unknown>>,
    schema: z.ZodType<T>,
    anew = false,
  ): Promise<T> {
    const host = hostOf(target.endpoint);
    const port = routes.portOf(host);
    if (port === undefined) throw new ProxyTrouble('unknown host', host);
    const path = `${target.path}/${api}`;
    const body = Buffer.from(JSON.stringify(content), 'utf8');
    const headers = signForProxy(target, host, path, body, Date.now());
    return readAnswer(await transport.send({ host, port, path, headers, body, anew }), schema);
  }

  return {
    async checkHealth(target, requestMetadata) {
      const asked = { requestMetadata };
      const { ekmFleetDetails } = await call(target, 'health', asked, healthSchema, true);
      if (ekmFleetDetails.every(({ healthStatus }) => healthStatus === 'UNAVAILABLE')) {
        throw new ProxyTrouble('no manager', 'Every key manager is UNAVAILABLE.');
      }
    },
    describeKey: (target, xksKeyId, requestMetadata) =>
      call(target, `keys/${xksKeyId}/metadata`, { requestMetadata }, metadataSchema),
    async encrypt(target, xksKeyId, requestMetadata, { plaintext, aad }) {
      const content = {
        requestMetadata,
        plaintext: text(plaintext),
        encryptionAlgorithm: 'AES_GCM',
        ...whenAny('additionalAuthenticatedData', aad),
        ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
      };
      const answer = await call(target, `keys/${xksKeyId}/encrypt`, content, sealedSchema);
      const sealed: SealedOutside = {
        ciphertext: answer.ciphertext,
        iv: answer.initializationVector,
        tag: answer.authenticationTag,
        metadata: answer.ciphertextMetadata ?? Buffer.alloc(0),
      };
      if (sealed.ciphertext.length !== plaintext.length) {
        throw badAnswer('The ciphertext is not as long as the plaintext.');
      }
      if (!integrityValue(aad, sealed).equals(answer.ciphertextDataIntegrityValue)) {
        throw new ProxyTrouble('wrong integrity value', 'The integrity value does not match.');
      }
      return sealed;
    },
    async decrypt(target, xksKeyId, requestMetadata, { sealed, aad }) {
      const content = {
        requestMetadata,
        ciphertext: text(sealed.ciphertext),
        initializationVector: text(sealed.iv),
        authenticationTag: text(sealed.tag),
        encryptionAlgorithm: 'AES_GCM',
        ...whenAny('additionalAuthenticatedData', aad),
        ...whenAny('ciphertextMetadata', sealed.metadata),
      };
      const { plaintext } = await call(target, `keys/${xksKeyId}/decrypt`, content, openedSchema);
      if (plaintext.length !== sealed.ciphertext.length) {
        throw badAnswer('The plaintext is not as long as the ciphertext.');
      }
      return plaintext;
    },
  };
}
