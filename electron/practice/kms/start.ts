import { createAuthenticator } from './auth/authenticate.ts';
import { practiceAccountId, unsignedRegion } from './constants.ts';
import { createControlHandler } from './control/control-listener.ts';
import { createDispatcher } from './dispatch.ts';
import { decideOpenPoints, type Readings } from './open-points/points.ts';
import { deliverHistory } from './history/delivery.ts';
import { type Listening, listenOnLoopback } from './listener/http-server.ts';
import { createKmsService } from './listener/kms-service.ts';
import { openRequestLog } from './listener/request-log.ts';
import { createStorageWatch } from './listener/storage-watch.ts';
import { createPlainService, createRouter } from './listener/router.ts';
import { createStsService } from './listener/sts-service.ts';
import { createPairPool } from './material/pair-pool.ts';
import { createUnwrap } from './material/unwrap.ts';
import { createMischiefs } from './mischief/mischief.ts';
import type { Mischief } from './mischief/setting.ts';
import { createDenials } from './policy/denials.ts';
import { type AccountKey, createDirectory, type Directory } from './principals/directory.ts';
import { noPrincipals, type PrincipalsDocument, readPrincipals } from './principals/document.ts';
import { forgetPrincipals, keptPrincipals } from './principals/kept.ts';
import { createQuotas } from './quota/quotas.ts';
import { plainQuotas, type QuotaSetting, readQuotas } from './quota/setting.ts';
import { mostOnDemand } from './rotation.ts';
import { practiceClock } from './state/clock.ts';
import { openState, type State } from './state/state.ts';
import { createSeals, type World } from './world.ts';
import { createXksProxies } from './xks/proxy.ts';
import { createXksRoutes, type XksRoute } from './xks/routes.ts';
import { createTransport, type ProxyTransport } from './xks/transport.ts';
import { readTrustedCa } from './xks/trusted-ca.ts';

/** All optional: without options, an in-memory practice KMS on two free ports. */
export interface PracticeKmsOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  readonly controlPort?: number;
  /** Beside the default account. */
  readonly accounts?: readonly AccountKey[];
  /** Users and roles, in a file of JSON. */
  readonly principalsFile?: string;
  /** Takes any text as a key policy, and lets everybody do everything. */
  readonly skipPolicyChecks?: boolean;
  readonly allowUnsigned?: boolean;
  /** Data file; absent: memory only. */
  readonly dataFile?: string;
  /** Requests that one wrapping pair serves; 1 as AWS. */
  readonly wrappingKeyReuse?: number;
  /** AWS's requests per second, `off` by default; or a file that says which quotas hold. */
  readonly quotas?: 'on' | 'off' | { readonly file: string };
  /** How long an on-demand rotation takes, in seconds of the practice clock; 0 by default. */
  readonly rotationSeconds?: number;
  /**
   * How long Creating and Updating of multi-Region keys, and DISCONNECTING of key stores take, in
   * seconds of the practice clock.
   */
  readonly settleSeconds?: number;
  /** How long ConnectCustomKeyStore takes, in seconds of the practice clock. */
  readonly connectSeconds?: number;
  /** Certificates in PEM that proxies of key stores may be signed with, beside the public ones. */
  readonly trustCaFile?: string;
  /** Where proxies of key stores are on this computer; no other is called. */
  readonly xksConnect?: readonly XksRoute[];
  /** How long a call of a proxy may take; AWS's is 250 ms. */
  readonly proxyBudgetMs?: number;
  /** AWS's is 25. */
  readonly onDemandLimit?: number;
  /** Appends every raw request to this file. */
  readonly requestLog?: string;
  /** Readings of what nobody recorded of AWS, where they are not the usual ones. */
  readonly openPoints?: Readings;
  /** Rehearsed faults from the start; a reset goes back to them. */
  readonly mischief?: Mischief;
  /** Appends the event history to this file, one record a line. */
  readonly eventHistory?: string;
  /** Told of mistakes of the practice KMS itself (never of refused calls). */
  readonly onBug?: (error: unknown) => void;
  /** Told in a sentence of files that cannot be written, once until they can. */
  readonly onTrouble?: (text: string) => void;
}

export interface PracticeKms {
  readonly url: string;
  readonly controlUrl: string;
  /** Finishes calls under way and closes the data file. May be called twice. */
  close(): Promise<void>;
}

const proxyBudgetMs = 250;

/** What stands in files beside the data file, read before that is opened. */
interface Settings {
  /** Null: no file. */
  readonly principals: PrincipalsDocument | null;
  readonly quotas: QuotaSetting;
}

const readSettings = ({ principalsFile, quotas = 'off' }: PracticeKmsOptions): Settings => ({
  principals: principalsFile === undefined ? null : readPrincipals(principalsFile),
  quotas: typeof quotas === 'string' ? plainQuotas(quotas === 'on') : readQuotas(quotas.file),
});

/** What the file says; without one, what was put at the control port before. */
function directoryOf(
  state: State,
  { accounts = [] }: PracticeKmsOptions,
  { principals }: Settings,
): Directory {
  if (principals !== null) {
    forgetPrincipals(state);
    return createDirectory(accounts, principals);
  }
  const directory = createDirectory(accounts, noPrincipals);
  directory.replace(keptPrincipals(state) ?? noPrincipals);
  return directory;
}

function buildWorld(
  state: State,
  options: PracticeKmsOptions,
  settings: Settings,
  transport: ProxyTransport,
): World {
  const xksRoutes = createXksRoutes(options.xksConnect ?? []);
  const world: World = {
    state,
    clock: practiceClock(state),
    directory: directoryOf(state, options, settings),
    denials: createDenials(),
    spentCodes: new Set(),
    pairs: createPairPool(options.wrappingKeyReuse ?? 1),
    unwrap: createUnwrap(),
    mischiefs: createMischiefs(options.mischief),
    quotas: createQuotas(settings.quotas, () => performance.now()),
    seals: createSeals(state.sealKey),
    proxies: createXksProxies(xksRoutes, transport),
    xksRoutes,
    rotationMs: (options.rotationSeconds ?? 0) * 1000,
    settleMs: (options.settleSeconds ?? 0) * 1000,
    connectMs: (options.connectSeconds ?? 0) * 1000,
    openPoints: decideOpenPoints(options.openPoints ?? {}),
    onDemandLimit: options.onDemandLimit ?? mostOnDemand,
    skipPolicyChecks: options.skipPolicyChecks ?? false,
  };
  return world;
}

/**
 * Starts a practice KMS in this process. Both ports listen on loopback only.
 * @throws DataFileError, PrincipalsFileError and QuotasFileError for unusable files, and the listen
 * error for a taken port.
 */
export async function startPracticeKms(options: PracticeKmsOptions = {}): Promise<PracticeKms> {
  const onBug = options.onBug ?? (() => undefined);
  const onTrouble = options.onTrouble ?? (() => undefined);
  const trustedCa = options.trustCaFile === undefined ? null : readTrustedCa(options.trustCaFile);
  const transport = createTransport(trustedCa, options.proxyBudgetMs ?? proxyBudgetMs);
  const settings = readSettings(options);
  const state = openState(options.dataFile ?? null);
  const world = buildWorld(state, options, settings, transport);
  const requestLog = openRequestLog(options.requestLog ?? null);
  const delivery = deliverHistory(options.eventHistory ?? null, state, onTrouble);
  const authenticate = createAuthenticator({
    directory: world.directory,
    sessionSeal: world.seals.session,
    realNow: () => Date.now(),
    toldNow: () => Date.now() + world.mischiefs.current.clockSkewSeconds * 1000,
    practiceNow: () => world.clock.now(),
    unsigned:
      options.allowUnsigned === true
        ? { account: practiceAccountId, region: unsignedRegion }
        : null,
  });
  const dispatcher = createDispatcher(world, onBug);
  const services = {
    world,
    requestLog,
    storage: createStorageWatch(onTrouble),
    kms: createKmsService({ world, authenticate, dispatcher }),
    sts: createStsService(world, authenticate),
  };
  const servers: Listening[] = [];
  const closeAll = async () => {
    world.pairs.close();
    await Promise.all(servers.map((server) => server.close()));
    transport.close();
    requestLog.close();
    delivery.close();
    state.close();
  };
  try {
    const handler = createRouter(services);
    const plain = createPlainService(services, onBug);
    servers.push(await listenOnLoopback(options.port ?? 0, handler, onBug, plain));
    const controlHandler = createControlHandler(world, () => servers[1]?.port ?? 0);
    servers.push(await listenOnLoopback(options.controlPort ?? 0, controlHandler, onBug));
  } catch (error) {
    await closeAll();
    throw error;
  }
  let closing: Promise<void> | null = null;
  return {
    url: servers[0]?.url ?? '',
    controlUrl: servers[1]?.url ?? '',
    close: () => (closing ??= closeAll()),
  };
}
