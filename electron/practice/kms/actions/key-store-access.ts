import {
  type KeyStoreRecord,
  type ConnectionState,
  type ProxySettings,
} from '../model/key-stores.ts';
import { KmsFailure } from '../wire/failures.ts';
import { type Call, placeOf } from '../world.ts';
import { managingFailure, translated } from '../xks/failures.ts';
import { ProxyTrouble } from '../xks/problems.ts';
import { hostOf, type ProxyCause, type ProxyTarget } from '../xks/proxy.ts';

export const storeNotFound = (what: string): KmsFailure =>
  new KmsFailure('CustomKeyStoreNotFoundException', `No custom key store ${what} exists.`);

/** @throws CustomKeyStoreNotFoundException. */
export function findStore(call: Call, storeId: string): KeyStoreRecord {
  const store = call.world.state.keyStores.find(placeOf(call), storeId);
  if (store === undefined) throw storeNotFound(storeId);
  return store;
}

/** @throws CustomKeyStoreInvalidStateException for every connection state but these. */
export function requireConnection(
  store: KeyStoreRecord,
  allowed: readonly ConnectionState[],
): void {
  if (allowed.includes(store.state)) return;
  throw new KmsFailure(
    'CustomKeyStoreInvalidStateException',
    `The custom key store ${store.storeId} is ${store.state}; the operation takes one that is ${allowed.join(' or ')}.`,
  );
}

/** Changes the connection of a store and notes it. */
export function setConnection(
  call: Pick<Call, 'world' | 'effect'>,
  store: KeyStoreRecord,
  change: Partial<Pick<KeyStoreRecord, 'errorCode' | 'settlesAt' | 'settlesTo'>> &
    Pick<KeyStoreRecord, 'state'>,
): KeyStoreRecord {
  const changed = { ...store, settlesAt: null, settlesTo: null, errorCode: null, ...change };
  call.world.state.keyStores.put(changed);
  call.effect({
    kind: 'key-store',
    storeId: store.storeId,
    from: store.state,
    to: changed.state,
    errorCode: changed.state === 'FAILED' ? changed.errorCode : null,
  });
  return changed;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What must be the only one in its account and Region. */
export interface StoreIdentity
  extends Pick<ProxySettings, 'connectivity' | 'endpoint' | 'path' | 'vpcService'> {
  /** Null: not made yet. */
  readonly storeId: string | null;
  readonly name: string;
}

/** @throws the exception for the first thing that another store has already. */
export function requireUnique(call: Call, wish: StoreIdentity): void {
  const others = call.world.state.keyStores
    .of(placeOf(call))
    .filter(({ storeId }) => storeId !== wish.storeId);
  const clash = (code: string, what: string, taken: (store: KeyStoreRecord) => boolean) => {
    const other = others.find(taken);
    if (other === undefined) return;
    throw new KmsFailure(code, `The custom key store ${other.storeId} ${what} already.`);
  };
  clash('CustomKeyStoreNameInUseException', 'has this name', ({ name }) => name === wish.name);
  clash(
    'XksProxyUriInUseException',
    'has this endpoint and path',
    ({ endpoint, path }) => same(endpoint, wish.endpoint) && path === wish.path,
  );
  // A public endpoint may be shared by public stores; a private DNS name by nobody.
  clash(
    'XksProxyUriEndpointInUseException',
    'uses this endpoint with other connectivity',
    ({ endpoint, connectivity }) =>
      same(endpoint, wish.endpoint) &&
      [connectivity, wish.connectivity].includes('VPC_ENDPOINT_SERVICE'),
  );
  clash(
    'XksProxyVpcEndpointServiceInUseException',
    'uses this VPC endpoint service',
    ({ vpcService }) => vpcService !== null && vpcService === wish.vpcService,
  );
}

/** An endpoint service is looked up in the Region of the store, and known by its private DNS name. */
export function requireEndpointService(call: Call, settings: ProxySettings): void {
  if (settings.vpcService === null) return;
  const here = settings.vpcService.includes(`.vpce.${call.region}.`);
  if (!here) {
    throw new KmsFailure(
      'XksProxyVpcEndpointServiceNotFoundException',
      `The VPC endpoint service ${settings.vpcService} is not in the Region ${call.region}.`,
    );
  }
  const host = hostOf(settings.endpoint);
  if (call.world.xksRoutes.portOf(host) !== undefined) return;
  throw managingFailure(new ProxyTrouble('unknown host', host), settings.connectivity);
}

export const targetOf = (region: string, settings: ProxySettings): ProxyTarget => ({
  endpoint: settings.endpoint,
  path: settings.path,
  accessKeyId: settings.accessKeyId,
  secret: settings.secret,
  region,
});

export const causeOf = (call: Call): ProxyCause => ({
  kmsRequestId: call.requestId,
  kmsOperation: call.operation.replace(/^ReEncrypt(From|To)$/, 'ReEncrypt'),
});

/** Names the settings that an answer was given for; the secret does not get into the name. */
export const stepFor = (settings: ProxySettings): string =>
  [settings.connectivity, settings.endpoint, settings.path, settings.accessKeyId].join(' ');

/** @throws an XksProxy…Exception unless the proxy answers that it can serve. */
export function requireHealth(call: Call, settings: ProxySettings): void {
  const { proxies } = call.world;
  call.steps.ask(`health of ${stepFor(settings)}`, () =>
    translated(proxies.checkHealth(targetOf(call.region, settings), causeOf(call)), (trouble) =>
      managingFailure(trouble, settings.connectivity),
    ),
  );
}
