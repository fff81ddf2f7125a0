import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { ExternalStore, XksKey } from '../keystore/xks/rows.ts';
import type { OpenKeystore } from './context.ts';

type Jobs = Pick<OpenKeystore, 'jobs'>;

/** Jobs stand in line by group, and those of external key stores by store, behind this. */
const storeLines = 'xks:';

/** The line in which the jobs of an external key store stand. */
export const storeLine = ({ id }: Pick<ExternalStore, 'id'>): string => `${storeLines}${id}`;

/** Groups that need somebody: a job of theirs waits for a person, or AWS is not as it should be. */
export const groupsNeedingSomebody = (
  open: Jobs & Pick<OpenKeystore, 'overview'>,
): ReadonlySet<string> =>
  new Set([
    ...[...open.jobs.groupsNeedingYou()].filter((line) => !line.startsWith(storeLines)),
    ...open.overview.groupsInTrouble(),
  ]);

/**
 * Inside a change that takes something of a store away: a job of it builds on what is there, and may have
 * asked AWS for what nothing here would know of any more.
 * @throws OperationError ALREADY_RUNNING
 */
export function requireNoJobOfStore(
  { jobs }: Jobs,
  store: Pick<ExternalStore, 'id' | 'name'>,
): void {
  const { jobAtWork: job, stopped } = jobs.ofGroup(storeLine(store));
  if (job === null) return;
  const details = { job, store: store.name, ...(stopped ? { needsYou: true } : {}) };
  throw new OperationError('ALREADY_RUNNING', details);
}

const storeTrouble: readonly string[] = ['FAILED', 'GONE'];

/** A store needs somebody: it is blocked, AWS is not as it should be, or a job of it waits. */
export const storeNeedsSomebody = (
  open: Jobs,
  { id, blocked, remote }: Pick<ExternalStore, 'id' | 'blocked' | 'remote'>,
): boolean =>
  blocked ||
  (remote !== null && (remote.error !== null || storeTrouble.includes(remote.state))) ||
  open.jobs.groupsNeedingYou().has(storeLine({ id }));

const keyTrouble: readonly string[] = ['PendingDeletion', 'Gone'];

/** An external key needs somebody by itself; a block of its whole store is its store's. */
export const xksKeyNeedsSomebody = ({ blocked, remote }: XksKey, served: boolean): boolean =>
  blocked || !served || (remote !== null && keyTrouble.includes(remote.state));

/** Its current version is on the device, so that proxies can be asked for it. */
export const isServed = ({ xks }: Pick<OpenKeystore, 'xks'>, { id, current }: XksKey): boolean =>
  xks.keys.versions(id).some(({ number, state }) => number === current && state === 'usable');

/** How many stores and external keys need somebody. */
export function countXksNeeding(open: Jobs & Pick<OpenKeystore, 'xks'>): number {
  const stores = open.xks.stores.list().filter((store) => storeNeedsSomebody(open, store));
  const keys = open.xks.keys
    .list(null)
    .filter((key) => xksKeyNeedsSomebody(key, isServed(open, key)));
  return stores.length + keys.length;
}
