import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Handshake } from '../transport/http/tab-server.ts';

/** What is left of the handshake of a window of session `a`. */
export const handshakeOf = (tab: string): Handshake => ({
  headers: {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  },
  ticket: { tab, session: 'a', factorHash: '', waiting: false },
});

/** What the other side said before it, or we, ended the connection. */
async function heardUntilEnd(socket: Socket): Promise<string> {
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  await once(socket, 'close');
  return heard;
}

/** Connections as a browser makes them: our end, and what the browser's heard until its end. */
export async function handshakes(count: number) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const made: { tab: string; ours: Socket; gone: Promise<string> }[] = [];
  for (let at = 1; at <= count; at += 1) {
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const gone = heardUntilEnd(connect(port, '127.0.0.1'));
    made.push({ tab: `tab-${at}`, ours: (await connected)[0], gone });
  }
  server.close();
  return made;
}
