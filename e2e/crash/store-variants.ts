import type { StoreDeed, XksKeyDeed } from '../../shared/model/xks.ts';
import type { Task } from './orders.ts';
import { storeName } from './stage.ts';
import { type ExpectedStore, type Variant, variant } from './variants.ts';

const externalKey = 'payments';
const alias = 'ledger-payments';
const renamed = 'ledger-2';

const store = (deed: StoreDeed): Task => ({ do: 'store-deed', deed, store: storeName });
const key = (deed: XksKeyDeed): Task => ({
  do: 'xks-key-deed',
  deed,
  key: `${storeName}/${externalKey}`,
  alias: deed === 'create' ? alias : null,
});

const created = [store('create')];
const connected = [...created, store('connect')];
const keyMade = [...connected, key('create')];

/** What stands at the end where a KMS key was made before. */
const withKey = (
  calls: ExpectedStore['calls'],
  state: string,
  connection = 'CONNECTED',
): ExpectedStore => ({
  calls,
  store: connection,
  key: state,
  alias: `alias/${alias}`,
  released: false,
});
const withoutKey = (calls: ExpectedStore['calls'], connection: string | null): ExpectedStore => ({
  calls,
  store: connection,
  key: null,
  alias: null,
  released: false,
});

function external(
  deed: Task,
  prepare: readonly Task[],
  expected: ExpectedStore,
  name = named(deed),
): Variant {
  return variant(name, { scenery: 'external-store', prepare, deed, expected });
}

function named(task: Task): string {
  if (task.do === 'store-deed') return `store-${task.deed}`;
  if (task.do === 'xks-key-deed') return `external-key-${task.deed}`;
  throw new Error(`${task.do} is no deed on an external key store`);
}

/** Every deed on an external key store and on the KMS keys in it, with a proxy that lives on. */
export const storeVariants: readonly Variant[] = [
  external(store('create'), [], withoutKey({ CreateCustomKeyStore: 1 }, 'DISCONNECTED')),
  external(store('connect'), created, withoutKey({ ConnectCustomKeyStore: 1 }, 'CONNECTED')),
  external(
    store('disconnect'),
    keyMade,
    withKey({ DisconnectCustomKeyStore: 1 }, 'Unavailable', 'DISCONNECTED'),
  ),
  external(
    { do: 'store-deed', deed: 'update', store: renamed },
    [...connected, { do: 'edit-store', changes: { store: storeName, name: renamed } }],
    withoutKey({ UpdateCustomKeyStore: 1 }, 'CONNECTED'),
  ),
  external(store('rotate-credential'), keyMade, withKey({ UpdateCustomKeyStore: 1 }, 'Enabled')),
  external(store('delete'), created, withoutKey({ DeleteCustomKeyStore: 1 }, null)),
  external(key('create'), connected, withKey({ CreateKey: 1, CreateAlias: 1 }, 'Enabled')),
  external(key('disable'), keyMade, withKey({ DisableKey: 1 }, 'Disabled')),
  external(key('enable'), [...keyMade, key('disable')], withKey({ EnableKey: 1 }, 'Enabled')),
  external(
    key('schedule-deletion'),
    keyMade,
    withKey({ ScheduleKeyDeletion: 1 }, 'PendingDeletion'),
  ),
  external(
    key('cancel-deletion'),
    [...keyMade, key('schedule-deletion')],
    withKey({ CancelKeyDeletion: 1 }, 'Disabled'),
  ),
  external(
    key('release'),
    [...keyMade, key('schedule-deletion'), { do: 'let-time-pass', seconds: 31 * 86_400 }],
    { ...withoutKey({}, 'CONNECTED'), released: true },
  ),
];
