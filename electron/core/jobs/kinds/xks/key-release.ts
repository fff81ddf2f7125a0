import { z } from 'zod';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { leftoverTexts } from '../../../../../shared/text/leftovers.ts';
import type { CallContext } from '../../../cloud/cloud.ts';
import type { XksKey } from '../../../keystore/xks/rows.ts';
import type { JobKind, StepContext, StepSpec } from '../../kind.ts';
import { proof } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import { openStore, outputOf, publishAndConfirm } from './opening.ts';
import { storeStanding } from './standing.ts';

const keyReleasePayload = z.strictObject({
  storeId: z.uuid(),
  keyId: z.uuid(),
  /** A person says that the account of KMS keys that AWS cannot be asked for is closed. */
  accountGone: z.boolean(),
});
export type KeyReleasePayload = z.output<typeof keyReleasePayload>;
type Context = StepContext<KeyReleasePayload>;

/** A KMS key that is no more, and how that is known. */
export interface GoneKmsKey {
  readonly arn: string;
  readonly how: 'gone' | 'account';
}

/** Every KMS key that an external key belongs to. */
export const boundArns = ({ xks }: DeedServices, { id, remote }: XksKey): readonly string[] => [
  ...new Set([
    ...(remote === null ? [] : [remote.arn]),
    ...xks.model.keys.bindings(id).map(({ arn }) => arn),
  ]),
];

export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

const refused = (reason: string, arn: string): OperationError =>
  new OperationError('XKS_NOT_RELEASED', { reason, arn });

/**
 * AWS itself says of each KMS key that there is none: asked in its own account and Region, where "not
 * found" leaves nothing open. Of another account AWS tells nobody; only a person can say it is closed, and
 * then the external key must be disabled, so that nothing is served on that word alone.
 * @throws OperationError XKS_NOT_RELEASED, and what asking AWS throws
 */
export async function goneKmsKeys(
  services: DeedServices,
  { storeId, keyId, accountGone }: KeyReleasePayload,
  context: CallContext,
): Promise<readonly GoneKmsKey[]> {
  const key = services.xks.model.keys.get(keyId);
  const arns = boundArns(services, key);
  if (arns.length === 0)
    throw new OperationError('NOTHING_TO_DO', { reason: 'no KMS key belongs to it' });
  if (accountGone && key.enabled) throw refused('the external key is enabled', arns[0] ?? '');
  const opened = await openStore(services, storeId, context, 'glance').catch((error: unknown) => {
    // the credential may have gone with the account
    if (accountGone && error instanceof OperationError) return null;
    throw error;
  });
  const gone: GoneKmsKey[] = [];
  for (const arn of arns) {
    const here =
      opened !== null &&
      arn.split(':')[3] === opened.store.region &&
      accountOf(arn) === opened.account;
    if (!here && !accountGone) throw refused('AWS tells of it in its own account only', arn);
    if (!here) {
      gone.push({ arn, how: 'account' });
      continue;
    }
    const state = await opened.connection.describeKey(arn, context).then(
      (read) => read.state,
      (error: unknown) => {
        if (error instanceof OperationError && error.code === 'AWS_KEY_GONE') return null;
        throw error;
      },
    );
    if (state !== null) throw refused(`AWS still has it, and it reads ${state}`, arn);
    gone.push({ arn, how: 'gone' });
  }
  return gone;
}

/** Lets go of KMS keys that are no more. Nothing is erased by it; what binds the external key ends. */
export const releaseXksKey = (services: DeedServices): JobKind<KeyReleasePayload> => ({
  name: 'xks-key.release',
  payload: keyReleasePayload,
  steps: [askStep(services), releaseStep(services)],
  orderKey: ({ storeId }) => `xks:${storeId}`,
  deedKey: ({ keyId }) => `release:${keyId}`,
  needsDesignation: false,
  commitStep: null,
  standing: ({ payload }) =>
    storeStanding(services, { ...payload, inDoubt: null, takesAway: false, letsGo: true }),
  leftovers: () => leftoverTexts({ what: 'nothing' }),
});

const askStep = (services: DeedServices): StepSpec<KeyReleasePayload> => ({
  name: 'ask',
  title: 'Ask AWS whether the KMS key is gone',
  changes: 'nothing',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    try {
      const gone = await goneKmsKeys(services, context.payload, context);
      return {
        type: 'done',
        output: { gone: gone.map((each) => ({ ...each })) },
        proof: gone.map(({ arn, how }) => proof(`${arn} is no more: ${said[how]}`)),
      };
    } catch (error) {
      if (error instanceof OperationError && error.code === 'XKS_NOT_RELEASED')
        return { type: 'stop', error };
      throw error;
    }
  },
});

const said = { gone: 'AWS says so', account: 'a person says that its account is closed' } as const;

const releaseStep = (services: DeedServices): StepSpec<KeyReleasePayload> => ({
  name: 'release',
  title: 'Let go of the KMS key',
  changes: 'here',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context: Context) => {
    const { keyId } = context.payload;
    const { gone } = outputOf<{ readonly gone: readonly GoneKmsKey[] }>(context, 'ask');
    const error = services.store.change(() => letGo(services, keyId, gone));
    if (error !== null) return { type: 'stop', error };
    const served = await publishAndConfirm(services);
    const left = boundArns(services, services.xks.model.keys.get(keyId));
    const said =
      left.length === 0
        ? 'the external key belongs to no KMS key'
        : `the external key belongs still to ${left.join(', ')}, known since AWS was asked`;
    return { type: 'done', proof: [proof(said), served] };
  },
});

/**
 * Inside a change. Since AWS was asked the external key may have been enabled: then nothing is let go of on
 * a person's word alone. What an interrupted go let go of stays so. Null: it belongs to none of them.
 */
function letGo(
  services: DeedServices,
  keyId: string,
  gone: readonly GoneKmsKey[],
): OperationError | null {
  const { keys, serving } = services.xks.model;
  const key = keys.get(keyId);
  const bound = boundArns(services, key);
  const due = gone.filter(({ arn }) => bound.includes(arn));
  const assumed = due.find(({ how }) => how === 'account');
  if (assumed && key.enabled) return refused('the external key is enabled', assumed.arn);
  for (const { arn, how } of due) keys.release(keyId, arn, how);
  if (due.length > 0) serving.raise();
  return null;
}
