import type { OutputFor } from '../../shared/contract/index.ts';

type Snapshot = OutputFor<'session.snapshot'>;
type Status = OutputFor<'keystore.status'>;
type Realm = 'practice' | 'real';

export const path = '/home/custodian/desk.keystore';
export const storeId = '0190aaaa-0000-7000-8000-000000000001';
const at = 1_800_000_000_000;

export const slot = (more: Partial<Status['slots'][number]> = {}): Status['slots'][number] => ({
  id: 'slot-1',
  kind: 'passphrase',
  label: 'passphrase',
  createdAt: at,
  tokenSerial: null,
  ...more,
});

/** The small picture of a keystore in one state. */
export function snapshotOf(
  state: Snapshot['keystore']['state'],
  realm: Realm = 'practice',
  more: Partial<Snapshot> = {},
): Snapshot {
  const open = state !== 'absent' && state !== 'locked' && state !== 'locking';
  return {
    revision: 1,
    product: 'Keyreeve',
    keystore: {
      path,
      state,
      reason: null,
      realm: state === 'absent' ? null : realm,
      storeId: state === 'absent' ? null : storeId,
    },
    locking: state === 'locking' ? { jobs: [] } : null,
    lock: null,
    locksAt: null,
    hsmLabel: null,
    hsm: 'none',
    designated: open ? true : null,
    connections: { connected: 0, all: 0 },
    places: [],
    counts: {
      groups: 0,
      keys: 0,
      running: 0,
      needsYou: 0,
      groupsNeedYou: 0,
      xksNeedYou: 0,
      endingNeedYou: 0,
      due: 0,
      renewals: 0,
    },
    latest: null,
    at,
    ...more,
  };
}

/**
 * An open keystore that no window of this page has shown before: what a window told of the jobs of one,
 * it remembers.
 */
export function snapshotOfAnother(): Snapshot {
  const snapshot = snapshotOf('verified');
  return { ...snapshot, keystore: { ...snapshot.keystore, storeId: crypto.randomUUID() } };
}

export function statusOf(
  state: Status['state'],
  realm: Realm = 'practice',
  more: Partial<Status> = {},
): Status {
  return {
    path,
    state,
    reason: null,
    storeId: state === 'absent' ? null : storeId,
    realm: state === 'absent' ? null : realm,
    slots: state === 'absent' ? [] : [slot()],
    backup: {
      place: null,
      trouble: null,
      sameDisk: null,
      lastFullAt: null,
      lastIncrementAt: null,
      lastVerifiedAt: null,
    },
    anchor: 'not-read',
    runningJobs: 0,
    needsYou: 0,
    ...more,
  };
}
