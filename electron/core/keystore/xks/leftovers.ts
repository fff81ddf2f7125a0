import type { Domain, StorageLocation } from '../rows.ts';

/** An object on a device that no version names any more. */
export interface Leftover {
  readonly deviceId: string;
  readonly storage: StorageLocation;
}

/** What still has to leave its device: noted with the change that made it so. */
export interface Leftovers {
  /** Inside a change. */
  leave(leftover: Leftover): void;
  /** Oldest first. */
  list(): readonly Leftover[];
  /** It is off the device. */
  tookOff(deviceId: string): void;
}

export function createLeftovers({ store, clock }: Domain): Leftovers {
  const { db } = store;
  const leave = db.prepare(
    'insert or ignore into xks_leftover (device_id, storage, at) values (?, ?, ?)',
  );
  const all = db.prepare<[], Leftover>(
    'select device_id as deviceId, storage from xks_leftover order by at, device_id',
  );
  const forget = db.prepare('delete from xks_leftover where device_id = ?');
  return {
    leave: ({ deviceId, storage }) => void leave.run(deviceId, storage, clock.now()),
    list: () => all.all(),
    tookOff: (deviceId) => void store.change(() => forget.run(deviceId)),
  };
}
