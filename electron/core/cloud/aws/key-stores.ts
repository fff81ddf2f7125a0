import {
  ConnectCustomKeyStoreCommand,
  CreateCustomKeyStoreCommand,
  CreateKeyCommand,
  type CustomKeyStoresListEntry,
  DeleteCustomKeyStoreCommand,
  DescribeCustomKeyStoresCommand,
  DisconnectCustomKeyStoreCommand,
  UpdateCustomKeyStoreCommand,
} from '@aws-sdk/client-kms';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { msOf } from '../../kernel/node-dates.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { CustomKeyStore, KmsKeyRead, Read } from '../answers.ts';
import type { CallContext, KeyStoreChange, NewKeyInStore, NewKeyStore } from '../cloud.ts';
import { checkMarker, markedDescription, markerTag } from '../marker.ts';
import { keyFrom } from './key-shape.ts';
import { allPages, type Link, must, nextOf } from './link.ts';

const nothing = (): object => ({});

/** The SDK signs and sends text: it lives for as long as this one call. */
const credentialOf = (accessKeyId: string, secret: Secret) => ({
  AccessKeyId: accessKeyId,
  RawSecretAccessKey: secret.use((bytes) => Buffer.from(bytes).toString('latin1')),
});

/** Not repeatable: look for the path before doing it again. */
export function createKeyStore(
  link: Link,
  wish: NewKeyStore,
  context?: CallContext,
): Promise<Read & { readonly kmsStoreId: string }> {
  const { name, endpoint, path, connectivity, vpcService, vpcOwner, accessKeyId } = wish;
  const place = {
    CustomKeyStoreName: name,
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyUriEndpoint: endpoint,
    XksProxyUriPath: path,
    XksProxyConnectivity: connectivity,
    ...(vpcService === null ? {} : { XksProxyVpcEndpointServiceName: vpcService }),
    ...(vpcOwner === null ? {} : { XksProxyVpcEndpointServiceOwner: vpcOwner }),
  } as const;
  return link.change(
    'CreateCustomKeyStore',
    { parameters: { ...place, AccessKeyId: accessKeyId } },
    (options) =>
      link.kms.send(
        new CreateCustomKeyStoreCommand({
          ...place,
          XksProxyAuthenticationCredential: credentialOf(accessKeyId, wish.secret),
        }),
        options,
      ),
    (reply) => ({ kmsStoreId: must(reply.CustomKeyStoreId, 'CustomKeyStoreId') }),
    context,
  );
}

export async function describeKeyStore(
  link: Link,
  kmsStoreId: string,
  context?: CallContext,
): Promise<Read & CustomKeyStore> {
  return link.read(
    'DescribeCustomKeyStores',
    { parameters: { CustomKeyStoreId: kmsStoreId } },
    (options) =>
      link.kms.send(new DescribeCustomKeyStoresCommand({ CustomKeyStoreId: kmsStoreId }), options),
    (reply) => storeFrom(must(reply.CustomKeyStores?.[0], 'CustomKeyStores')),
    context,
  );
}

/** A name may be changed, here and in AWS; the path is the store's own for ever. */
export async function findKeyStore(
  link: Link,
  { name, path }: Pick<NewKeyStore, 'name' | 'path'>,
  context?: CallContext,
): Promise<Read & { readonly store: CustomKeyStore | null }> {
  const { items, requestId, readAt } = await allPages((marker) =>
    link.read(
      'DescribeCustomKeyStores',
      { parameters: {} },
      (options) =>
        link.kms.send(
          new DescribeCustomKeyStoresCommand(marker === undefined ? {} : { Marker: marker }),
          options,
        ),
      (reply) => ({ items: (reply.CustomKeyStores ?? []).map(storeFrom), next: nextOf(reply) }),
      context,
    ),
  );
  const store =
    items.find((each) => each.path === path) ?? items.find((each) => each.name === name) ?? null;
  return { store, requestId, readAt };
}

function storeFrom(entry: CustomKeyStoresListEntry): CustomKeyStore {
  const proxy = entry.XksProxyConfiguration;
  return {
    kmsStoreId: must(entry.CustomKeyStoreId, 'CustomKeyStoreId'),
    name: must(entry.CustomKeyStoreName, 'CustomKeyStoreName'),
    type: entry.CustomKeyStoreType ?? 'AWS_CLOUDHSM',
    state: must(entry.ConnectionState, 'ConnectionState'),
    error: entry.ConnectionErrorCode ?? null,
    createdAt: msOf(entry.CreationDate),
    accessKeyId: proxy?.AccessKeyId ?? null,
    endpoint: proxy?.UriEndpoint ?? null,
    path: proxy?.UriPath ?? null,
    connectivity: proxy?.Connectivity ?? null,
    vpcService: proxy?.VpcEndpointServiceName ?? null,
    vpcOwner: proxy?.VpcEndpointServiceOwner ?? null,
  };
}

/** AWS answers at once and connects afterwards: read the state until it has settled. */
export function connectKeyStore(link: Link, id: string, context?: CallContext): Promise<Read> {
  return link.change(
    'ConnectCustomKeyStore',
    { parameters: { CustomKeyStoreId: id } },
    (options) => link.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: id }), options),
    nothing,
    context,
  );
}

export function disconnectKeyStore(link: Link, id: string, context?: CallContext): Promise<Read> {
  return link.change(
    'DisconnectCustomKeyStore',
    { parameters: { CustomKeyStoreId: id } },
    (options) =>
      link.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: id }), options),
    nothing,
    context,
  );
}

export function updateKeyStore(
  link: Link,
  id: string,
  change: KeyStoreChange,
  context?: CallContext,
): Promise<Read> {
  const { name, endpoint, path, connectivity, vpcService, vpcOwner, credential } = change;
  const fields = {
    CustomKeyStoreId: id,
    ...(name === undefined ? {} : { NewCustomKeyStoreName: name }),
    ...(endpoint === undefined ? {} : { XksProxyUriEndpoint: endpoint }),
    ...(path === undefined ? {} : { XksProxyUriPath: path }),
    ...(connectivity === undefined ? {} : { XksProxyConnectivity: connectivity }),
    ...(vpcService ? { XksProxyVpcEndpointServiceName: vpcService } : {}),
    ...(vpcOwner ? { XksProxyVpcEndpointServiceOwner: vpcOwner } : {}),
  };
  return link.change(
    'UpdateCustomKeyStore',
    {
      parameters: {
        ...fields,
        ...(credential === undefined ? {} : { AccessKeyId: credential.accessKeyId }),
      },
    },
    (options) =>
      link.kms.send(
        new UpdateCustomKeyStoreCommand({
          ...fields,
          ...(credential === undefined
            ? {}
            : {
                XksProxyAuthenticationCredential: credentialOf(
                  credential.accessKeyId,
                  credential.secret,
                ),
              }),
        }),
        options,
      ),
    nothing,
    context,
  );
}

/** A store that is gone already counts as deleted. */
export async function deleteKeyStore(link: Link, id: string, context?: CallContext): Promise<Read> {
  try {
    return await link.change(
      'DeleteCustomKeyStore',
      { parameters: { CustomKeyStoreId: id } },
      (options) =>
        link.kms.send(new DeleteCustomKeyStoreCommand({ CustomKeyStoreId: id }), options),
      nothing,
      context,
    );
  } catch (cause) {
    if (!(cause instanceof OperationError) || cause.code !== 'XKS_STORE_GONE') throw cause;
    return {
      requestId: cause.external?.requestId ?? null,
      readAt: link.ports.clock.now(),
    };
  }
}

/** Not repeatable, but AWS never makes a second KMS key for one external key of a store. */
export async function createKeyInStore(
  link: Link,
  key: NewKeyInStore,
  context: CallContext = {},
): Promise<KmsKeyRead> {
  checkMarker(key.marker);
  const description = markedDescription(key.description, key.marker);
  const fields = {
    Origin: 'EXTERNAL_KEY_STORE',
    CustomKeyStoreId: key.kmsStoreId,
    XksKeyId: key.xksKeyId,
    Description: description,
    ...(key.policy === null ? {} : { Policy: key.policy }),
  } as const;
  const tags = [...key.tags, { key: markerTag, value: key.marker }];
  const create = (withTags: boolean) =>
    link.change(
      'CreateKey',
      { parameters: { ...fields, Tags: withTags ? tags.map((t) => `${t.key}=${t.value}`) : [] } },
      (options) =>
        link.kms.send(
          new CreateKeyCommand({
            ...fields,
            ...(withTags
              ? { Tags: tags.map((tag) => ({ TagKey: tag.key, TagValue: tag.value })) }
              : {}),
          }),
          options,
        ),
      (reply) => keyFrom(reply.KeyMetadata),
      context,
    );
  const created = await withoutTagsWhereForbidden(create);
  const now = link.ports.clock.now();
  link.fresh.add(created.keyId, now, now);
  return created;
}

async function withoutTagsWhereForbidden<T>(create: (withTags: boolean) => Promise<T>): Promise<T> {
  try {
    return await create(true);
  } catch (cause) {
    const mayNotTag =
      cause instanceof OperationError && cause.details['permission'] === 'kms:TagResource';
    if (!mayNotTag) throw cause;
    return create(false);
  }
}
