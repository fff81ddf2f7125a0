import { notFound, OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { CustomKeyStore, Read } from '../../../cloud/answers.ts';
import type { ProxyCredential } from '../../../keystore/xks/rows.ts';
import type { JobKind, StepResult } from '../../kind.ts';
import { proof } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import { openStore, placeOf, publishAndConfirm, remoteFrom } from './opening.ts';
import { type StoreContext, storeKind, type StorePayload, type StoreStep } from './store-steps.ts';

/** Makes the custom key store in AWS. AWS asks the proxy for its health before it answers. */
export const createStore = (services: DeedServices): JobKind<StorePayload> =>
  storeKind(services, 'create', 'create', [
    checkStep(services),
    serveStep(services),
    createStep(services),
  ]);

const checkStep = (services: DeedServices): StoreStep => ({
  name: 'check',
  title: 'Check account, and that the name is free',
  changes: 'nothing',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    const {
      store,
      connection,
      proof: account,
    } = await openStore(services, context.payload.storeId, context);
    if (store.remote) return { type: 'stop', error: already() };
    placeOf(store);
    const found = await connection.findKeyStore(store.name, context);
    if (found.store) return { type: 'stop', error: nameHeld(store.name, found.store) };
    return {
      type: 'done',
      proof: [account, proof(`no store is named ${store.name}`, found.requestId)],
    };
  },
});

/** Before AWS asks, proxies know prefix and credential. */
export const serveStep = (services: DeedServices): StoreStep => ({
  name: 'serve',
  title: 'Give the proxies what they are to serve',
  changes: 'here',
  repeatable: true,
  reconcile: async () => 'act',
  act: async () => ({ type: 'done', proof: [await publishAndConfirm(services)] }),
});

const createStep = (services: DeedServices): StoreStep => ({
  name: 'create',
  title: 'Create custom key store',
  changes: 'aws',
  repeatable: false,
  act: async (context) => {
    const { store, connection } = await openStore(services, context.payload.storeId, context);
    const credential = newest(services, store.id);
    using secret = services.xks.model.credentials.secret(credential.id);
    const { accessKeyId } = credential;
    const wish = { ...placeOf(store), name: store.name, accessKeyId, secret };
    await connection.createKeyStore(wish, context);
    return (await take(services, context)) ?? lost(store.name);
  },
  // AWS lists stores by name, and no two have one name: what is there with our path is ours
  reconcile: async (context) => (await take(services, context)) ?? 'act',
});

async function take(services: DeedServices, context: StoreContext): Promise<StepResult | null> {
  const opened = await openStore(services, context.payload.storeId, context);
  const { store, connection, account } = opened;
  const { store: seen, requestId, readAt } = await connection.findKeyStore(store.name, context);
  if (!seen) return null;
  if (seen.path !== placeOf(store).path) return { type: 'park', error: nameHeld(store.name, seen) };
  const read: CustomKeyStore & Read = { ...seen, requestId, readAt };
  return {
    type: 'done',
    output: { kmsStoreId: seen.kmsStoreId },
    proof: [proof(`${seen.name} is ${seen.kmsStoreId}, ${seen.state}`, requestId)],
    record: () => services.xks.model.stores.noteRemote(store.id, remoteFrom(read, account)),
  };
}

/** The pair that AWS is given: the youngest valid one. */
export function newest({ xks }: DeedServices, storeId: string): ProxyCredential {
  const credential = xks.model.credentials.valid(storeId).at(-1);
  if (!credential) throw notFound('proxy credential');
  return credential;
}

const already = (): OperationError =>
  new OperationError('NOTHING_TO_DO', { reason: 'AWS has this store already' });

const nameHeld = (name: string, { kmsStoreId }: CustomKeyStore): OperationError =>
  new OperationError('NAME_TAKEN', { what: 'custom key store in AWS', name, holder: kmsStoreId });

const lost = (name: string): StepResult => ({
  type: 'park',
  error: new OperationError('XKS_STORE_GONE', { name }),
});
