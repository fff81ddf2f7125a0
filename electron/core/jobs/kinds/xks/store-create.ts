import { notFound, OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { CustomKeyStore, Read } from '../../../cloud/answers.ts';
import type { ExternalStore, ProxyCredential } from '../../../keystore/xks/rows.ts';
import type { JobKind, StepResult } from '../../kind.ts';
import { proof } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import {
  type OpenedStore,
  openStore,
  outputOf,
  placeOf,
  publishAndConfirm,
  remoteFrom,
  uriPathOf,
} from './opening.ts';
import { type StoreContext, storeKind, type StorePayload, type StoreStep } from './store-steps.ts';

/** Jobs of before it was noted have none of it. */
interface CheckOutput {
  readonly account?: string;
  /** AWS had it already, by a former job that was given up before it knew. */
  readonly found?: boolean;
}

/** Makes the custom key store in AWS. AWS asks the proxy for its health before it answers. */
export const createStore = (services: DeedServices): JobKind<StorePayload> =>
  storeKind(services, 'create', 'create', [
    checkStep(services),
    serveStep(services),
    createStep(services),
  ]);

/** What AWS finds it by: the path is its own for ever, no two stores there have one name. */
export const knownBy = (store: ExternalStore) => ({ name: store.name, path: uriPathOf(store) });

const checkStep = (services: DeedServices): StoreStep => ({
  name: 'check',
  title: 'Check account, and that the name is free',
  changes: 'nothing',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    const opened = await openStore(services, context.payload.storeId, context);
    const { store, connection, account, proof: ofAccount } = opened;
    if (store.remote) return { type: 'stop', error: already() };
    const { path } = placeOf(store);
    const { store: seen, requestId } = await connection.findKeyStore(knownBy(store), context);
    if (seen !== null && seen.path !== path)
      return { type: 'stop', error: nameHeld(store.name, seen) };
    const said =
      seen === null
        ? `no store is named ${store.name}`
        : `${seen.kmsStoreId} has its path: a former job made it`;
    return {
      type: 'done',
      output: { account, found: seen !== null },
      proof: [ofAccount, proof(said, requestId)],
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
    const { found = false } = checked(context);
    const there = found ? await take(services, context) : null;
    if (there) return there;
    const { store, connection } = await openChecked(services, context);
    const credential = newest(services, store.id);
    using secret = services.xks.model.credentials.secret(credential.id);
    const { accessKeyId } = credential;
    const wish = { ...placeOf(store), name: store.name, accessKeyId, secret };
    await connection.createKeyStore(wish, context);
    return (await take(services, context)) ?? lost(store.name);
  },
  reconcile: async (context) => (await take(services, context)) ?? 'act',
});

const checked = (context: StoreContext): CheckOutput =>
  outputOf<CheckOutput | null | undefined>(context, 'check') ?? {};

/**
 * In the account that was checked: another credential may have been chosen since, and in another account
 * nothing would be found of what may have been made.
 */
async function openChecked(services: DeedServices, context: StoreContext): Promise<OpenedStore> {
  const opened = await openStore(services, context.payload.storeId, context);
  const bound = checked(context).account ?? opened.account;
  if (bound === opened.account) return opened;
  const details = { group: opened.store.name, bound, credential: opened.account };
  throw new OperationError('ACCOUNT_MISMATCH', details);
}

/** The one with our path is ours, whatever name it was made under. */
async function take(services: DeedServices, context: StoreContext): Promise<StepResult | null> {
  const { store, connection, account } = await openChecked(services, context);
  const looked = await connection.findKeyStore(knownBy(store), context);
  const { store: seen, requestId, readAt } = looked;
  if (!seen) return null;
  if (seen.path !== uriPathOf(store)) return { type: 'park', error: nameHeld(store.name, seen) };
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
