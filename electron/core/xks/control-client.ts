import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { socketPath } from './socket-path.ts';

/** What the core may ask a proxy over its private socket. */
export type ControlRequest = 'status' | 'reload';

const problem = z.string().nullable();
const milliseconds = z.number().nullable();

/** What a proxy says of itself. One of a later version may say more. */
const controlStatus = z.object({
  node: z.string(),
  /** Revision of the serving set in use. */
  revision: z.number(),
  setProblem: problem,
  health: z.object({ status: z.string(), problem }),
  certificate: z.object({ days: z.number(), problem }),
  audit: z.object({ segment: z.string(), seq: z.number(), hash: z.string() }).nullable(),
  /** External key by `store/key`, and the KMS key it belongs to. */
  bindings: z.array(z.tuple([z.string(), z.string()]).readonly()).readonly(),
  /** Since its start. A proxy of an earlier version does not tell. */
  refusedKmsKeys: z
    .array(
      z.object({
        store: z.string(),
        key: z.string(),
        kmsKeyArn: z.string(),
        times: z.number(),
        lastAt: z.number(),
      }),
    )
    .readonly()
    .exactOptional(),
  verdicts: z.record(z.string(), z.number()),
  inFlight: z.number(),
  /** Of the last minute; times in milliseconds. */
  figures: z.object({
    seconds: z.number(),
    perSecond: z.number(),
    p50: milliseconds,
    p99: milliseconds,
    p999: milliseconds,
    refusals: z.record(z.string(), z.number()),
  }),
});
export type ControlStatus = z.output<typeof controlStatus>;

/** Where a proxy's socket is. */
export const controlSocket = (stateFolder: string): string => join(stateFolder, 'control.sock');

/** What is asked, proved over a challenge of this connection. */
export const controlProof = (key: Buffer, challenge: string, request: string): string =>
  createHmac('sha256', key).update(`${challenge} ${request}`).digest('hex');

const patience = 5_000;

/**
 * Asks a proxy. Rejects when there is none, when it does not know the same key, when it is silent for
 * longer than `within` milliseconds, or when what it answers is no status.
 */
export async function askProxy(
  path: string,
  key: Buffer,
  request: ControlRequest,
  within = patience,
): Promise<ControlStatus> {
  const at = socketPath(path);
  const socket = connect(at.path);
  socket.setTimeout(within, () => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => socket.destroy());
    const challenge = await firstLine(socket);
    if (challenge === null) throw new Error('the proxy hung up');
    socket.write(`${request} ${controlProof(key, challenge, request)}\n`);
    const answer = await firstLine(socket);
    if (answer === null) throw new Error('the proxy refused');
    return controlStatus.parse(JSON.parse(answer));
  } finally {
    socket.destroy();
    at.release();
  }
}

const longestAnswer = 4 * 1024 * 1024;

/** One line from the socket; null when it ends or is too long before. */
export function firstLine(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const utf8 = new TextDecoder();
    const take = (piece: Buffer): void => {
      text += utf8.decode(piece, { stream: true });
      const end = text.indexOf('\n');
      if (end < 0 && text.length < longestAnswer) return;
      finish(end < 0 ? null : text.slice(0, end));
    };
    const hungUp = (): void => finish(null);
    const finish = (line: string | null): void => {
      socket.off('data', take);
      socket.off('close', hungUp);
      resolve(line);
    };
    socket.on('data', take);
    socket.on('close', hungUp);
  });
}
