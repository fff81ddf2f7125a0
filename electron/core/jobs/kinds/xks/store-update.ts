import type { KeyStoreChange } from '../../../cloud/cloud.ts';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { JobKind, StepResult } from '../../kind.ts';
import { proof } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import { differences } from './obstacles.ts';
import { kmsStoreIdOf, openStore, readStore } from './opening.ts';
import { serveStep } from './store-create.ts';
import {
  type StoreContext,
  storeCheck,
  storeKind,
  type StorePayload,
  type StoreStep,
} from './store-steps.ts';

/** Brings name and place of the store in AWS in line with what is said here. */
export const updateStore = (services: DeedServices): JobKind<StorePayload> =>
  storeKind(services, 'update', 'update', [
    storeCheck(services, 'update'),
    serveStep(services),
    {
      name: 'update',
      title: 'Update custom key store',
      changes: 'aws',
      repeatable: true,
      act: async (context) => {
        const opened = await openStore(services, context.payload.storeId, context);
        const wanted = differences(opened.store, await readStore(services, opened, context));
        if (Object.keys(wanted).length === 0) return nothingDiffers();
        await opened.connection.updateKeyStore(kmsStoreIdOf(opened.store), wanted, context);
        return (await settled(services, context)) ?? readsOtherwise(wanted);
      },
      reconcile: async (context) => (await settled(services, context)) ?? 'act',
    },
  ]);

/** Done when AWS has nothing otherwise. */
async function settled(services: DeedServices, context: StoreContext): Promise<StepResult | null> {
  const opened = await openStore(services, context.payload.storeId, context);
  const seen = await readStore(services, opened, context);
  if (Object.keys(differences(opened.store, seen)).length > 0) return null;
  return {
    type: 'done',
    proof: [proof(`${seen.name} reads as it is said here`, seen.requestId)],
  };
}

const nothingDiffers = (): StepResult => ({
  type: 'skip',
  proof: [proof('AWS has nothing otherwise')],
});

function readsOtherwise(wanted: KeyStoreChange): never {
  throw new OperationError('READ_BACK_DIFFERS', { what: Object.keys(wanted).join(', ') });
}

/** Takes the store away in AWS. AWS refuses while it holds KMS keys or is connected. */
export const deleteStore = (services: DeedServices): JobKind<StorePayload> =>
  storeKind(services, 'delete', 'delete', [storeCheck(services, 'delete'), deleteStep(services)]);

const deleteStep = (services: DeedServices): StoreStep => ({
  name: 'delete',
  title: 'Delete custom key store',
  changes: 'aws',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    const { store, connection } = await openStore(services, context.payload.storeId, context);
    const id = kmsStoreIdOf(store);
    const { requestId } = await connection.deleteKeyStore(id, context);
    return {
      type: 'done',
      proof: [proof(`AWS no longer has ${id}; external keys are as they were`, requestId)],
      record: () => services.xks.model.stores.noteRemote(store.id, null),
    };
  },
});
