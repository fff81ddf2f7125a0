import { randomBytes } from 'node:crypto';
import { type KeyStoreRecord, type ProxySettings } from '../model/key-stores.ts';
import { KmsFailure, limitExceeded, validation } from '../wire/failures.ts';
import { oneOf, optional, type Parsed, required, string, structure } from '../wire/members.ts';
import { type Call, placeOf } from '../world.ts';
import { defineAction } from './action.ts';
import { requireAccountPermission } from './key-access.ts';
import { requireEndpointService, requireHealth, requireUnique } from './key-store-access.ts';
import { clusterFields, proxyFields, storeNameMember } from './key-store-fields.ts';

const input = structure({
  CustomKeyStoreName: required(storeNameMember),
  CustomKeyStoreType: optional(oneOf(['AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'])),
  TrustAnchorCertificate: optional(string({ min: 1, max: 5000 })),
  ...clusterFields,
  ...proxyFields,
});
type Input = Parsed<typeof input>;

const clusterOnly = ['CloudHsmClusterId', 'TrustAnchorCertificate', 'KeyStorePassword'] as const;
const proxyOnly = [
  'XksProxyConnectivity',
  'XksProxyUriEndpoint',
  'XksProxyUriPath',
  'XksProxyAuthenticationCredential',
] as const;

function given<K extends keyof Input>(
  request: Input,
  name: K,
  type: string,
): NonNullable<Input[K]> {
  const value = request[name];
  if (value !== undefined && value !== null) return value;
  throw validation(`${name} is required when the CustomKeyStoreType is ${type}.`);
}

function requireAbsent(request: Input, names: readonly (keyof Input)[], type: string): void {
  const wrong = names.find((name) => request[name] !== undefined);
  if (wrong !== undefined) {
    throw validation(`${wrong} cannot be used when the CustomKeyStoreType is ${type}.`);
  }
}

/** There are no clusters here, so every id is one that does not exist. */
function refuseCluster(request: Input): never {
  requireAbsent(request, [...proxyOnly, 'XksProxyVpcEndpointServiceName'], 'AWS_CLOUDHSM');
  for (const name of clusterOnly) given(request, name, 'AWS_CLOUDHSM');
  throw new KmsFailure(
    'CloudHsmClusterNotFoundException',
    'There is no such AWS CloudHSM cluster; the practice KMS has none.',
  );
}

function settingsOf(request: Input): ProxySettings {
  const type = 'EXTERNAL_KEY_STORE';
  requireAbsent(request, clusterOnly, type);
  for (const name of proxyOnly) given(request, name, type);
  const connectivity = given(request, 'XksProxyConnectivity', type);
  const credential = given(request, 'XksProxyAuthenticationCredential', type);
  const vpcService = request.XksProxyVpcEndpointServiceName || null;
  if ((connectivity === 'VPC_ENDPOINT_SERVICE') !== (vpcService !== null)) {
    throw validation(
      'XksProxyVpcEndpointServiceName goes with the XksProxyConnectivity VPC_ENDPOINT_SERVICE, and with no other.',
    );
  }
  return {
    connectivity,
    endpoint: given(request, 'XksProxyUriEndpoint', type),
    path: given(request, 'XksProxyUriPath', type),
    vpcService,
    vpcOwner: vpcService === null ? null : (request.XksProxyVpcEndpointServiceOwner ?? null),
    accessKeyId: credential.AccessKeyId,
    secret: credential.RawSecretAccessKey.reveal(),
  };
}

function makeStore(call: Call, request: Input, settings: ProxySettings): KeyStoreRecord {
  return {
    ...placeOf(call),
    ...settings,
    storeId: `cks-${randomBytes(9).toString('hex').slice(0, 17)}`,
    name: request.CustomKeyStoreName,
    createdAt: call.now,
    state: 'DISCONNECTED',
    errorCode: null,
    settlesAt: null,
    settlesTo: null,
  };
}

export const createCustomKeyStore = defineAction({
  name: 'CreateCustomKeyStore',
  input,
  act(call, request) {
    requireAccountPermission(call);
    if (request.CustomKeyStoreType !== 'EXTERNAL_KEY_STORE') refuseCluster(request);
    const settings = settingsOf(request);
    const { keyStores } = call.world.state;
    requireUnique(call, { ...settings, storeId: null, name: request.CustomKeyStoreName });
    const most = call.world.quotas.most('keyStores');
    if (keyStores.of(placeOf(call)).length >= most) {
      throw limitExceeded(
        `The account has ${most} custom key stores in this Region, which is the limit.`,
      );
    }
    // A proxy behind an endpoint service is first called when the store is connected.
    if (settings.vpcService === null) requireHealth(call, settings);
    else requireEndpointService(call, settings);
    const store = makeStore(call, request, settings);
    keyStores.put(store);
    const { storeId, state: to } = store;
    call.effect({ kind: 'key-store', storeId, from: null, to, errorCode: null });
    return { CustomKeyStoreId: storeId };
  },
});
