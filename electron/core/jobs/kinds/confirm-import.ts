import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { StepContext, StepResult } from '../kind.ts';
import { materialSent, sendAgain } from './import-steps.ts';
import { comparePublicKey } from './public-key-in-aws.ts';
import { isThere, type KeySeen, lookedKey, readAlone, readKey } from './read-key.ts';
import { type OpenKey, proof } from './reading.ts';
import type { DeedServices } from './services.ts';

/** What a deed says of a key that has our copy again. */
interface Told {
  readonly proof: string;
  readonly event: string;
}

/**
 * Reads back a key that AWS has taken our copy for again, and notes what it says. Whether it is on is
 * another's choice, who may turn it while the job runs. `tell` may find that what AWS says is not right.
 * @throws OperationError READ_BACK_DIFFERS
 */
export async function confirmImport<P>(
  services: DeedServices,
  { key, remote, connection }: Awaited<ReturnType<OpenKey>>,
  context: StepContext<P>,
  tell: (read: KmsKeyRead) => Told,
): Promise<StepResult> {
  const seen = await readKey(services, connection, { key, remote }, context);
  const read = readAlone(lookedKey(seen));
  const again = sendAgain(services, context, read.state);
  if (again) return again;
  requireOnOrOff(read);
  const told = tell(read);
  const compared = await comparePublicKey(services, key, connection, read, context);
  return {
    type: 'done',
    output: {
      stateAfter: seen.read.state,
      materialAfter: read.currentMaterialId,
      validTo: read.validTo,
    },
    proof: [
      proof(`${sayState(seen.read, context)}${told.proof}${stillMissing(seen)}`, read.requestId),
      ...(compared ? [compared] : []),
    ],
    record: () => {
      seen.note({ materialId: remote.materialId ?? materialSent(context) });
      services.keys.markProved(key.id, read.readAt);
      services.keys.addEvent(key.id, told.event, context.jobId);
    },
  };
}

/** AWS has this material again, and refuses the KMS key until it has the others, too. */
function stillMissing({ read, materials }: KeySeen): string {
  if (materials === null || read.state !== 'PendingImport') return '';
  const missing = materials.filter((each) => !isThere(each)).length;
  return `; AWS still waits for ${missing === 1 ? '1 more material' : `${missing} more materials`} of this KMS key`;
}

/** @throws OperationError READ_BACK_DIFFERS where the key is neither on nor off */
function requireOnOrOff(read: KmsKeyRead): void {
  if (read.state === 'Enabled' || read.state === 'Disabled') return;
  throw new OperationError('READ_BACK_DIFFERS', {
    what: 'key state',
    expected: 'Enabled or Disabled',
    found: read.state,
    keyId: read.keyId,
  });
}

/** As AWS says it, and that somebody turned the key off since the job's check saw it on. */
export function sayState(
  { state }: KmsKeyRead,
  { outputs }: Pick<StepContext<unknown>, 'outputs'>,
): string {
  const { stateBefore } = outputs['check'] as { readonly stateBefore: string };
  const turned = stateBefore === 'Enabled' && state === 'Disabled';
  return turned ? 'Disabled by somebody while this job ran' : state;
}
