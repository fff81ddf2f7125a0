import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import {
  type ControlRequest,
  type ControlStatus,
  controlProof,
  firstLine,
} from '../../core/xks/control-client.ts';
import { socketPath } from '../../core/xks/socket-path.ts';

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
  const at = socketPath(path);
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
      server.listen(at.path, resolve);
    });
  } catch (error) {
    at.release();
    throw error;
  } finally {
    process.umask(before);
  }
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          at.release();
          resolve();
        });
      }),
  };
}

function proved(line: string, challenge: string, key: Buffer): ControlRequest | null {
  const [request = '', given = ''] = line.split(' ');
  if (request !== 'status' && request !== 'reload') return null;
  const expected = Buffer.from(controlProof(key, challenge, request));
  const claimed = Buffer.from(given);
  if (claimed.length !== expected.length) return null;
  return timingSafeEqual(claimed, expected) ? request : null;
}
