import type { z } from 'zod';
import type {
  proxyCredentialView,
  storeDetail,
  StoreView,
  xksKeyDetail,
  XksKeyView,
} from '../../../shared/contract/xks-shapes.ts';
import { connectionError, storeStateMeaning } from '../../../shared/text/xks.ts';
import type {
  ExternalStore,
  ProxyCredential,
  StoreInAws,
  XksKey,
  XksKeyInAws,
  XksRule,
} from '../keystore/xks/rows.ts';
import { uriPathOf } from '../jobs/kinds/xks/opening.ts';
import type { OpenKeystore } from './context.ts';
import { isServed, storeNeedsSomebody, xksKeyNeedsSomebody } from './needing.ts';

/** External key stores and external keys as they are shown. */

export function viewStore(open: OpenKeystore, store: ExternalStore): StoreView {
  const { id, credentialId, remote, prefix: _prefix, ...shown } = store;
  return {
    ...shown,
    id,
    uriPath: uriPathOf(store),
    accounts: store.accounts === null ? null : [...store.accounts],
    regions: store.regions === null ? null : [...store.regions],
    credential: credentialId === null ? null : open.credentials.get(credentialId).name,
    keys: open.xks.stores.keysOf(id),
    inAws: remote === null ? null : viewRemote(remote),
    needsYou: storeNeedsSomebody(open, store),
  };
}

function viewRemote(remote: StoreInAws): NonNullable<StoreView['inAws']> {
  const { error: code, ...shown } = remote;
  const told = code === null ? null : connectionError(code);
  const unknown = { cause: 'AWS gives a cause not known here', mend: 'Look it up in AWS' };
  return {
    ...shown,
    meaning: storeStateMeaning[remote.state] ?? 'AWS gives a state not known here',
    error: code === null ? null : { code, ...(told ?? unknown) },
  };
}

export const viewCredential = (
  store: ExternalStore,
  { accessKeyId, madeAt, retiredAt }: ProxyCredential,
): z.output<typeof proxyCredentialView> => ({
  accessKeyId,
  madeAt,
  retiredAt,
  inAws: store.remote?.accessKeyId === accessKeyId,
});

export const viewRule = ({ id, name, keyId, effect, when }: XksRule) => ({
  id,
  name,
  keyId,
  effect,
  when: Object.fromEntries(Object.entries(when).map(([what, list]) => [what, [...list]])),
});

export function viewStoreDetail(
  open: OpenKeystore,
  store: ExternalStore,
): z.output<typeof storeDetail> {
  return {
    ...viewStore(open, store),
    credentials: open.xks.credentials.all(store.id).map((each) => viewCredential(store, each)),
    rules: open.xks.rules.ofStore(store.id).map(viewRule),
  };
}

/**
 * As lists show it: blocked by itself or with its store, bound to the KMS key that was made or first seen.
 */
export function viewXksKey(open: OpenKeystore, key: XksKey): XksKeyView {
  const { id, storeId, xksId, remote, current, blocked } = key;
  const store = open.xks.stores.get(storeId);
  const served = isServed(open, key);
  return {
    id,
    storeId,
    storeName: store.name,
    name: key.name,
    xksKeyId: xksId,
    usage: { ...key.usage },
    enabled: key.enabled,
    blocked: blocked || store.blocked,
    rehearsedUntil: underWay(open, key),
    served,
    version: current,
    storage: key.storage,
    assurance: key.assurance,
    onlyInHsm: key.onlyInHsm,
    binding: key.binding,
    kmsKeyArn: remote?.arn ?? open.xks.keys.bindings(id)[0]?.arn ?? null,
    ...kmsKeyState(store.remote, remote),
    needsYou: xksKeyNeedsSomebody(key, served),
  };
}

/** What AWS lets a store that is not connected hide of its KMS keys. */
const hidden: readonly string[] = ['Enabled', 'Disabled'];

/** As AWS read last, of the KMS key itself or of its store: one that is not connected makes it Unavailable. */
function kmsKeyState(
  store: StoreInAws | null,
  key: XksKeyInAws | null,
): Pick<XksKeyView, 'kmsKeyState' | 'readAt'> {
  if (key === null) return { kmsKeyState: null, readAt: null };
  const apart = store !== null && store.state !== 'CONNECTED' && store.state !== 'GONE';
  return apart && store.readAt >= key.readAt && hidden.includes(key.state)
    ? { kmsKeyState: 'Unavailable', readAt: store.readAt }
    : { kmsKeyState: key.state, readAt: key.readAt };
}

function underWay({ clock }: OpenKeystore, { rehearsal }: XksKey): number | null {
  return rehearsal !== null && rehearsal.until > clock.now() ? rehearsal.until : null;
}

export function viewXksKeyDetail(open: OpenKeystore, key: XksKey): z.output<typeof xksKeyDetail> {
  const { keys, rules, stores } = open.xks;
  const store = stores.get(key.storeId);
  return {
    ...viewXksKey(open, key),
    versions: keys.versions(key.id).map((version) => ({
      number: version.number,
      state: version.state,
      kcv: version.kcv === null ? null : { ...version.kcv },
      madeAt: version.madeAt,
      backedUpAt: version.backedUpAt,
      installedAt: version.installedAt,
    })),
    bindings: keys.bindings(key.id).map(({ arn, how, at }) => ({ arn, how, at })),
    rulesMode: key.rulesMode,
    rules: rules.of(key.storeId, key.id).map(viewRule),
    cryptographicConfiguration: configurationOf(store, key),
  };
}

/** The lines of AWS's Cryptographic configuration tab: key, custom key store, external key. */
const configurationOf = (store: ExternalStore, key: XksKey) => [
  { label: 'Key type', value: 'Symmetric' },
  { label: 'Origin', value: 'External key store' },
  { label: 'Key spec', value: 'SYMMETRIC_DEFAULT' },
  { label: 'Key usage', value: 'Encrypt and decrypt' },
  { label: 'Custom key store ID', value: store.remote?.kmsStoreId ?? 'not in AWS' },
  { label: 'Custom key store name', value: store.name },
  { label: 'Custom key store type', value: 'External key store' },
  { label: 'Connection state', value: store.remote?.state ?? 'not in AWS' },
  { label: 'External key ID', value: key.xksId },
  { label: 'External key status', value: key.enabled && !key.blocked ? 'Enabled' : 'Disabled' },
];
