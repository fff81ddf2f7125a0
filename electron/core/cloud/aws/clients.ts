import { KMSClient } from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';
import { nodeClock } from '../../kernel/node-clock.ts';
import type { Clock } from '../../ports.ts';
import type { Route } from './endpoints.ts';
import type { Transport } from './transport.ts';

/** What the SDK asks for at each request. */
export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}
export type IdentityProvider = () => Promise<Identity>;

interface ClientSettings {
  region: string;
  requestHandler: Transport;
  maxAttempts: number;
  retryMode: string;
  defaultsMode: 'standard';
  useFipsEndpoint: boolean;
  useDualstackEndpoint: boolean;
  ignoreConfiguredEndpointUrls: boolean;
  authSchemePreference: string[];
  userAgentAppId: () => Promise<undefined>;
  endpoint?: string;
}

/**
 * Settings of every SDK client. Each option that the SDK would otherwise read from the environment
 * or a profile is given a value here: addresses, Region, retries, modes, application id.
 */
export function clientSettings(
  route: Route,
  transport: Transport,
  endpoint: string | null,
): ClientSettings {
  return {
    region: route.region.code,
    requestHandler: transport,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    ignoreConfiguredEndpointUrls: true,
    authSchemePreference: [],
    userAgentAppId: async () => undefined,
    ...(endpoint === null ? {} : { endpoint }),
  };
}

export function createKms(
  route: Route,
  transport: Transport,
  credentials: IdentityProvider,
  clock: Clock,
): KMSClient {
  const client = new KMSClient({ ...clientSettings(route, transport, route.custom), credentials });
  signWithOurClock(client.config, clock);
  return client;
}

export function createSts(
  route: Route,
  transport: Transport,
  credentials: IdentityProvider,
  clock: Clock,
): STSClient {
  const client = new STSClient({
    ...clientSettings(route, transport, route.customSts),
    credentials,
  });
  signWithOurClock(client.config, clock);
  return client;
}

/**
 * The SDK would silently follow the server's clock. A clock that is off is to be seen and mended,
 * and every time in the core comes from the Clock port, so its correction is replaced by ours.
 */
function signWithOurClock(config: object, clock: Clock): void {
  Object.defineProperty(config, 'systemClockOffset', {
    get: () => clock.now() - nodeClock.now(),
    set: () => undefined,
    configurable: true,
    enumerable: true,
  });
}

/** The address a client sends to, as its own partition data has it. */
export async function addressOf(client: KMSClient): Promise<string> {
  const { endpointProvider, endpoint } = client.config;
  if (client.config.isCustomEndpoint && endpoint) {
    const { protocol, hostname, port } = await endpoint();
    return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
  }
  const region = await client.config.region();
  return endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false }).url.origin;
}
