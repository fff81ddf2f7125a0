import type dns from 'node:dns';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { STSClient } from '@aws-sdk/client-sts';
import type { CallContext, CloudConnection, CloudPorts, ConnectionSpec, NewKey } from '../cloud.ts';
import { jobPatience } from '../patience.ts';
import * as access from './access.ts';
import { createAgents } from './agents.ts';
import * as aliases from './aliases.ts';
import type { CallerParts } from './call.ts';
import { addressOf, createKms, createSts } from './clients.ts';
import { copyOfCredential, disposeCredential, ownerOf } from './credential-copy.ts';
import { type Route, routeOf } from './endpoints.ts';
import type { FreshKeys } from './fresh-keys.ts';
import { identityProvider } from './identity.ts';
import * as keys from './keys.ts';
import * as stores from './key-stores.ts';
import { isRepeatable, Link } from './link.ts';
import * as materials from './materials.ts';
import * as rotations from './rotations.ts';
import type { Pacer } from './pacing.ts';
import { proveItIsPractice } from './practice-proof.ts';
import { findByMarker } from './search.ts';
import { Transport } from './transport.ts';
import { trustByHost } from './trust.ts';
import { accountOwner, askKms, callerIdentity, judgeSkew } from './who.ts';

export interface ConnectParts {
  readonly ports: CloudPorts;
  readonly pacer: Pacer;
  readonly fresh: FreshKeys;
  readonly connectTimeout: number;
  readonly callTimeout: number;
  /** The name server to ask; the system's by default. */
  readonly resolve?: typeof dns.lookup;
  closed(connection: CloudConnection): void;
}

/** Builds a connection. Nothing is sent. */
export async function connect(
  spec: ConnectionSpec,
  shared: ConnectParts,
): Promise<CloudConnection> {
  const route = routeOf(spec);
  const wires = wire(spec, route, shared);
  const credential = copyOfCredential(spec.credential);
  const provider = identityProvider(credential, {
    ports: shared.ports,
    route,
    transport: wires.transport,
    skew: wires.skew,
  });
  const kms = createKms(route, wires.transport, provider, shared.ports.clock);
  const sts = createSts(route, wires.transport, provider, shared.ports.clock);
  let closed = false;
  const parts: CallerParts = {
    ports: shared.ports,
    pacer: shared.pacer,
    patience: spec.patience ?? jobPatience,
    prepare: wires.prepare,
    practice: spec.realm === 'practice' ? (spec.endpoint ?? null) : null,
    credential: credential.name ?? null,
    skew: wires.skew,
    closed: () => closed,
  };
  const account = spec.account ?? ownerOf(spec.credential);
  const link = new Link({ kms, region: route.region.code, account, fresh: shared.fresh, parts });
  const close = (): void => {
    closed = true;
    disposeCredential(credential);
    wires.transport.destroy();
    shared.closed(connection);
  };
  const endpoint = await addressOf(kms);
  const connection = assemble({ spec, route, kms, sts, link, parts, close, endpoint });
  return connection;
}

/** The transport of one connection, its measured skew, and the practice endpoint's proof. */
function wire(spec: ConnectionSpec, route: Route, shared: ConnectParts) {
  let skew: number | null = null;
  const { clock, faults } = shared.ports;
  const transport = new Transport({
    clock,
    faults,
    realm: spec.realm,
    agents: createAgents({
      realm: spec.realm,
      tls: trustByHost(route),
      ...(route.proxy === null ? {} : { proxy: route.proxy }),
      ...(shared.resolve ? { resolve: shared.resolve } : {}),
    }),
    connectTimeout: shared.connectTimeout,
    callTimeout: shared.callTimeout,
    isRepeatable,
    onSkew: (measured) => {
      skew = measured;
    },
  });
  let proof: Promise<void> | null = null;
  const prepare = async (signal: AbortSignal | undefined): Promise<void> => {
    if (spec.realm !== 'practice' || route.custom === null) return;
    // Several calls wait for one proof: it goes on when one of them is given up.
    proof ??= proveItIsPractice(route.custom, transport, null).catch((cause: unknown) => {
      proof = null; // it may be there next time
      throw cause;
    });
    await orGivenUp(proof, signal);
  };
  return { transport, prepare, skew: () => skew };
}

/** Rejects with the signal's reason when that is aborted first. */
async function orGivenUp(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  const givenUp = Promise.withResolvers<never>();
  const stop = (): void => givenUp.reject(signal.reason as Error);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([work, givenUp.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function assemble(made: {
  spec: ConnectionSpec;
  route: Route;
  kms: KMSClient;
  sts: STSClient;
  link: Link;
  parts: CallerParts;
  endpoint: string;
  close: () => void;
}): CloudConnection {
  const { spec, route, sts, link, parts } = made;
  const owner = async (context?: CallContext) => {
    const found = await accountOwner(parts, sts, link, context);
    link.account = found.account;
    return found;
  };
  return {
    realm: spec.realm,
    region: route.region.code,
    endpoint: made.endpoint,
    exceptions: route.exceptions,
    get clockSkew() {
      return parts.skew();
    },
    callerIdentity: async (context) => {
      const caller = await callerIdentity(parts, sts, context);
      link.account = caller.account;
      return caller;
    },
    accountOwner: owner,
    askKms: (context) => askKms(link, context),
    checkClock: async (context) => {
      if (parts.skew() === null) await owner(context);
      return judgeSkew(parts.skew() ?? 0);
    },
    rememberNew: (keyId, madeAt) => link.fresh.add(keyId, link.ports.clock.now(), madeAt),
    listKeys: (context) => keys.listKeys(link, context),
    describeKey: (keyId, context) => keys.describeKey(link, keyId, context),
    createExternalKey: (key: NewKey, context) => keys.createExternalKey(link, key, context),
    findByMarker: (search, context) => findByMarker(link, search, context),
    enableKey: (keyId, context) => keys.enableKey(link, keyId, context),
    disableKey: (keyId, context) => keys.disableKey(link, keyId, context),
    scheduleDeletion: (keyId, days, context) => keys.scheduleDeletion(link, keyId, days, context),
    cancelDeletion: (keyId, context) => keys.cancelDeletion(link, keyId, context),
    lastUsage: (keyId, context) => keys.lastUsage(link, keyId, context),
    publicKey: (keyId, context) => keys.publicKey(link, keyId, context),
    tryKey: (keyId, context) => keys.tryKey(link, keyId, context),
    parametersForImport: (keyId, algorithm, spec, context) =>
      materials.parametersForImport(link, keyId, algorithm, spec, context),
    importMaterial: (material, context) => materials.importMaterial(link, material, context),
    deleteMaterial: (keyId, materialId, context) =>
      materials.deleteMaterial(link, keyId, materialId, context),
    rotateOnDemand: (keyId, context) => rotations.rotateOnDemand(link, keyId, context),
    rotationStatus: (keyId, context) => rotations.rotationStatus(link, keyId, context),
    listKeyMaterials: (keyId, context) => materials.listKeyMaterials(link, keyId, context),
    getPolicy: (keyId, context) => access.getPolicy(link, keyId, context),
    putPolicy: (keyId, policy, context) => access.putPolicy(link, keyId, policy, context),
    listGrants: (keyId, context) => access.listGrants(link, keyId, context),
    listTags: (keyId, context) => access.listTags(link, keyId, context),
    tag: (keyId, tags, context) => access.tag(link, keyId, tags, context),
    aliasTarget: (name, context) => aliases.aliasTarget(link, name, context),
    listAliases: (keyId, context) => aliases.listAliases(link, keyId, context),
    createAlias: (name, keyId, context) => aliases.createAlias(link, name, keyId, context),
    updateAlias: (name, keyId, context) => aliases.updateAlias(link, name, keyId, context),
    createKeyStore: (store, context) => stores.createKeyStore(link, store, context),
    describeKeyStore: (id, context) => stores.describeKeyStore(link, id, context),
    findKeyStore: (named, context) => stores.findKeyStore(link, named, context),
    connectKeyStore: (id, context) => stores.connectKeyStore(link, id, context),
    disconnectKeyStore: (id, context) => stores.disconnectKeyStore(link, id, context),
    updateKeyStore: (id, change, context) => stores.updateKeyStore(link, id, change, context),
    deleteKeyStore: (id, context) => stores.deleteKeyStore(link, id, context),
    createKeyInStore: (key, context) => stores.createKeyInStore(link, key, context),
    close: made.close,
  };
}
