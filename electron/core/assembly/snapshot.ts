import type { z } from 'zod';
import { mostStopping, type snapshot } from '../../../shared/contract/session.ts';
import { countXksNeeding, groupsNeedingSomebody } from '../operations/needing.ts';
import type { Clock } from '../ports.ts';
import { statusOf } from './keystore-handlers.ts';
import { latestJob } from './latest-job.ts';
import type { Opened } from './opened.ts';
import type { Session } from './session.ts';

type Snapshot = z.output<typeof snapshot>;

const product = 'Keyreeve 0.1.0';
const mostPlaces = 8;

/** The small picture every window starts from; read again after every change, so it is cheap. */
export function takeSnapshot(
  session: Session,
  opened: Opened | null,
  { clock, revision }: { readonly clock: Clock; readonly revision: number },
): Snapshot {
  const { path, state, reason, realm, storeId } = statusOf(session, opened);
  const shown = state === 'locking' ? null : opened;
  return {
    revision,
    product,
    keystore: { path, state, reason, realm, storeId },
    locking: state === 'locking' && opened ? { jobs: stoppingOf(opened) } : null,
    lock: session.lockNoteOf(opened),
    locksAt: shown ? session.locksAt : null,
    at: clock.now(),
    ...(shown ? inside(shown) : closed),
  };
}

const stoppingOf = ({ jobs }: Opened): number[] => [...jobs.runner.active].slice(0, mostStopping);

type Inside = Omit<
  Snapshot,
  'revision' | 'product' | 'keystore' | 'locking' | 'lock' | 'locksAt' | 'at'
>;

const closed: Inside = {
  hsmLabel: null,
  hsm: 'none',
  designated: null,
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
};

function inside({ open, token, jobs }: Opened): Inside {
  const credentials = open.credentials.list();
  const { running, needsYou, due, renewals } = open.jobs.counts();
  return {
    hsmLabel: token.binding?.label ?? null,
    // Bound, and no bridge was needed yet: the PIN is asked for when it is.
    hsm: token.binding && token.state === 'none' ? 'pin-needed' : token.state,
    designated: open.device.designated,
    connections: {
      connected: credentials.filter(({ connection }) => connection === 'Connected').length,
      all: credentials.length,
    },
    places: open.overview.places(mostPlaces).map((place) => ({ ...place })),
    counts: {
      ...open.overview.totals(),
      running,
      needsYou,
      groupsNeedYou: groupsNeedingSomebody(open).size,
      xksNeedYou: countXksNeeding(open),
      endingNeedYou: open.endings.needing(open.clock.now()),
      due,
      renewals,
    },
    latest: latestJob(jobs.read),
  };
}
