import { z } from 'zod';
import { runDueEvents } from '../due-events.ts';
import type { KeyRecord } from '../model/records.ts';
import type { World } from '../world.ts';
import { read } from './reading.ts';

/** More than these are only counted. */
const mostNamed = 100;

/** How much there is of everything; nothing of what it is. */
export function countHoldings(world: World) {
  const keys = world.state.keys.all();
  const { accounts = [] } = world.directory.written;
  return {
    keys: keys.length,
    withoutMaterial: keys.filter(({ state }) => state === 'PendingImport').length,
    aliases: world.state.aliases.all().filter(({ target }) => target !== null).length,
    keyStores: world.state.keyStores.all().length,
    calls: world.state.journal.size(),
    people: accounts.reduce(
      (sum, { users = [], roles = [] }) => sum + users.length + roles.length,
      0,
    ),
  };
}

interface Coming {
  readonly what: 'material-expires' | 'key-deleted';
  readonly at: number;
  readonly key: KeyRecord;
}

function comingOf(world: World, key: KeyRecord, until: number): Coming[] {
  if (key.state === 'PendingDeletion') {
    const due = key.deleteAt !== null && key.deleteAt <= until;
    return due ? [{ what: 'key-deleted', at: key.deleteAt, key }] : [];
  }
  return world.state.materials
    .of(key)
    .flatMap(({ validTo }) =>
      validTo !== null && validTo <= until
        ? [{ what: 'material-expires', at: validTo, key } as const]
        : [],
    );
}

const querySchema = z.strictObject({ seconds: z.coerce.number().min(0) });

/** What happens by itself when the practice clock moves so far, soonest first. */
export function lookAhead(world: World, query: URLSearchParams) {
  const { seconds } = read(querySchema, Object.fromEntries(query));
  const now = world.clock.now();
  world.state.transaction(() => runDueEvents(world, now));
  const until = now + seconds * 1000;
  const coming = world.state.keys.all().flatMap((key) => comingOf(world, key, until));
  coming.sort((a, b) => a.at - b.at);
  const aliases = world.state.aliases.all();
  return {
    until,
    events: coming.slice(0, mostNamed).map(({ what, at, key }) => ({
      what,
      at,
      keyId: key.keyId,
      region: key.region,
      alias:
        aliases.find(({ target, region }) => target === key.keyId && region === key.region)?.name ??
        null,
    })),
    total: coming.length,
  };
}
