import type { StoreDeed } from '../../../shared/model/xks.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { sealPlan } from '../jobs/kinds/plan.ts';
import { storeDeedTakes } from '../jobs/kinds/xks/durations.ts';
import { openStore, readKmsKey, readStore, uriPathOf } from '../jobs/kinds/xks/opening.ts';
import { planStore } from '../jobs/kinds/xks/plan-store.ts';
import { beginServing } from '../jobs/kinds/xks/service-key.ts';
import { newest } from '../jobs/kinds/xks/store-create.ts';
import { storeKindName } from '../jobs/kinds/xks/store-steps.ts';
import { storeJobTitle } from '../jobs/kinds/xks/titles.ts';
import { keptName } from '../keystore/names.ts';
import type { StoreChange } from '../keystore/xks/external-stores.ts';
import type { ExternalStore } from '../keystore/xks/rows.ts';
import { onDisk } from '../store/disk-errors.ts';
import { writeDurably } from '../store/durable-file.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { startDeed } from './start-deed.ts';
import { requireNoJobOfStore, storeLine } from './needing.ts';
import { viewCredential, viewStore, viewStoreDetail } from './xks-view.ts';

type Stores = HandlersOfNoun<'xksStore'>;

/** External key stores: what the proxy serves under a prefix, and what AWS has of it. */
export const xksStoreHandlers = (access: Access): Stores => ({
  ...keepingHandlers(access),
  ...credentialHandlers(access),
  ...deedHandlers(access),
});

/** Changes what is served, in one transaction with its audit record, and brings it to the proxies. */
export async function serving<T>(open: OpenKeystore, change: () => T): Promise<T> {
  const result = open.store.change(() => {
    const made = change();
    if (open.xks.serving.storage !== null) open.xks.serving.raise();
    return made;
  });
  open.changed('xks');
  if (open.xks.serving.storage !== null) await open.desk.publish();
  return result;
}

const credentialIdOf = (open: OpenKeystore, reference: string | null): string | null =>
  reference === null ? null : open.references.credential(reference).id;

function keepingHandlers(
  access: Access,
): Pick<Stores, 'add' | 'list' | 'show' | 'edit' | 'remove' | 'check'> {
  return {
    add: async (input) => {
      const open = access.open();
      const { credential, storage, ...fields } = input;
      if (input.accounts === null && open.store.realm === 'real') {
        const problem = 'say which accounts own KMS keys here: every other one is refused';
        throw new OperationError('BAD_INPUT', { field: 'accounts', problem });
      }
      // what is wrong with the request is said before anything is made on the device
      keptName(fields.name);
      credentialIdOf(open, credential);
      await beginServing(open.deeds, storageFor(open, storage));
      const store = await serving(open, () => {
        const credentialId = credentialIdOf(open, credential);
        const made = open.xks.stores.add({ ...fields, credentialId, rulesMode: 'enforce' });
        const pair = open.xks.credentials.make(made.id);
        open.audit('OK', [made.id], { name: made.name, accessKeyId: pair.accessKeyId });
        return made;
      });
      return viewStoreDetail(open, open.xks.stores.get(store.id));
    },
    list: () => {
      const open = access.open();
      return { stores: open.xks.stores.list().map((store) => viewStore(open, store)) };
    },
    show: (input) => {
      const open = access.open();
      return viewStoreDetail(open, open.xks.stores.find(input.store));
    },
    edit: async (input) => {
      const open = access.open();
      const store = open.xks.stores.find(input.store);
      const change = changeOf(open, input);
      requireEditable(store, change);
      await serving(open, () => {
        requireNotAtWork(open, store, change);
        open.xks.stores.edit(store.id, change);
        open.audit('OK', [store.id], { name: store.name, fields: Object.keys(change).join(', ') });
      });
      return viewStoreDetail(open, open.xks.stores.get(store.id));
    },
    remove: async (input) => {
      const open = access.open();
      const store = open.xks.stores.find(input.store);
      if (!input.confirm)
        throw new OperationError('CONFIRMATION_NEEDED', { what: `remove ${store.name}` });
      await serving(open, () => {
        requireNoJobOfStore(open, store);
        open.xks.stores.remove(store.id);
        open.audit('OK', [store.id], { name: store.name });
      });
      return {};
    },
    check: async (input) => {
      const open = access.open();
      const store = open.xks.stores.find(input.store);
      const opened = await openStore(open.deeds, store.id, {}, 'glance');
      if (store.remote !== null) await readStore(open.deeds, opened, {});
      for (const { id } of open.xks.keys.list(store.id))
        await readKmsKey(open.deeds, id, opened, {});
      open.audit('OK', [store.id], { name: store.name, account: opened.account });
      open.changed('xks', store.id);
      return viewStoreDetail(open, open.xks.stores.get(store.id));
    },
  };
}

/** The first store says where service keys are; one proxy serves one device. */
function storageFor(open: OpenKeystore, wish: 'hsm' | 'software' | undefined): 'hsm' | 'software' {
  const { storage } = open.xks.serving;
  if (storage !== null && wish !== undefined && wish !== storage) {
    const problem = `external keys of this keystore are ${storage} protected`;
    throw new OperationError('BAD_INPUT', { field: 'storage', problem });
  }
  return storage ?? wish ?? 'hsm';
}

type Edit = Parameters<Stores['edit']>[0];

function changeOf(open: OpenKeystore, input: Edit): StoreChange {
  const { store: _store, credential, ...rest } = input;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as StoreChange),
    ...(credential === undefined ? {} : { credentialId: credentialIdOf(open, credential) }),
  };
}

/** Where AWS has the store decides whose it is: it cannot be moved by an edit. */
function requireEditable({ remote, name, region }: ExternalStore, change: StoreChange): void {
  if (remote === null || change.region === undefined || change.region === region) return;
  throw new OperationError('XKS_STORE_IN_USE', { name, inAws: remote.kmsStoreId });
}

/** What a job of the store was planned with: where AWS has it, and how it finds the proxy. */
const planned = [
  'name',
  'credentialId',
  'region',
  'endpoint',
  'connectivity',
  'vpcService',
  'vpcOwner',
] as const;

/**
 * A job that stopped may be helped on by any of these, but not by another Region: there nothing would be
 * found of what it may have made.
 * @throws OperationError ALREADY_RUNNING
 */
function requireNotAtWork(open: OpenKeystore, store: ExternalStore, change: StoreChange): void {
  const { stopped } = open.jobs.ofGroup(storeLine(store));
  const fixed = stopped ? (['region'] as const) : planned;
  const changes = fixed.some(
    (field) => change[field] !== undefined && change[field] !== store[field],
  );
  if (changes) requireNoJobOfStore(open, store);
}

function credentialHandlers(
  access: Access,
): Pick<Stores, 'addCredential' | 'retireCredential' | 'writeCredential'> {
  return {
    addCredential: async (input) => {
      const open = access.open();
      const store = open.xks.stores.find(input.store);
      const pair = await serving(open, () => {
        const made = open.xks.credentials.make(store.id);
        open.audit('OK', [store.id], { name: store.name, accessKeyId: made.accessKeyId });
        return made;
      });
      return viewCredential(store, pair);
    },
    retireCredential: async (input) => {
      const open = access.open();
      const { accessKeyId } = input;
      const pair = open.xks.credentials.find(accessKeyId);
      const store = open.xks.stores.get(pair.storeId);
      if (!input.confirm) {
        const signs = store.remote?.accessKeyId === accessKeyId;
        const what = `retire ${accessKeyId}${signs ? ', which AWS signs with: it would be refused' : ''}`;
        throw new OperationError('CONFIRMATION_NEEDED', { what });
      }
      await serving(open, () => {
        open.xks.credentials.retire(pair.id);
        open.audit('OK', [store.id], { name: store.name, accessKeyId });
      });
      return {};
    },
    writeCredential: (input) => {
      const open = access.open();
      const store = open.xks.stores.find(input.store);
      const pair = newest(open.deeds, store.id);
      using secret = open.xks.credentials.secret(pair.id);
      const text = secret.use((bytes) =>
        Buffer.from(
          JSON.stringify({
            XksProxyUriPath: uriPathOf(store),
            XksProxyAuthenticationCredential: {
              AccessKeyId: pair.accessKeyId,
              RawSecretAccessKey: Buffer.from(bytes).toString('latin1'),
            },
          }),
        ),
      );
      try {
        onDisk('proxy credential', () => writeDurably(input.file, text, open.random));
      } finally {
        text.fill(0);
      }
      const { accessKeyId } = pair;
      open.audit('OK', [store.id], { name: store.name, accessKeyId, file: input.file });
      return { file: input.file, accessKeyId };
    },
  };
}

async function plan(open: OpenKeystore, store: ExternalStore, deed: StoreDeed) {
  const draft = await planStore(open.deeds, store, deed);
  const now = open.clock.now();
  const payload = { storeId: store.id };
  const former = open.jobs.former(storeKindName(deed), store.id);
  const sealed = sealPlan(draft, {
    now,
    former,
    ...open.jobs.wishes(storeKindName(deed), payload),
    doneBy: now + storeDeedTakes(deed, open.store.realm),
  });
  return { plan: sealed, former };
}

function deedHandlers(access: Access): Pick<Stores, 'plan' | 'run'> {
  return {
    plan: async (input) => {
      const open = access.open();
      return (await plan(open, open.xks.stores.find(input.store), input.deed)).plan;
    },
    run: async (input, caller) => {
      const open = access.open();
      const store = open.xks.stores.find(input.store);
      const { deed } = input;
      const { plan: now, former } = await plan(open, store, deed);
      requireTyped(now.confirmName, input.confirm);
      return startDeed(open, {
        kind: storeKindName(deed),
        payload: { storeId: store.id },
        title: storeJobTitle(deed, store),
        subjects: { store: store.id },
        plan: now,
        given: input.plan,
        caller,
        former: { subject: store.id, number: former },
      });
    },
  };
}

/** @throws OperationError NAME_NOT_TYPED */
export function requireTyped(name: string | null, typed: string | undefined): void {
  if (name !== null && typed !== name) throw new OperationError('NAME_NOT_TYPED', { name });
}
