import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

const tables = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

/** As the kernel writes an IPv4 address of the loopback, also where it came by an IPv6 socket. */
const loopback = ['0100007F', '0000000000000000FFFF00000100007F'] as const;

/** The account at the other end of a connection on this computer: null when it cannot be told. */
export function peerAccount(
  ends: { readonly theirs: number; readonly ours: number },
  read: (path: string) => string = (path) => readFileSync(path, 'latin1'),
): number | null {
  for (const table of tables) {
    let text: string;
    try {
      text = read(table);
    } catch {
      // No such table on this system: the one-time link alone guards the port then.
      continue;
    }
    for (const line of text.split('\n').slice(1)) {
      const [, local = '', remote = '', , , , , account] = line.trim().split(/\s+/);
      if (isEnd(local, ends.theirs) && isEnd(remote, ends.ours)) return Number(account);
    }
  }
  return null;
}

function isEnd(text: string, port: number): boolean {
  const [address = '', hex = ''] = text.split(':');
  return (loopback as readonly string[]).includes(address) && Number.parseInt(hex, 16) === port;
}

/**
 * May whoever connected talk to us? Another account of this computer may not, wherever the system
 * says whose a connection is (Linux). The superuser could read this process anyway, and some SSH
 * servers forward under it.
 */
export function mayConnect(
  socket: Pick<Socket, 'remotePort' | 'localPort'>,
  own: number | undefined = process.getuid?.(),
): boolean {
  if (process.platform !== 'linux' || own === undefined) return true;
  const { remotePort: theirs, localPort: ours } = socket;
  if (theirs === undefined || ours === undefined) return false;
  const account = peerAccount({ theirs, ours });
  return account === null || account === own || account === 0;
}
