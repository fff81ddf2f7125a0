import { ListKeysCommand } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { AccountOwner, CallerIdentity } from '../answers.ts';
import type { CallContext } from '../cloud.ts';
import { type CallerParts, makeCall } from './call.ts';
import { skewLimit, skewWarning } from './failures.ts';
import { parseKeyArn } from './key-shape.ts';
import { type Link, must } from './link.ts';

/** Asks STS who the credential is. Needs no permission. */
export async function callerIdentity(
  parts: CallerParts,
  sts: STSClient,
  context?: CallContext,
): Promise<CallerIdentity> {
  const { output, requestId, readAt } = await makeCall(
    parts,
    {
      operation: 'GetCallerIdentity',
      repeatable: true,
      changes: false,
      parameters: {},
      send: async (signal) => {
        const reply = await sts.send(
          new GetCallerIdentityCommand({}),
          signal ? { abortSignal: signal } : {},
        );
        const output = {
          account: must(reply.Account, 'Account'),
          principalArn: must(reply.Arn, 'Arn'),
          userId: reply.UserId ?? '',
        };
        return { output, requestId: reply.$metadata.requestId ?? null };
      },
    },
    context,
  );
  return { ...output, requestId, readAt };
}

/**
 * The account, from STS or, where a network lets only KMS through, from the ARN of any key. An
 * account without a single key cannot be told that way.
 */
export async function accountOwner(
  parts: CallerParts,
  sts: STSClient,
  link: Link,
  context?: CallContext,
): Promise<AccountOwner> {
  try {
    const { account, principalArn, requestId, readAt } = await callerIdentity(parts, sts, context);
    return { account, principalArn, source: 'sts', requestId, readAt };
  } catch (cause) {
    const notToBeHad =
      cause instanceof OperationError &&
      (cause.code === 'AWS_UNREACHABLE' || cause.code === 'AWS_ACCESS_DENIED');
    if (!notToBeHad) throw cause;
    const { arn, ...read } = await link.read(
      'ListKeys',
      { parameters: { Limit: 1 } },
      (options) => link.kms.send(new ListKeysCommand({ Limit: 1 }), options),
      (reply) => ({ arn: reply.Keys?.[0]?.KeyArn ?? null }),
      context,
    );
    const parts = arn === null ? null : parseKeyArn(arn);
    if (parts === null) throw cause;
    return { account: parts.account, principalArn: null, source: 'kms-arn', ...read };
  }
}

/** Has KMS itself answer, by a call that changes nothing and may be refused. */
export async function askKms(link: Link, context?: CallContext): Promise<void> {
  try {
    await link.read(
      'ListKeys',
      { parameters: { Limit: 1 } },
      (options) => link.kms.send(new ListKeysCommand({ Limit: 1 }), options),
      () => ({}),
      context,
    );
  } catch (cause) {
    if (cause instanceof OperationError && cause.code === 'AWS_ACCESS_DENIED') return;
    throw cause;
  }
}

/** @throws OperationError AWS_CLOCK_SKEW beyond 5 minutes, where AWS refuses signatures */
export function judgeSkew(skew: number): { readonly skew: number; readonly warn: boolean } {
  if (Math.abs(skew) > skewLimit) {
    throw new OperationError('AWS_CLOCK_SKEW', {
      retry: 'credential',
      seconds: Math.round(skew / 1000),
    });
  }
  return { skew, warn: Math.abs(skew) > skewWarning };
}
