import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { BoundKey } from './bindings.ts';
import type { LiveFigures } from './figures.ts';
import type { RefusedKmsKey } from './refused-keys.ts';
import { socketPath } from './socket-path.ts';

/** What the core may ask a proxy over its private socket. */
export type ControlRequest = 'status' | 'reload';

export interface ControlStatus {
  readonly node: string;
  /** Revision of the serving set in use. */
  readonly revision: number;
  readonly setProblem: string | null;
  readonly health: { readonly status: string; readonly problem: string | null };
  readonly certificate: { readonly days: number; readonly problem: string | null };
  readonly audit: { readonly segment: string; readonly seq: number; readonly hash: string } | null;
  readonly bindings: readonly BoundKey[];
  /** Since its start. A proxy of an earlier version does not tell. */
  readonly refusedKmsKeys?: readonly RefusedKmsKey[];
  readonly verdicts: Readonly<Record<string, number>>;
  readonly inFlight: number;
  /** Of the last minute. */
  readonly figures: LiveFigures;
}

/** Where a proxy's socket is. */
export const controlSocket = (stateFolder: string): string => join(stateFolder, 'control.sock');

/** What is asked, proved over a challenge of this connection. */
export const controlProof = (key: Buffer, challenge: string, request: string): string =>
  createHmac('sha256', key).update(`${challenge} ${request}`).digest('hex');

const patience = 5_000;

/**
 * Asks a proxy. Rejects when there is none, when it does not know the same key, or when it is silent
 * for longer than `within` milliseconds.
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
    return JSON.parse(answer) as ControlStatus;
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
    const take = (piece: Buffer): void => {
      text += piece.toString('utf8');
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
