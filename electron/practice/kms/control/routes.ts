import { createHash } from 'node:crypto';
import { z } from 'zod';
import { runDueEvents } from '../due-events.ts';
import { historyQuerySchema, readHistory } from '../history/query.ts';
import { openPointsSchema } from '../open-points/schema.ts';
import { mischiefDescriptions } from '../mischief/descriptions.ts';
import { denySchema, mischiefSchema } from '../mischief/setting.ts';
import { familyOf } from '../multi-region.ts';
import { keyMetadata } from '../model/metadata.ts';
import type { KeyRecord } from '../model/records.ts';
import { forgetPrincipals } from '../principals/kept.ts';
import { quotaSettingSchema } from '../quota/setting.ts';
import type { World } from '../world.ts';
import { countHoldings, lookAhead } from './holdings.ts';
import { latestCalls } from './latest-calls.ts';
import { principalRoutes } from './principal-routes.ts';
import { findAnywhere, read, type Route } from './reading.ts';
import { readHost, readLoopbackPort, routeText } from '../xks/routes.ts';

/** Far enough for any deletion window or expiry, not far enough to overflow a date. */
const maxAdvanceSeconds = 100 * 365 * 86_400;

const clockSchema = z.strictObject({
  advanceSeconds: z.number().min(0).max(maxAdvanceSeconds),
});
const xksRouteSchema = z.strictObject({
  host: z.string().transform((text, context) => {
    const host = readHost(text);
    if (host === undefined) context.addIssue('not a host name');
    return host ?? '';
  }),
  to: z
    .string()
    .transform((text, context) => {
      const port = readLoopbackPort(text);
      if (port === undefined) context.addIssue('not 127.0.0.1:PORT');
      return port ?? 0;
    })
    .nullable(),
});
const keySchema = z.strictObject({ keyId: z.string().min(1).max(2048) });
const numberSchema = z.coerce.number().int().min(0);

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function bringUpToDate(world: World): void {
  const now = world.clock.now();
  world.state.transaction(() => runDueEvents(world, now));
}

function describe(world: World, key: KeyRecord) {
  const { materials, grants, keys } = world.state;
  const known = materials.of(key);
  return {
    account: key.account,
    region: key.region,
    metadata: keyMetadata(key, known, familyOf(world.state, key)),
    policy: key.policy,
    tags: key.tags,
    materials: known.map(({ bytes, account: _a, region: _r, keyId: _k, ...material }) => ({
      ...material,
      sha256: bytes === null ? null : sha256(bytes),
    })),
    grants: grants.of(key).map(({ token: _token, ...grant }) => grant),
    lastUse: keys.lastUse(key) ?? null,
  };
}

const clockState = (world: World) => ({
  now: new Date(world.clock.now()).toISOString(),
  aheadSeconds: world.clock.offset / 1000,
});

const xksConnections = (world: World) => ({
  routes: world.xksRoutes.all().map((route) => ({ host: route.host, to: routeText(route) })),
});

function showState(world: World, query: URLSearchParams) {
  bringUpToDate(world);
  const wanted = query.get('keyId');
  const keys = wanted === null ? world.state.keys.all() : [findAnywhere(world, wanted)];
  return {
    instance: world.state.instance,
    accounts: world.directory.accountIds,
    clock: clockState(world),
    quotas: world.quotas.setting,
    keys: keys.map((key) => describe(world, key)),
    keyStores:
      wanted === null
        ? world.state.keyStores.all().map(({ secret: _secret, ...store }) => store)
        : [],
    aliases: wanted === null ? world.state.aliases.all() : [],
  };
}

/** How much of the journal one answer carries; read on with `since`. */
const journalPage = 10_000;

const nothing = z.strictObject({});

function reset(world: World, body: unknown) {
  read(nothing, body);
  world.state.transaction(() => {
    world.state.clear();
    world.clock.restore();
  });
  world.mischiefs.reset();
  world.openPoints.reset();
  world.directory.reset();
  forgetPrincipals(world.state);
  world.denials.clear();
  world.spentCodes.clear();
  world.xksRoutes.reset();
  world.quotas.reset();
  return { ok: true };
}

function showQuotas(world: World, region: string | null) {
  return { setting: world.quotas.setting, ...world.quotas.table(region ?? 'eu-central-1') };
}

export const controlRoutes: Readonly<Record<string, Route>> = {
  ...principalRoutes,
  'POST /reset': reset,
  'GET /clock': clockState,
  'POST /clock'(world, body) {
    const { advanceSeconds } = read(clockSchema, body);
    world.clock.advance(Math.round(advanceSeconds * 1000));
    bringUpToDate(world);
    return clockState(world);
  },
  'GET /journal'(world, _body, query) {
    const since = read(numberSchema, query.get('since') ?? '0');
    const limit = read(numberSchema.max(journalPage), query.get('limit') ?? String(journalPage));
    return world.state.journal.since(since, limit).map(({ trail: _trail, ...entry }) => entry);
  },
  'GET /journal/latest': (world, _body, query) => latestCalls(world, query),
  'GET /events'(world, _body, query) {
    bringUpToDate(world);
    return readHistory(world.state, read(historyQuerySchema, Object.fromEntries(query)));
  },
  'GET /journal/size': (world) => ({ size: world.state.journal.size() }),
  'DELETE /journal'(world) {
    world.state.journal.clear();
    return { ok: true };
  },
  'GET /holdings': countHoldings,
  'GET /clock/ahead': (world, _body, query) => lookAhead(world, query),
  'GET /state': (world, _body, query) => showState(world, query),
  'POST /reveal-material'(world, body) {
    const key = findAnywhere(world, read(keySchema, body).keyId);
    return {
      keyId: key.keyId,
      materials: world.state.materials.of(key).map((material) => ({
        materialId: material.materialId,
        state: material.state,
        sha256: material.bytes === null ? null : sha256(material.bytes),
      })),
    };
  },
  'GET /mischief': (world) => world.mischiefs.current,
  'GET /open-points': (world) => world.openPoints.all,
  'POST /open-points'(world, body) {
    const wanted = read(openPointsSchema, body);
    world.openPoints.change(wanted);
    return world.openPoints.all;
  },
  'GET /mischief/kinds': () => mischiefDescriptions,
  'POST /mischief'(world, body) {
    world.mischiefs.replace(read(mischiefSchema, body));
    return world.mischiefs.current;
  },
  'GET /deny': (world) => world.mischiefs.denials,
  'POST /deny'(world, body) {
    const request = read(denySchema, body);
    world.mischiefs.deny(request);
    return world.mischiefs.denials;
  },
  'DELETE /deny'(world) {
    world.mischiefs.allow();
    return world.mischiefs.denials;
  },
  'GET /xks-connect': xksConnections,
  'POST /xks-connect'(world, body) {
    const { host, to } = read(xksRouteSchema, body);
    if (to === null) world.xksRoutes.remove(host);
    else world.xksRoutes.set({ host, port: to });
    return xksConnections(world);
  },
  'GET /quotas': (world, _body, query) => showQuotas(world, query.get('region')),
  'POST /quotas'(world, body) {
    world.quotas.replace(read(quotaSettingSchema, body));
    return world.quotas.setting;
  },
};
