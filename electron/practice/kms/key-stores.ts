import type { KeyStoreRecord } from './model/key-stores.ts';
import type { Effect } from './state/journal.ts';
import type { State } from './state/state.ts';

/** Ends CONNECTING or DISCONNECTING; a connection gives the keys of the store back. */
export function settleStore(
  state: State,
  store: KeyStoreRecord,
  effect: (effect: Effect) => void,
): void {
  const to = store.settlesTo ?? 'DISCONNECTED';
  const errorCode = to === 'FAILED' ? store.errorCode : null;
  state.keyStores.put({ ...store, state: to, errorCode, settlesAt: null, settlesTo: null });
  if (to === 'CONNECTED') state.keys.resumeStore(store);
  effect({ kind: 'key-store', storeId: store.storeId, from: store.state, to, errorCode });
}
