import type { KeyStoreRecord } from '../model/key-stores.ts';
import { validation } from '../wire/failures.ts';
import { optional, type Parsed, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { requireAccountPermission } from './key-access.ts';
import {
  findStore,
  requireConnection,
  requireEndpointService,
  requireHealth,
  requireUnique,
} from './key-store-access.ts';
import { clusterFields, proxyFields, storeIdField, storeNameMember } from './key-store-fields.ts';

const input = structure({
  ...storeIdField,
  NewCustomKeyStoreName: optional(storeNameMember),
  ...clusterFields,
  ...proxyFields,
});
type Input = Parsed<typeof input>;

/** What another proxy, or another way to it, is about: KMS must not be using the former one. */
const disconnectedOnly = [
  'XksProxyConnectivity',
  'XksProxyUriEndpoint',
  'XksProxyVpcEndpointServiceName',
  'XksProxyVpcEndpointServiceOwner',
] as const satisfies readonly (keyof Input)[];

const has = (request: Input, names: readonly (keyof Input)[]): boolean =>
  names.some((name) => request[name] !== undefined);

function requireConsistent(store: KeyStoreRecord, request: Input): void {
  if (has(request, ['CloudHsmClusterId', 'KeyStorePassword'])) {
    throw validation(
      'CloudHsmClusterId and KeyStorePassword cannot be used with a custom key store of type EXTERNAL_KEY_STORE.',
    );
  }
  const wanted = request.XksProxyConnectivity ?? store.connectivity;
  if (wanted !== store.connectivity && request.XksProxyUriEndpoint === undefined) {
    throw validation('A change of XksProxyConnectivity takes a new XksProxyUriEndpoint, too.');
  }
  const service = request.XksProxyVpcEndpointServiceName;
  if (wanted === 'PUBLIC_ENDPOINT' && service) {
    throw validation(
      'XksProxyVpcEndpointServiceName cannot be used with the XksProxyConnectivity PUBLIC_ENDPOINT.',
    );
  }
  if (wanted === 'VPC_ENDPOINT_SERVICE' && !(service ?? store.vpcService)) {
    throw validation(
      'XksProxyVpcEndpointServiceName is required with the XksProxyConnectivity VPC_ENDPOINT_SERVICE.',
    );
  }
}

function applyTo(store: KeyStoreRecord, request: Input): KeyStoreRecord {
  const credential = request.XksProxyAuthenticationCredential;
  const connectivity = request.XksProxyConnectivity ?? store.connectivity;
  const vpc = connectivity === 'VPC_ENDPOINT_SERVICE';
  return {
    ...store,
    name: request.NewCustomKeyStoreName ?? store.name,
    connectivity,
    endpoint: request.XksProxyUriEndpoint ?? store.endpoint,
    path: request.XksProxyUriPath ?? store.path,
    vpcService: vpc ? (request.XksProxyVpcEndpointServiceName ?? store.vpcService) : null,
    vpcOwner: vpc ? (request.XksProxyVpcEndpointServiceOwner ?? store.vpcOwner) : null,
    accessKeyId: credential?.AccessKeyId ?? store.accessKeyId,
    secret: credential?.RawSecretAccessKey.reveal() ?? store.secret,
  };
}

export const updateCustomKeyStore = defineAction({
  name: 'UpdateCustomKeyStore',
  input,
  act(call, request) {
    requireAccountPermission(call);
    const store = findStore(call, request.CustomKeyStoreId);
    requireConsistent(store, request);
    requireConnection(
      store,
      has(request, disconnectedOnly) ? ['DISCONNECTED'] : ['CONNECTED', 'DISCONNECTED'],
    );
    const changed = applyTo(store, request);
    requireUnique(call, changed);
    // AWS asks the proxy before every change, that of the name too.
    requireEndpointService(call, changed);
    requireHealth(call, changed);
    call.world.state.keyStores.put(changed);
    return {};
  },
});
