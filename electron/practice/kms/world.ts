import { createSeal, type Seal } from './auth/seal.ts';
import type { Decided } from './open-points/points.ts';
import type { PairPool } from './material/pair-pool.ts';
import type { Unwrap } from './material/unwrap.ts';
import type { Mischiefs } from './mischief/mischief.ts';
import type { Place } from './model/arn.ts';
import type { Denials } from './policy/denials.ts';
import type { Caller } from './principals/caller.ts';
import type { Directory } from './principals/directory.ts';
import type { Quotas } from './quota/quotas.ts';
import type { PracticeClock } from './state/clock.ts';
import type { Effect } from './state/journal.ts';
import type { State } from './state/state.ts';
import type { Steps } from './steps.ts';
import type { SpentCodes } from './sts/mfa.ts';
import type { XksProxies } from './xks/proxy.ts';
import type { XksRoutes } from './xks/routes.ts';

/** Seals by purpose. */
export interface Seals {
  readonly importToken: Seal;
  readonly session: Seal;
  readonly marker: Seal;
  readonly grantToken: Seal;
}

export const createSeals = (root: Buffer): Seals => ({
  importToken: createSeal(root, 'import token'),
  session: createSeal(root, 'session token'),
  marker: createSeal(root, 'paging marker'),
  grantToken: createSeal(root, 'grant token'),
});

/** Everything an operation can reach. */
export interface World {
  readonly state: State;
  readonly clock: PracticeClock;
  readonly directory: Directory;
  readonly denials: Denials;
  readonly spentCodes: SpentCodes;
  readonly pairs: PairPool;
  readonly unwrap: Unwrap;
  readonly mischiefs: Mischiefs;
  readonly quotas: Quotas;
  readonly openPoints: Decided;
  readonly seals: Seals;
  readonly proxies: XksProxies;
  readonly xksRoutes: XksRoutes;
  /** How long an on-demand rotation takes by the practice clock; 0: it is done with the reply. */
  readonly rotationMs: number;
  /** How long Creating and Updating of multi-Region keys and DISCONNECTING of key stores take. */
  readonly settleMs: number;
  /** How long ConnectCustomKeyStore takes. */
  readonly connectMs: number;
  /** On-demand rotations that a key may have in its life. */
  readonly onDemandLimit: number;
  /** Takes any text as a key policy, and lets everybody do everything. */
  readonly skipPolicyChecks: boolean;
}

/** One authenticated call on its way through an operation. */
export interface Call {
  readonly world: World;
  readonly requestId: string;
  readonly operation: string;
  readonly caller: Caller;
  readonly region: string;
  /** What the request says, its constraints checked. */
  readonly input: unknown;
  /** The practice time at which this phase of the call began, in milliseconds. */
  readonly now: number;
  readonly steps: Steps;
  /** Notes for the journal what the call changed. */
  readonly effect: (effect: Effect) => void;
}

/** Where the caller's own resources live. */
export const placeOf = (call: Call): Place => ({
  account: call.caller.account,
  region: call.region,
});
