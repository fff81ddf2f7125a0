import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

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
  /** External key by `store/key`, and the KMS key it belongs to. */
  readonly bindings: readonly (readonly [string, string])[];
  readonly verdicts: Readonly<Record<string, number>>;
  readonly inFlight: number;
}

const longestLine = 4096;

/**
 * A socket in the proxy's private folder. Whoever asks must know the key that core and proxy share:
 * each question carries a proof over it and a challenge of this connection.
 */
export async function listenForControl(
  path: string,
  key: Buffer,
  perform: (request: ControlRequest) => Promise<ControlStatus>,
): Promise<{ close(): Promise<void> }> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    const challenge = randomBytes(16).toString('hex');
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.write(`${challenge}\n`);
    void firstLine(socket).then(async (line) => {
      const request = line === null ? null : proved(line, challenge, key);
      if (request === null) return socket.destroy();
      return socket.end(`${JSON.stringify(await perform(request))}\n`);
    });
  });
  server.maxConnections = 16;
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(before);
  }
  return { close: () => new Promise((resolve) => void server.close(() => resolve())) };
}

/** Asks a proxy. Rejects when there is none, or when it does not know the same key. */
export async function askProxy(
  path: string,
  key: Buffer,
  request: ControlRequest,
): Promise<ControlStatus> {
  const socket = connect(path);
  socket.setTimeout(5_000, () => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => socket.destroy());
    const challenge = await firstLine(socket);
    if (challenge === null) throw new Error('the proxy hung up');
    socket.write(`${request} ${proof(key, challenge, request)}\n`);
    const answer = await firstLine(socket);
    if (answer === null) throw new Error('the proxy refused');
    return JSON.parse(answer) as ControlStatus;
  } finally {
    socket.destroy();
  }
}

const proof = (key: Buffer, challenge: string, request: string): string =>
  createHmac('sha256', key).update(`${challenge} ${request}`).digest('hex');

function proved(line: string, challenge: string, key: Buffer): ControlRequest | null {
  const [request = '', given = ''] = line.split(' ');
  if (request !== 'status' && request !== 'reload') return null;
  const expected = Buffer.from(proof(key, challenge, request));
  const claimed = Buffer.from(given);
  if (claimed.length !== expected.length) return null;
  return timingSafeEqual(claimed, expected) ? request : null;
}

/** One line from the socket; null when it ends or is too long before. */
function firstLine(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const take = (piece: Buffer): void => {
      text += piece.toString('utf8');
      const end = text.indexOf('\n');
      if (end < 0 && text.length < longestLine * 1024) return;
      socket.off('data', take);
      socket.off('close', end_);
      resolve(end < 0 ? null : text.slice(0, end));
    };
    const end_ = (): void => resolve(null);
    socket.on('data', take);
    socket.on('close', end_);
  });
}
