import type { KeyStoreRecord } from '../model/key-stores.ts';
import { seconds } from '../model/metadata.ts';
import { validation } from '../wire/failures.ts';
import { optional, type Parsed, structure } from '../wire/members.ts';
import { pagingFields, pageOfList, readPage } from '../wire/paging.ts';
import { type Call, placeOf } from '../world.ts';
import { defineAction } from './action.ts';
import { requireAccountPermission } from './key-access.ts';
import { storeNotFound } from './key-store-access.ts';
import { storeIdMember, storeNameMember } from './key-store-fields.ts';

const input = structure({
  CustomKeyStoreId: optional(storeIdMember),
  CustomKeyStoreName: optional(storeNameMember),
  ...pagingFields,
});

function findAsked(call: Call, request: Parsed<typeof input>): readonly KeyStoreRecord[] {
  const { CustomKeyStoreId: storeId, CustomKeyStoreName: name } = request;
  if (storeId !== undefined && name !== undefined) {
    throw validation('Give a CustomKeyStoreId or a CustomKeyStoreName, not both.');
  }
  const all = call.world.state.keyStores.of(placeOf(call));
  if (storeId === undefined && name === undefined) return all;
  const found = all.filter((store) => store.storeId === storeId || store.name === name);
  if (found.length === 0) throw storeNotFound(storeId ?? `named ${name ?? ''}`);
  return found;
}

const entry = (store: KeyStoreRecord) => ({
  CustomKeyStoreId: store.storeId,
  CustomKeyStoreName: store.name,
  ConnectionState: store.state,
  ...(store.state === 'FAILED' ? { ConnectionErrorCode: store.errorCode } : {}),
  CreationDate: seconds(store.createdAt),
  CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
  XksProxyConfiguration: {
    Connectivity: store.connectivity,
    AccessKeyId: store.accessKeyId,
    UriEndpoint: store.endpoint,
    UriPath: store.path,
    ...(store.vpcService === null ? {} : { VpcEndpointServiceName: store.vpcService }),
    ...(store.vpcOwner === null ? {} : { VpcEndpointServiceOwner: store.vpcOwner }),
  },
});

export const describeCustomKeyStores = defineAction({
  name: 'DescribeCustomKeyStores',
  input,
  act(call, request) {
    requireAccountPermission(call);
    const stores = findAsked(call, request);
    const { account, region } = placeOf(call);
    const { items, ...more } = readPage(
      call.world.seals.marker,
      `DescribeCustomKeyStores ${account} ${region}`,
      request,
      { usual: 100, most: 1000 },
      ...pageOfList(stores),
    );
    return { CustomKeyStores: items.map(entry), ...more };
  },
});
