import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Json } from '../../../shared/model/json.ts';
import type { Plan } from '../../../shared/contract/shapes.ts';
import { type Draft, sealPlan } from '../jobs/kinds/plan.ts';
import { policyHash, readKeyPolicy } from '../jobs/kinds/xks/key-policy.ts';
import { planXksKeyCreation, planXksKeyTurn } from '../jobs/kinds/xks/plan-key.ts';
import { planXksKeyRelease } from '../jobs/kinds/xks/plan-release.ts';
import {
  fieldsOf,
  install,
  newVersion,
  save,
  storageOf,
  unfinishedOf,
} from '../jobs/kinds/xks/service-key.ts';
import { requireSecondPlace } from '../jobs/kinds/second-place.ts';
import { xksKeyJobTitle } from '../jobs/kinds/xks/titles.ts';
import type { ExternalStore, XksKey } from '../keystore/xks/rows.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { startDeed } from './start-deed.ts';
import { lostWords } from '../../../shared/text/xks.ts';
import { requireTyped, serving } from './xks-stores.ts';
import { requireNoJobOfStore } from './needing.ts';
import { viewXksKey, viewXksKeyDetail } from './xks-view.ts';

type Keys = HandlersOfNoun<'xksKey'>;

/** External keys: made, kept, served, rotated here; their KMS keys by plan and job. */
export const xksKeyHandlers = (access: Access): Keys => ({
  ...makingHandlers(access),
  ...switchHandlers(access),
  ...endingHandlers(access),
  ...deedHandlers(access),
});

function makingHandlers(access: Access): Pick<Keys, 'add' | 'list' | 'show' | 'rotate'> {
  return {
    add: async (input) => {
      const open = access.open();
      const store = open.xks.stores.find(input.store);
      requirePractice(open, input.binding);
      const begun = begunKey(open, store, input.name);
      const key = begun ?? (await makeKey(open, store, input));
      await finish(open, key);
      return viewXksKey(open, open.xks.keys.get(key.id));
    },
    list: (input) => {
      const open = access.open();
      const store = input.store === null ? null : open.xks.stores.find(input.store).id;
      return { keys: open.xks.keys.list(store).map((key) => viewXksKey(open, key)) };
    },
    show: (input) => {
      const open = access.open();
      return viewXksKeyDetail(open, open.xks.keys.find(input.key));
    },
    rotate: async (input) => {
      const open = access.open();
      const key = open.xks.keys.find(input.key);
      if (!key.onlyInHsm) requireSecondPlace(open.deeds);
      if (unfinishedOf(open.deeds, key) === null) {
        const vault = await open.deeds.xks.device(key.storage);
        const version = await newVersion(open.deeds, vault, key.onlyInHsm);
        open.store.change(() => {
          // another call may have begun one meanwhile: that one is finished by both
          if (unfinishedOf(open.deeds, key) !== null) return;
          const made = open.xks.keys.addVersion(key.id, version);
          open.audit('BEGUN', [key.id], { name: key.name, version: made.number });
        });
      }
      await finish(open, key);
      return viewXksKeyDetail(open, open.xks.keys.get(key.id));
    },
  };
}

/** A key of this name that a crash left before it was served; null: there is none. */
function begunKey(open: OpenKeystore, store: ExternalStore, name: string): XksKey | null {
  const key = open.xks.keys.list(store.id).find((each) => each.name === name);
  if (!key) return null;
  return open.xks.keys.versions(key.id).every(({ state }) => state === 'made') ? key : null;
}

async function makeKey(
  open: OpenKeystore,
  store: ExternalStore,
  input: Parameters<Keys['add']>[0],
): Promise<XksKey> {
  const { name, usage, binding, onlyInHsm } = input;
  if (!onlyInHsm) requireSecondPlace(open.deeds);
  const vault = await open.deeds.xks.device(storageOf(open.deeds));
  const version = await newVersion(open.deeds, vault, onlyInHsm);
  return open.store.change(() => {
    const fields = fieldsOf(vault, { storeId: store.id, name, usage, binding, onlyInHsm });
    const { key } = open.xks.keys.add(fields, version);
    open.audit('BEGUN', [key.id], { name: key.name, xksKeyId: key.xksId, onlyInHsm });
    return key;
  });
}

/** Backs the unfinished version up, puts it onto the device, and has it served. */
async function finish(open: OpenKeystore, key: XksKey): Promise<void> {
  const made = unfinishedOf(open.deeds, key);
  if (made === null) return;
  await save(open.deeds, made);
  try {
    await install(open.deeds, await open.deeds.xks.device(key.storage), made);
  } catch (error) {
    dropUnusable(open, key, error);
    throw error;
  }
  await serving(open, () => {
    open.xks.keys.markInstalled(made.id);
    open.audit('OK', [key.id], { name: key.name, version: made.number });
  });
  // again, as it is on the device now
  if (!key.onlyInHsm) await open.deeds.xks.protect(made);
}

/** A module that cannot take the key back never will: a first version leaves nothing behind. */
function dropUnusable(open: OpenKeystore, key: XksKey, error: unknown): void {
  const never = error instanceof OperationError && error.code === 'XKS_ONLY_IN_HSM';
  const others = open.xks.keys.versions(key.id).some(({ state }) => state !== 'made');
  if (never && !others) open.store.change(() => open.xks.keys.remove(key.id));
}

function requirePractice(open: OpenKeystore, binding: 'first' | 'any'): void {
  if (binding === 'first' || open.store.realm === 'practice') return;
  throw new OperationError('REALM_MISMATCH', { keystore: 'real', deed: 'bind to any KMS key' });
}

function switchHandlers(access: Access): Pick<Keys, 'enable' | 'disable' | 'allowKmsKey'> {
  const turn = async (reference: string, enabled: boolean) => {
    const open = access.open();
    const key = open.xks.keys.find(reference);
    await serving(open, () => {
      open.xks.keys.setEnabled(key.id, enabled);
      open.audit('OK', [key.id], { name: key.name, enabled });
    });
    return viewXksKey(open, open.xks.keys.get(key.id));
  };
  return {
    enable: (input) => turn(input.key, true),
    disable: (input) => turn(input.key, false),
    allowKmsKey: async (input) => {
      const open = access.open();
      const key = open.xks.keys.find(input.key);
      // a proxy may have bound one by itself: it would be shut out by the one that is allowed
      await open.desk.publish();
      const [first] = open.xks.keys.bindings(key.id);
      if (!input.confirm && first !== undefined && first.arn !== input.arn) {
        const what = `let ${input.arn} use ${key.name}, which belongs to ${first.arn}`;
        throw new OperationError('CONFIRMATION_NEEDED', { what });
      }
      await serving(open, () => {
        open.xks.keys.bind(key.id, input.arn, 'allowed');
        open.audit('OK', [key.id], { name: key.name, arn: input.arn });
      });
      return viewXksKeyDetail(open, open.xks.keys.get(key.id));
    },
  };
}

function endingHandlers(access: Access): Pick<Keys, 'destroyVersion' | 'remove'> {
  return {
    destroyVersion: async (input) => {
      const open = access.open();
      const key = open.xks.keys.find(input.key);
      open.xks.keys.numbered(key.id, input.version);
      const named = `version ${input.version} of ${key.name}`;
      if (!input.confirm)
        throw new OperationError('CONFIRMATION_NEEDED', {
          what: `destroy ${named}${lossOf(open, key)}`,
        });
      await beforeEnding(open, key);
      await serving(open, () => {
        requireNoJobOfStore(open, open.xks.stores.get(key.storeId));
        open.xks.keys.destroyVersion(key.id, input.version);
        open.audit('OK', [key.id], { name: key.name, version: input.version });
      });
      await open.desk.clearDevice();
      return viewXksKeyDetail(open, open.xks.keys.get(key.id));
    },
    remove: async (input) => {
      const open = access.open();
      const key = open.xks.keys.find(input.key);
      if (!input.confirm)
        throw new OperationError('CONFIRMATION_NEEDED', {
          what: `remove external key ${key.name}${lossOf(open, key)}`,
        });
      await beforeEnding(open, key);
      await serving(open, () => {
        requireNoJobOfStore(open, open.xks.stores.get(key.storeId));
        open.xks.keys.remove(key.id);
        open.audit('OK', [key.id], { name: key.name, xksKeyId: key.xksId });
      });
      return { leftOnDevice: await open.desk.clearDevice() };
    },
  };
}

/** What can never be read again, where KMS keys once used it. */
function lossOf({ xks }: OpenKeystore, { id }: XksKey): string {
  const arns = xks.keys.released(id);
  return arns.length === 0 ? '' : `. ${lostWords(arns)}`;
}

/**
 * The device is there, so that what ends leaves it at once; and proxies have said which KMS keys they
 * bound by themselves, for one of those may need what is about to end.
 */
async function beforeEnding(open: OpenKeystore, key: XksKey): Promise<void> {
  await open.deeds.xks.device(key.storage);
  await open.desk.publish();
}

type Asked = Parameters<Keys['plan']>[0];

/** A deed on the KMS key of an external key, with everything a plan and its start need. */
interface Deed {
  readonly kind: string;
  readonly payload: Json;
  readonly title: string;
  readonly subjects: { readonly store: string; readonly xksKey?: string };
  readonly draft: Draft;
  /** What is said in the audit record beside the plan's number. */
  readonly details?: Readonly<Record<string, Json>>;
}

async function deedOf(open: OpenKeystore, input: Asked): Promise<Deed> {
  const { deed, days } = input;
  const kind = `xks-key.${deed}`;
  if (deed === 'release') return releaseOf(open, input);
  if (deed !== 'create') {
    const key = open.xks.keys.find(input.key);
    const store = open.xks.stores.get(key.storeId);
    return {
      kind,
      payload: { storeId: store.id, keyId: key.id, days },
      title: xksKeyJobTitle(deed, store, key.name),
      subjects: { store: store.id, xksKey: key.id },
      draft: await planXksKeyTurn(open.deeds, deed, { store, key, days }),
    };
  }
  const { store, name, key } = meant(open, input.key);
  const { alias, wants, description, policy } = input;
  const wish = { store, name, key, alias, policy, days, wants };
  return {
    kind,
    payload: { storeId: store.id, name, description, alias, policy },
    title: xksKeyJobTitle(deed, store, name),
    subjects: { store: store.id, ...(key === null ? {} : { xksKey: key.id }) },
    draft: await planXksKeyCreation(open.deeds, wish),
    details: { keyPolicy: policy === null ? 'AWS default' : `SHA-256 ${policyHash(policy)}` },
  };
}

async function releaseOf(open: OpenKeystore, { key: named, accountGone }: Asked): Promise<Deed> {
  const key = open.xks.keys.find(named);
  const store = open.xks.stores.get(key.storeId);
  return {
    kind: 'xks-key.release',
    payload: { storeId: store.id, keyId: key.id, accountGone },
    title: xksKeyJobTitle('release', store, key.name),
    subjects: { store: store.id, xksKey: key.id },
    draft: await planXksKeyRelease(open.deeds, { store, key, accountGone }),
  };
}

/** An external key that is there, or STORE/NAME of one that is to be made. */
function meant(
  open: OpenKeystore,
  reference: string,
): { store: ExternalStore; name: string; key: XksKey | null } {
  const { keys, stores } = open.xks;
  try {
    const key = keys.find(reference);
    return { store: stores.get(key.storeId), name: key.name, key };
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'NOT_FOUND') throw error;
    const cut = reference.lastIndexOf('/');
    const name = reference.slice(cut + 1).trim();
    if (cut < 1 || name === '') throw error;
    return { store: stores.find(reference.slice(0, cut)), name, key: null };
  }
}

function sealed(open: OpenKeystore, { kind, payload, subjects, draft }: Deed) {
  const now = open.clock.now();
  // a key that is to be made is made once by its name
  const subject = subjects.xksKey ?? null;
  const former = subject === null ? null : { subject, number: open.jobs.former(kind, subject) };
  const wishes = open.jobs.wishes(kind, payload);
  const at = { now, former: former?.number ?? null, ...wishes, doneBy: now + 10_000 };
  const plan: Plan = sealPlan(draft, at);
  return { plan, ...(former === null ? {} : { former }) };
}

function deedHandlers(access: Access): Pick<Keys, 'readPolicy' | 'plan' | 'run'> {
  return {
    readPolicy: ({ store, policy }) => {
      const open = access.open();
      return readKeyPolicy(open.deeds, open.xks.stores.find(store), policy);
    },
    plan: async (input) => {
      const open = access.open();
      return sealed(open, await deedOf(open, input)).plan;
    },
    run: async (input, caller) => {
      const open = access.open();
      const deed = await deedOf(open, input);
      const now = sealed(open, deed);
      const { plan } = now;
      requireTyped(plan.confirmName, input.confirm);
      const { draft: _draft, ...planned } = deed;
      return startDeed(open, { ...planned, ...now, given: input.plan, caller });
    },
  };
}
