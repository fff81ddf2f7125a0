import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Transport, WireReply } from './transport.ts';
import { WireFailure } from './wire-failure.ts';

const proof = z.object({ practice: z.literal(true) });

/**
 * Asks a practice endpoint who it is before anything signed is sent to it.
 * @throws OperationError AWS_NOT_PRACTICE; WireFailure `unsent` when nothing answers
 */
export async function proveItIsPractice(
  endpoint: string,
  transport: Transport,
  signal: AbortSignal | null,
): Promise<void> {
  const { protocol, hostname, port, host } = new URL(endpoint);
  let reply: WireReply;
  try {
    reply = await transport.exchange(
      {
        protocol,
        hostname,
        ...(port === '' ? {} : { port: Number(port) }),
        path: '/.keyreeve-practice',
        method: 'GET',
        headers: { host, accept: 'application/json' },
      },
      null,
      signal,
    );
  } catch (cause) {
    // nothing signed has left, so the call that waits for this proof is certainly unsent
    if (cause instanceof WireFailure)
      throw new WireFailure('unsent', cause.external, {
        message: cause.message,
        tls: cause.tls,
        cause: cause.cause,
      });
    throw cause;
  }
  if (reply.status === 200 && isProof(reply.body)) return;
  throw new OperationError('AWS_NOT_PRACTICE', {
    endpoint,
    problem: 'the address does not say that it is a practice KMS',
  });
}

function isProof(body: Buffer): boolean {
  try {
    return proof.safeParse(JSON.parse(body.toString('utf8'))).success;
  } catch {
    return false; // not JSON: something else answers there
  }
}
