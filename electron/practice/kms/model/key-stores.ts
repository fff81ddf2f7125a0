import type { Place } from './arn.ts';

export const connectivities = ['PUBLIC_ENDPOINT', 'VPC_ENDPOINT_SERVICE'] as const;
export type Connectivity = (typeof connectivities)[number];

export type ConnectionState =
  | 'CONNECTED'
  | 'CONNECTING'
  | 'FAILED'
  | 'DISCONNECTED'
  | 'DISCONNECTING';

/** Why an external key store is FAILED, as DescribeCustomKeyStores says it. */
export type ConnectionErrorCode =
  | 'INTERNAL_ERROR'
  | 'INVALID_CREDENTIALS'
  | 'NETWORK_ERRORS'
  | 'XKS_PROXY_ACCESS_DENIED'
  | 'XKS_PROXY_INVALID_CONFIGURATION'
  | 'XKS_PROXY_INVALID_RESPONSE'
  | 'XKS_PROXY_INVALID_TLS_CONFIGURATION'
  | 'XKS_PROXY_NOT_REACHABLE'
  | 'XKS_PROXY_TIMED_OUT'
  | 'XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION'
  | 'XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND';

/** Where the proxy of an external key store is, and what KMS signs its requests with. */
export interface ProxySettings {
  readonly connectivity: Connectivity;
  /** `https://` and a host name, nothing else. */
  readonly endpoint: string;
  readonly path: string;
  readonly vpcService: string | null;
  readonly vpcOwner: string | null;
  readonly accessKeyId: string;
  /** Leaves the data file in signatures only. */
  readonly secret: string;
}

/** A custom key store of type EXTERNAL_KEY_STORE. Times are by the practice clock. */
export interface KeyStoreRecord extends Place, ProxySettings {
  readonly storeId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly state: ConnectionState;
  /** What a connection that failed, or is about to, failed of. */
  readonly errorCode: ConnectionErrorCode | null;
  /** When CONNECTING or DISCONNECTING is over, and what the store is then. */
  readonly settlesAt: number | null;
  readonly settlesTo: ConnectionState | null;
}
