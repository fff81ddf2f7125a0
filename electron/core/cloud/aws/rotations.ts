import { GetKeyRotationStatusCommand, RotateKeyOnDemandCommand } from '@aws-sdk/client-kms';
import { msOf } from '../../kernel/node-dates.ts';
import type { Read } from '../answers.ts';
import type { CallContext } from '../cloud.ts';
import type { Link } from './link.ts';

/** Makes the material that waits in the key the current one, some time after the answer. */
export function rotateOnDemand(link: Link, keyId: string, context?: CallContext): Promise<Read> {
  return link.change(
    'RotateKeyOnDemand',
    { parameters: { KeyId: keyId }, keyId },
    (options) => link.kms.send(new RotateKeyOnDemandCommand({ KeyId: keyId }), options),
    () => ({}),
    context,
  );
}

export function rotationStatus(
  link: Link,
  keyId: string,
  context?: CallContext,
): Promise<Read & { readonly onDemandSince: number | null }> {
  return link.read(
    'GetKeyRotationStatus',
    { parameters: { KeyId: keyId }, keyId },
    (options) => link.kms.send(new GetKeyRotationStatusCommand({ KeyId: keyId }), options),
    (reply) => ({ onDemandSince: msOf(reply.OnDemandRotationStartDate) }),
    context,
  );
}
