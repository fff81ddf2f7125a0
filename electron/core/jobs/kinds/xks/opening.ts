import type { Json } from '../../../../../shared/model/json.ts';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { CustomKeyStore, Read } from '../../../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../../../cloud/cloud.ts';
import type { ExternalStore, StoreInAws, XksKey } from '../../../keystore/xks/rows.ts';
import { proof } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import type { Proof } from '../../kind.ts';

/** Looks that deeds on external key stores begin with. */

export interface OpenedStore {
  readonly store: ExternalStore;
  readonly connection: CloudConnection;
  readonly account: string;
  readonly proof: Proof;
}

/**
 * The store and a connection of the account it is in; for one that AWS does not have yet, of an
 * account that its proxy lets in.
 * @throws OperationError ACCOUNT_MISMATCH and what a connection throws
 */
export async function openStore(
  services: DeedServices,
  storeId: string,
  context: CallContext,
  way: 'connect' | 'glance' = 'connect',
): Promise<OpenedStore> {
  const store = services.xks.model.stores.get(storeId);
  const connection = await services.xks[way](store);
  const account = await accountOf(services, store, connection, context);
  const bound = store.remote?.account ?? null;
  const letIn = store.accounts === null || store.accounts.includes(account);
  if ((bound !== null && bound !== account) || !letIn) {
    throw new OperationError('ACCOUNT_MISMATCH', {
      group: store.name,
      bound: bound ?? store.accounts?.join(', ') ?? '',
      credential: account,
    });
  }
  return { store, connection, account, proof: proof(`account ${account}`) };
}

/** Asks AWS only where nobody has asked yet. */
async function accountOf(
  { accounts }: DeedServices,
  { credentialId }: ExternalStore,
  connection: CloudConnection,
  context: CallContext,
): Promise<string> {
  const known = accounts.get(connection);
  if (known !== undefined || credentialId === null) return known ?? '';
  try {
    const owner = await connection.accountOwner(context);
    accounts.seen(connection, credentialId, owner);
    return owner.account;
  } catch (error) {
    accounts.refused(credentialId, error);
    throw error;
  }
}

/** AWS's own id of the store. @throws OperationError XKS_STORE_GONE */
export function kmsStoreIdOf({ remote, name }: ExternalStore): string {
  if (!remote) throw new OperationError('XKS_STORE_GONE', { name });
  return remote.kmsStoreId;
}

export const remoteFrom = (seen: CustomKeyStore & Read, account: string): StoreInAws => ({
  kmsStoreId: seen.kmsStoreId,
  account,
  state: seen.state,
  error: seen.error,
  accessKeyId: seen.accessKeyId,
  readAt: seen.readAt,
});

/** Reads the store from AWS and notes what it says. @throws OperationError XKS_STORE_GONE */
export async function readStore(
  services: DeedServices,
  { store, connection, account }: OpenedStore,
  context: CallContext,
): Promise<CustomKeyStore & Read> {
  try {
    const seen = await connection.describeKeyStore(kmsStoreIdOf(store), context);
    services.xks.model.stores.noteRemote(store.id, remoteFrom(seen, account));
    return seen;
  } catch (error) {
    const gone = error instanceof OperationError && error.code === 'XKS_STORE_GONE';
    if (gone && store.remote) {
      const readAt = services.clock.now();
      services.xks.model.stores.noteRemote(store.id, { ...store.remote, state: 'GONE', readAt });
    }
    throw error;
  }
}

/** Ids of external keys whose KMS key was read while its store was not connected, which hides its state. */
export const hiddenKeysOf = ({ xks }: DeedServices, storeId: string): string[] =>
  xks.model.keys
    .list(storeId)
    .flatMap(({ id, remote }) => (remote?.state === 'Unavailable' ? [id] : []));

/** Reads the KMS key of an external key and notes what AWS says of it, also that it has none. */
export async function readKmsKey(
  { xks, clock }: DeedServices,
  keyId: string,
  { connection }: OpenedStore,
  context: CallContext,
): Promise<void> {
  const remote = xks.model.keys.byId(keyId)?.remote;
  if (!remote) return;
  const read = await connection.describeKey(remote.kmsKeyId, context).catch((error: unknown) => {
    if (error instanceof OperationError && error.code === 'AWS_KEY_GONE') return null;
    throw error;
  });
  const now = read ?? { state: 'Gone', readAt: clock.now() };
  xks.model.keys.noteRemote(keyId, { ...remote, state: now.state, readAt: now.readAt });
}

/** Path as AWS is given it. */
export const uriPathOf = ({ prefix }: Pick<ExternalStore, 'prefix'>): string =>
  `${prefix}/kms/xks/v1`;

/** @throws OperationError BAD_INPUT for the first thing that AWS needs and nobody has said */
export function placeOf(store: ExternalStore) {
  const { endpoint, connectivity, vpcService, vpcOwner } = store;
  const lacks = (field: string, problem: string) =>
    new OperationError('BAD_INPUT', { field, problem });
  if (endpoint === null) throw lacks('endpoint', 'the address of the proxy is not set');
  if (connectivity === 'VPC_ENDPOINT_SERVICE' && vpcService === null)
    throw lacks('vpcService', 'the VPC endpoint service is not set');
  const vpc = connectivity === 'VPC_ENDPOINT_SERVICE';
  return {
    endpoint,
    path: uriPathOf(store),
    connectivity,
    vpcService: vpc ? vpcService : null,
    vpcOwner: vpc ? vpcOwner : null,
  };
}

/**
 * The KMS key that an external key belongs to, also where only a proxy knows of it yet: one external key
 * for two KMS keys must not come of what nobody published. Null for none.
 */
export async function kmsKeyOf({ xks }: DeedServices, key: XksKey): Promise<string | null> {
  const arn = key.remote?.arn ?? xks.model.keys.bindings(key.id)[0]?.arn;
  return arn ?? (await xks.boundByProxy(key.xksId));
}

/** Every proxy that answers serves the newest set. @throws OperationError XKS_NOT_SERVED */
export async function publishAndConfirm(services: DeedServices): Promise<Proof> {
  const view = await services.xks.publish();
  const answering = view.nodes.filter(({ revision }) => revision !== null);
  const behind = answering.find(({ newest }) => !newest);
  if (behind) {
    const details = { node: behind.node, problem: behind.problem ?? 'it serves an older set' };
    throw new OperationError('XKS_NOT_SERVED', details);
  }
  const told = answering.map(({ node }) => node).join(', ');
  return proof(
    told === ''
      ? `serving set ${view.revision} is written; no proxy answers on this computer`
      : `serving set ${view.revision} is served by ${told}`,
  );
}

export const outputOf = <T>(
  context: { readonly outputs: Readonly<Record<string, Json>> },
  step: string,
): T => context.outputs[step] as T;
