import { counted, sayCount } from './counted.ts';
import type { UnsupportedFeature } from '../model/xks.ts';

/** Operator wording for external key stores. */

export interface CauseAndMend {
  readonly cause: string;
  readonly mend: string;
}

/** What AWS gives as the reason why a key store could not be connected, and what to do about it. */
const connectionErrors: Readonly<Record<string, CauseAndMend>> = {
  INTERNAL_ERROR: {
    cause: 'AWS had a fault of its own',
    mend: 'Disconnect the store and connect it again',
  },
  INVALID_CREDENTIALS: {
    cause: 'the proxy does not know the credential that AWS signs with',
    mend: 'Rotate the proxy credential of the store, then disconnect and connect it',
  },
  NETWORK_ERRORS: {
    cause: 'the connection to the proxy broke',
    mend: 'Look at network and load balancer, then disconnect and connect the store',
  },
  XKS_PROXY_ACCESS_DENIED: {
    cause: 'the proxy refused AWS by a rule',
    mend: 'Let health requests through in whatever stands before the proxy, then disconnect and connect',
  },
  XKS_PROXY_INVALID_CONFIGURATION: {
    cause: 'the path does not lead to this store at the proxy',
    mend: 'Correct the path in AWS, then disconnect and connect the store',
  },
  XKS_PROXY_INVALID_RESPONSE: {
    cause: 'AWS could not make sense of what the proxy answered',
    mend: 'Look in the log of the proxy and at what stands before it, then disconnect and connect',
  },
  XKS_PROXY_INVALID_TLS_CONFIGURATION: {
    cause: 'TLS or certificate of the proxy do not suit AWS',
    mend: 'Give the proxy a certificate of a public authority for its name, then disconnect and connect',
  },
  XKS_PROXY_NOT_REACHABLE: {
    cause: 'AWS cannot reach the proxy, or the proxy says that its HSM is away',
    mend: 'Start proxy and HSM, open port 443, then disconnect and connect the store',
  },
  XKS_PROXY_TIMED_OUT: {
    cause: 'the proxy did not answer within 250 ms',
    mend: 'Look at the load and the distance of proxy and HSM, then disconnect and connect',
  },
  XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION: {
    cause: 'the VPC endpoint service is not set up as AWS needs it',
    mend: 'Give it a verified private DNS name and let cks.kms in without acceptance, then connect again',
  },
  XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND: {
    cause: 'AWS does not find the VPC endpoint service',
    mend: 'Correct its name, and let the principal cks.kms of the Region in, then connect again',
  },
};

export const connectionErrorCodes: readonly string[] = Object.keys(connectionErrors);

/** Null for a code that AWS has added since. */
export const connectionError = (code: string): CauseAndMend | null =>
  Object.hasOwn(connectionErrors, code) ? (connectionErrors[code] ?? null) : null;

/** What the state of a store in AWS means for its keys, and the one next deed. */
export const storeStateMeaning: Readonly<Record<string, string>> = {
  DISCONNECTED:
    'AWS sends nothing here; its KMS keys are Unavailable. Connect the store to use them',
  CONNECTING: 'AWS is connecting; that takes about five minutes',
  CONNECTED: 'The last connect worked; it says nothing about the health of the proxy now',
  DISCONNECTING: 'AWS is disconnecting; its KMS keys are Unavailable',
  FAILED: 'AWS could not connect: remove the cause, disconnect, then connect',
  GONE: 'AWS no longer has this store',
};

/** Why AWS has no such thing for external key stores; said when somebody asks for it. */
export const unsupportedReasons: Readonly<Record<UnsupportedFeature, string>> = {
  'data-key-pairs': 'GenerateDataKeyPair needs material in AWS, and these keys have none there',
  'data-key-pairs-without-plaintext':
    'GenerateDataKeyPairWithoutPlaintext needs material in AWS, and these keys have none there',
  'hmac-keys': 'AWS takes only symmetric encryption keys in external key stores',
  'asymmetric-keys': 'AWS takes only symmetric encryption keys in external key stores',
  cloudformation: 'CloudFormation can make neither an external key store nor a key in one',
  'multi-region': 'AWS has no multi-Region keys in external key stores',
  'imported-material': 'the material stays in this HSM and is never imported',
  'automatic-rotation': 'AWS cannot rotate what it does not hold: rotate the external key here',
};

/** What follows from a block, whoever asks for it. */
export const blockConsequences: readonly string[] = [
  'The proxy refuses encryption and decryption within a second; health is still answered',
  'The KMS key stays Enabled in AWS; calls that need the external key fail with KMSInvalidStateException',
  'Services that cached data keys go on for 5 minutes to 24 hours; running instances and volumes longer',
];

/** What is lost for good with a version, where KMS keys used it that are no more. */
export const lostWords = (arns: readonly string[]): string =>
  `Once a version is removed, nothing that it encrypted under ${arns.join(', ')} can ever be read again, not even if AWS had the KMS key once more`;

/** What was removed here while its device was away. */
export const leftOnDeviceText = (count: number): string =>
  `${counted(count, 'object waits', 'objects wait')} to leave the device: taken off when somebody logs in to it, or at the next start`;

/** What AWS does not promise, and what is lost with a key: read before the first key. */
export const xksRisks: readonly string[] = [
  'Without proxy and HSM every call fails: AWS waits 250 ms, tries once more and then gives up',
  'A lost external key takes all data encrypted under it with it, for good',
  'External key stores are outside the service level agreement of AWS KMS',
];

/** AWS gives up a call of a proxy after so long, connection included. */
export const proxyBudgetMs = 250;

/** How a proxy did in the last minute. */
export interface ProxyFigures {
  readonly perSecond: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly refusals: Readonly<Record<string, number>>;
}

/** How far the log of the keystore has come with the audit of a proxy; `when` writes a time. */
export function linkedText(
  {
    records,
    linked,
    linkedAt,
    reading,
    broken,
  }: {
    readonly records: number | null;
    readonly linked: number | null;
    readonly linkedAt: number | null;
    readonly reading: boolean;
    readonly broken: boolean;
  },
  when: (at: number) => string,
): string {
  if (broken) return 'records were lost or changed: see the audit log';
  const known = linked ?? 0;
  if (records === null) return linked === null ? 'none is here' : `${linked} linked, none is here`;
  if (records <= known) return `all ${known} records linked`;
  const last = linkedAt === null ? '' : `, last ${when(linkedAt)}`;
  return `${sayCount(known)} of ${sayCount(records)} records linked${last}${reading ? ', the others are being read' : ''}`;
}

/** Milliseconds as far as they say something: quantiles are known to 15 %. */
export const proxyMs = (ms: number): string =>
  `${ms < 10 ? ms.toFixed(1) : String(Math.round(ms))} ms`;
