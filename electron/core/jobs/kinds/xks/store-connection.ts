import type { JobKind, StepResult } from '../../kind.ts';
import { proof } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import { hiddenKeysOf, kmsStoreIdOf, openStore, readKmsKey, readStore } from './opening.ts';
import { serveStep } from './store-create.ts';
import {
  awaitState,
  type StoreContext,
  storeCheck,
  storeKind,
  type StorePayload,
  type StoreStep,
} from './store-steps.ts';

/** Connects a store and waits until AWS says so; one that FAILED is disconnected first. */
export const connectStore = (services: DeedServices): JobKind<StorePayload> =>
  storeKind(services, 'connect', 'settle', [
    storeCheck(services, 'connect'),
    serveStep(services),
    connectStep(services),
    {
      name: 'settle',
      title: 'Wait until AWS is connected',
      changes: 'nothing',
      repeatable: true,
      reconcile: async () => 'act',
      act: async (context) => {
        const result = await awaitState(services, context, 'CONNECTED', 'CONNECTING');
        if (result.type === 'done') await readHidden(services, context);
        return result;
      },
    },
  ]);

/** Disconnects a store and waits until AWS says so. */
export const disconnectStore = (services: DeedServices): JobKind<StorePayload> =>
  storeKind(services, 'disconnect', 'settle', [
    storeCheck(services, 'disconnect'),
    {
      name: 'disconnect',
      title: 'Disconnect custom key store',
      changes: 'aws',
      repeatable: true,
      reconcile: (context) => movedBefore(services, context, ['DISCONNECTED', 'DISCONNECTING']),
      act: async (context) => {
        const opened = await openStore(services, context.payload.storeId, context);
        const seen = await readStore(services, opened, context);
        if (seen.state === 'DISCONNECTED' || seen.state === 'DISCONNECTING')
          return { type: 'skip', proof: [proof(`it reads ${seen.state} already`, seen.requestId)] };
        const id = kmsStoreIdOf(opened.store);
        const { requestId } = await opened.connection.disconnectKeyStore(id, context);
        return { type: 'done', proof: [proof('AWS disconnects it', requestId)] };
      },
    },
    {
      name: 'settle',
      title: 'Wait until AWS is disconnected',
      changes: 'nothing',
      repeatable: true,
      reconcile: async () => 'act',
      act: (context) => awaitState(services, context, 'DISCONNECTED', 'DISCONNECTING'),
    },
  ]);

/** What was read as Unavailable says nothing of a KMS key any more once its store is connected. */
async function readHidden(services: DeedServices, context: StoreContext): Promise<void> {
  const { storeId } = context.payload;
  const hidden = hiddenKeysOf(services, storeId);
  if (hidden.length === 0) return;
  const opened = await openStore(services, storeId, context);
  for (const id of hidden) await readKmsKey(services, id, opened, context);
}

/** A store that moves as it was asked to before the answer was lost was moved by this job. */
async function movedBefore(
  services: DeedServices,
  context: StoreContext,
  states: readonly string[],
): Promise<StepResult | 'act'> {
  const opened = await openStore(services, context.payload.storeId, context);
  const { state, requestId } = await readStore(services, opened, context);
  if (!states.includes(state)) return 'act';
  return { type: 'done', proof: [proof(`it reads ${state}`, requestId)] };
}

/** Between a failed and a new connection AWS wants the store disconnected. Milliseconds. */
const lookAgain = { practice: 300, real: 10_000 } as const;

const connectStep = (services: DeedServices): StoreStep => ({
  name: 'connect',
  title: 'Connect custom key store',
  changes: 'aws',
  repeatable: true,
  reconcile: (context) => movedBefore(services, context, ['CONNECTED', 'CONNECTING']),
  act: async (context) => {
    const opened = await openStore(services, context.payload.storeId, context);
    const { connection, store } = opened;
    const id = kmsStoreIdOf(store);
    const seen = await readStore(services, opened, context);
    if (seen.state === 'CONNECTED' || seen.state === 'CONNECTING')
      return { type: 'skip', proof: [proof(`it reads ${seen.state} already`, seen.requestId)] };
    if (seen.state !== 'DISCONNECTED') {
      if (seen.state === 'FAILED') await connection.disconnectKeyStore(id, context);
      const until = services.clock.now() + lookAgain[services.store.realm];
      return { type: 'later', until, why: 'AWS disconnects what failed before' };
    }
    const { requestId } = await connection.connectKeyStore(id, context);
    return {
      type: 'done',
      proof: [proof('AWS connects it', requestId)],
      record: () => {
        const { remote } = services.xks.model.stores.get(store.id);
        if (remote)
          services.xks.model.stores.noteRemote(store.id, {
            ...remote,
            state: 'CONNECTING',
            error: null,
            readAt: services.clock.now(),
          });
      },
    };
  },
});
