import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { JobKind, StepResult } from '../../kind.ts';
import { proof } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import { signedBefore } from './durations.ts';
import { kmsStoreIdOf, openStore, outputOf, publishAndConfirm, readStore } from './opening.ts';
import { serveStep } from './store-create.ts';
import {
  type StoreContext,
  storeCheck,
  storeKind,
  type StorePayload,
  type StoreStep,
} from './store-steps.ts';

interface Made {
  readonly accessKeyId: string;
}

/**
 * Exchanges the pair AWS signs with, without a refused request: the new pair is accepted before AWS
 * has it, and the old one until AWS is read to sign with the new.
 */
export const rotateCredential = (services: DeedServices): JobKind<StorePayload> =>
  storeKind(services, 'rotate-credential', 'tell', [
    storeCheck(services, 'rotate-credential'),
    makeStep(services),
    serveStep(services),
    tellStep(services),
    retireStep(services),
  ]);

const makeStep = (services: DeedServices): StoreStep => ({
  name: 'make',
  title: 'Make a new proxy credential',
  changes: 'here',
  repeatable: true,
  reconcile: async () => 'act',
  act: async ({ payload }) => {
    const { credentials, serving, stores } = services.xks.model;
    // a second valid pair that AWS does not have was made for this: by an earlier try, or by hand
    const inAws = stores.get(payload.storeId).remote?.accessKeyId ?? null;
    const valid = credentials.valid(payload.storeId);
    const waiting = valid.length > 1 ? valid.find((each) => each.accessKeyId !== inAws) : undefined;
    const made =
      waiting ??
      services.store.change(() => {
        const pair = credentials.make(payload.storeId);
        serving.raise();
        return pair;
      });
    const { accessKeyId } = made;
    return {
      type: 'done',
      output: { accessKeyId },
      proof: [proof(`${accessKeyId} is valid, too`)],
    };
  },
});

const tellStep = (services: DeedServices): StoreStep => ({
  name: 'tell',
  title: 'Give AWS the new credential',
  changes: 'aws',
  repeatable: true,
  act: async (context) => {
    const { credentials } = services.xks.model;
    const { store, connection } = await openStore(services, context.payload.storeId, context);
    const { accessKeyId } = outputOf<Made>(context, 'make');
    using secret = credentials.secret(credentials.find(accessKeyId).id);
    const change = { credential: { accessKeyId, secret } };
    await connection.updateKeyStore(kmsStoreIdOf(store), change, context);
    const settled = await signsWith(services, context, accessKeyId);
    if (settled) return settled;
    throw signsOtherwise(accessKeyId, null);
  },
  reconcile: async (context) =>
    (await signsWith(services, context, outputOf<Made>(context, 'make').accessKeyId)) ?? 'act',
});

async function signsWith(
  services: DeedServices,
  context: StoreContext,
  accessKeyId: string,
): Promise<StepResult | null> {
  const opened = await openStore(services, context.payload.storeId, context);
  const seen = await readStore(services, opened, context);
  if (seen.accessKeyId !== accessKeyId) return null;
  return {
    type: 'done',
    proof: [proof(`AWS signs with ${accessKeyId} and asked the proxy with it`, seen.requestId)],
  };
}

function signsOtherwise(
  expected: string,
  seen: { readonly accessKeyId: string | null } | null,
): OperationError {
  const found = seen?.accessKeyId ?? null;
  const what = { what: 'access key id', expected };
  return new OperationError('READ_BACK_DIFFERS', found === null ? what : { ...what, found });
}

const retireStep = (services: DeedServices): StoreStep => ({
  name: 'retire',
  title: 'Retire the former credential',
  changes: 'here',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    const { credentials, serving } = services.xks.model;
    const left = signedBefore[services.store.realm] - context.openFor;
    if (left > 0)
      return {
        type: 'later',
        until: services.clock.now() + left,
        why: 'requests signed with the former pair come to their end',
      };
    const { accessKeyId } = outputOf<Made>(context, 'make');
    // days may lie between telling AWS and this: without the pair it signs with, nothing decrypts
    const opened = await openStore(services, context.payload.storeId, context);
    const seen = await readStore(services, opened, context);
    if (seen.accessKeyId !== accessKeyId)
      return { type: 'remark', error: signsOtherwise(accessKeyId, seen) };
    const former = credentials
      .valid(context.payload.storeId)
      .filter((each) => each.accessKeyId !== accessKeyId);
    services.store.change(() => {
      for (const { id } of former) credentials.retire(id);
      if (former.length > 0) serving.raise();
    });
    const served = await publishAndConfirm(services);
    const said = former.map((each) => each.accessKeyId).join(', ') || 'none';
    return { type: 'done', proof: [proof(`no longer accepted: ${said}`), served] };
  },
});
