import { z } from 'zod';
import type { StoreDeed } from '../../../../../shared/model/xks.ts';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { leftoverTexts } from '../../../../../shared/text/leftovers.ts';
import type { JobKind, StepContext, StepResult, StepSpec } from '../../kind.ts';
import { connectionMatter } from '../matters.ts';
import { proof } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import { stateObstacle } from './obstacles.ts';
import { openStore, readStore } from './opening.ts';
import { storeStanding } from './standing.ts';

const storePayload = z.strictObject({ storeId: z.uuid() });
export type StorePayload = z.output<typeof storePayload>;
export type StoreContext = StepContext<StorePayload>;
export type StoreStep = StepSpec<StorePayload>;

export const storeKindName = (deed: StoreDeed): string => `xks-store.${deed}`;

/** What all jobs on a store have in common. */
export const storeKind = (
  services: DeedServices,
  deed: StoreDeed,
  commitStep: string,
  steps: readonly StoreStep[],
): JobKind<StorePayload> => ({
  name: storeKindName(deed),
  payload: storePayload,
  steps,
  orderKey: ({ storeId }) => `xks:${storeId}`,
  deedKey: ({ storeId }) => `${deed}:${storeId}`,
  ...(deed === 'connect' || deed === 'disconnect'
    ? { matter: ({ storeId }: StorePayload) => connectionMatter(storeId) }
    : {}),
  needsDesignation: false,
  commitStep,
  standing: ({ payload, stepStates }) =>
    storeStanding(services, {
      storeId: payload.storeId,
      keyId: null,
      inDoubt: mayHaveMade(deed, stepStates) ? 'key-store' : null,
      takesAway: deed === 'delete',
    }),
  leftovers: ({ payload, stepStates }) => {
    const store = services.xks.model.stores.byId(payload.storeId);
    return store && mayHaveMade(deed, stepStates)
      ? leftoverTexts({ what: 'key-store-in-doubt', name: store.name })
      : leftoverTexts({ what: 'nothing' });
  },
});

/** True while nobody knows whether CreateCustomKeyStore took effect. */
const mayHaveMade = (deed: StoreDeed, stepStates: Readonly<Record<string, string>>): boolean =>
  deed === 'create' && stepStates['create'] === 'begun';

/** Account and state of the store, before anything is changed. */
export const storeCheck = (
  services: DeedServices,
  deed: Exclude<StoreDeed, 'create'>,
): StoreStep => ({
  name: 'check',
  title: 'Check account and state of the store',
  changes: 'nothing',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    const opened = await openStore(services, context.payload.storeId, context);
    const seen = await readStore(services, opened, context);
    const obstacle = stateObstacle(deed, opened.store, seen);
    if (obstacle) return { type: 'stop', error: obstacle };
    const read = proof(`${seen.name} (${seen.kmsStoreId}) reads ${seen.state}`, seen.requestId);
    return { type: 'done', proof: [opened.proof, read] };
  },
});

/** How often a store that is moving is looked at, and for how long. Milliseconds. */
const pace = {
  practice: { every: 400, most: 60_000 },
  real: { every: 15_000, most: 30 * 60_000 },
} as const;

/** Waits until AWS says that the store has come to a state. */
export async function awaitState(
  services: DeedServices,
  context: StoreContext,
  wanted: 'CONNECTED' | 'DISCONNECTED',
  moving: 'CONNECTING' | 'DISCONNECTING',
): Promise<StepResult> {
  const opened = await openStore(services, context.payload.storeId, context);
  const notedBefore = opened.store.remote?.state;
  const seen = await readStore(services, opened, context);
  if (seen.state === wanted) {
    return { type: 'done', proof: [proof(`${seen.name} reads ${wanted}`, seen.requestId)] };
  }
  if (seen.state === moving) {
    const { every, most } = pace[services.store.realm];
    if (context.openFor < most) {
      const why = `AWS is ${moving === 'CONNECTING' ? 'connecting' : 'disconnecting'} the store`;
      return { type: 'later', until: services.clock.now() + every, why };
    }
  }
  if (seen.state === 'FAILED' && wanted === 'CONNECTED') {
    // a person has seen it fail and says that the cause is gone
    if (notedBefore === 'FAILED') return { type: 'again', from: 'connect', why: 'connects again' };
    return { type: 'park', error: connectFailed(seen.error, seen.requestId) };
  }
  return { type: 'park', error: new OperationError('XKS_STORE_STATE', { state: seen.state }) };
}

function connectFailed(code: string | null, requestId: string | null): OperationError {
  const name = code ?? 'FAILED';
  const external = { name, at: 'ConnectCustomKeyStore', ...(requestId ? { requestId } : {}) };
  return new OperationError('XKS_CONNECT_FAILED', { reason: name }, { external });
}
